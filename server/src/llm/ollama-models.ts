/** Which models an Ollama server has, and whether they can chat on this machine. */
import { Ollama } from 'ollama';
import { throwIfCancelled } from '../util/cancelled';
import { ModelError } from './chat-model';
import { createHttpFetch } from '../platform/http-fetch';
import { notOllama, toOllamaError } from './ollama-errors';

export interface OllamaHost {
  readonly url: URL;
  readonly allowRemoteHosts: boolean;
}

export interface OllamaModelInfo {
  readonly name: string;
  readonly sizeBytes: number;
  /** 0 when the server does not say. */
  readonly trainedTokens: number;
  /** Why it cannot be used; null when it can. */
  readonly problem: ModelError | null;
}

/** A server on this machine answers these at once; one that does not within this time is taken as down. */
const lookUpMs = 4_000;

/** Chat models first come first. @throws ModelError `unreachable` when no Ollama answers there. */
export async function listOllamaModels(host: OllamaHost, signal: AbortSignal): Promise<readonly OllamaModelInfo[]> {
  const listed = await lookUp(host, '', signal, (client) => client.list());
  if (!Array.isArray(listed.models)) throw notOllama(host.url);
  const models: OllamaModelInfo[] = [];
  for (const { name, size } of listed.models) {
    models.push({ ...(await showOllamaModel(name, host, signal)), sizeBytes: size });
  }
  return models;
}

/** @throws ModelError `unreachable` or `notFound`. */
export async function showOllamaModel(name: string, host: OllamaHost, signal: AbortSignal): Promise<OllamaModelInfo> {
  const shown: unknown = await lookUp(host, name, signal, (client) => client.show({ model: name }));
  const root = asRecord(shown);
  const info = asRecord(root['model_info']);
  const trained = info[`${String(info['general.architecture'])}.context_length`];
  return {
    name,
    sizeBytes: 0,
    trainedTokens: typeof trained === 'number' ? trained : 0,
    problem: findProblem(name, root, host),
  };
}

function findProblem(name: string, shown: Readonly<Record<string, unknown>>, host: OllamaHost): ModelError | null {
  const { capabilities, remote_host: remoteHost } = shown;
  if (Array.isArray(capabilities) && !capabilities.includes('completion')) {
    return new ModelError('notFound', `The Ollama model ${name} is no chat model; choose another one.`);
  }
  // Ollama can hand a request on to a server of its maker: loopback, and still the text leaves the machine.
  if (typeof remoteHost === 'string' && remoteHost !== '' && !host.allowRemoteHosts) {
    return new ModelError(
      'hostNotAllowed',
      `The Ollama model ${name} runs at ${remoteHost}, not on this machine; choose a local model or allow other ` +
        'hosts with longfold.model.allowRemoteHosts.',
    );
  }
  return null;
}

async function lookUp<T>(
  host: OllamaHost,
  model: string,
  signal: AbortSignal,
  call: (client: Ollama) => Promise<T>,
): Promise<T> {
  throwIfCancelled(signal);
  const limit = AbortSignal.timeout(lookUpMs);
  const fetch = createHttpFetch({ signal: AbortSignal.any([signal, limit]) });
  try {
    return await call(new Ollama({ host: host.url.href, fetch }));
  } catch (error) {
    throwIfCancelled(signal);
    if (limit.aborted) {
      throw new ModelError('unreachable', `Ollama at ${host.url.origin} does not answer in time; restart it.`);
    }
    if (error instanceof SyntaxError) throw notOllama(host.url);
    throw toOllamaError(error, { url: host.url, model });
  }
}

function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

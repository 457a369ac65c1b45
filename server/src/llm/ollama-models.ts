/** Which models an Ollama server has, and whether they can chat on this machine. */
import { asRecord } from '../util/json-values';
import { ModelError } from './chat-model';
import { lookUpOllama, withTag, type OllamaHost } from './ollama-client';
import { notOllama } from './ollama-errors';
import { kvBytesPerToken } from './ollama-window';

/** How the thinking of a model is steered: not at all, on or off, or by one of three levels that know no off. */
export type ThinkControl = 'none' | 'switch' | 'levels';

export interface OllamaModelInfo {
  readonly name: string;
  readonly sizeBytes: number;
  /** 0 when the server does not say. */
  readonly trainedTokens: number;
  readonly think: ThinkControl;
  readonly bytesPerToken: number | null;
  /** Why it cannot be used; null when it can. */
  readonly problem: ModelError | null;
}

/** In the server's order. @throws ModelError `unreachable` when no Ollama answers there. */
export async function listOllamaModels(host: OllamaHost, signal: AbortSignal): Promise<readonly OllamaModelInfo[]> {
  const models: OllamaModelInfo[] = [];
  for (const [name, sizeBytes] of await listNames(host, signal)) {
    models.push({ ...(await showOllamaModel(name, host, signal)), sizeBytes });
  }
  return models;
}

/** @throws ModelError `unreachable` or `notFound`. */
export async function showOllamaModel(name: string, host: OllamaHost, signal: AbortSignal): Promise<OllamaModelInfo> {
  const shown: unknown = await lookUpOllama(host, name, signal, (client) => client.show({ model: name }));
  const root = asRecord(shown);
  const info = asRecord(root['model_info']);
  const trained = info[`${String(info['general.architecture'])}.context_length`];
  return {
    name,
    sizeBytes: 0,
    trainedTokens: typeof trained === 'number' ? trained : 0,
    think: findThinkControl(root),
    bytesPerToken: kvBytesPerToken(info),
    problem: findProblem(name, root, host),
  };
}

/** Bytes that loading the model will take; 0 when it is loaded already or not known. @throws ModelError */
export async function bytesToLoad(name: string, host: OllamaHost, signal: AbortSignal): Promise<number> {
  const running = await lookUpOllama(host, name, signal, (client) => client.ps());
  if (Array.isArray(running.models) && running.models.some((model) => withTag(model.name) === withTag(name))) return 0;
  return (await listNames(host, signal)).get(withTag(name)) ?? 0;
}

/** Names with their tags, and sizes in bytes. */
async function listNames(host: OllamaHost, signal: AbortSignal): Promise<ReadonlyMap<string, number>> {
  const listed = await lookUpOllama(host, '', signal, (client) => client.list());
  if (!Array.isArray(listed.models)) throw notOllama(host.url);
  return new Map(listed.models.map(({ name, size }) => [withTag(name), size]));
}

function findThinkControl({ capabilities, details }: Readonly<Record<string, unknown>>): ThinkControl {
  if (!Array.isArray(capabilities) || !capabilities.includes('thinking')) return 'none';
  return /gpt-?oss/i.test(String(asRecord(details)['family'])) ? 'levels' : 'switch';
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

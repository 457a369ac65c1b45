/** Short questions to an Ollama server, each with a time limit and its failure as one sentence. */
import { Ollama } from 'ollama';
import { createHttpFetch } from '../platform/http-fetch';
import { CancelledError, throwIfCancelled } from '../util/cancelled';
import { ModelError } from './chat-model';
import { notOllama, toOllamaError } from './ollama-errors';

export interface OllamaHost {
  readonly url: URL;
  readonly allowRemoteHosts: boolean;
  /** Added to the sentence when nothing answers: where this machine is, if that is a likely reason. */
  readonly hint?: string;
}

/** A server on this machine answers these at once; one that does not within this time is taken as down. */
const lookUpMs = 4_000;

/** `model` is for the sentence; empty where the call is about no single model. @throws ModelError, CancelledError */
export async function lookUpOllama<T>(
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
    if (signal.aborted) throw new CancelledError();
    if (limit.aborted) {
      throw new ModelError('unreachable', `Ollama at ${host.url.origin} does not answer in time; restart it.`);
    }
    if (error instanceof SyntaxError) throw notOllama(host.url);
    throw toOllamaError(error, { ...host, model });
  }
}

/** Names without a tag mean the tag `latest`. */
export function withTag(name: string): string {
  return /:[^/]*$/.test(name) ? name : `${name}:latest`;
}

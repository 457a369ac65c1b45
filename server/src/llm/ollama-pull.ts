/** Fetches a model through Ollama, which loads it from its own library (or the registry that its name spells out). */
import { Ollama } from 'ollama';
import { createHttpFetch } from '../platform/http-fetch';
import { StallWatch } from '../platform/stall-watch';
import { CancelledError, throwIfCancelled } from '../util/cancelled';
import { errorMessage } from '../util/error-message';
import { ModelError } from './chat-model';
import { createNdjsonCheck } from './ndjson-check';
import type { OllamaHost } from './ollama-client';
import { toOllamaError } from './ollama-errors';

export interface PullProgress {
  /** In the server's own words: `pulling manifest`, `verifying sha256 digest` … */
  readonly step: string;
  readonly doneBytes: number;
  /** Of the layers begun so far; 0 while not known. */
  readonly totalBytes: number;
}

export interface PullOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: PullProgress) => void;
  /** Without any word for so long, the fetch has failed. */
  readonly silentMs?: number;
}

/** Cancelling keeps what is there: the next pull goes on from it. @throws ModelError, CancelledError */
export async function pullOllamaModel(name: string, host: OllamaHost, options: PullOptions): Promise<void> {
  const { signal, onProgress, silentMs = 180_000 } = options;
  throwIfCancelled(signal);
  const watch = new StallWatch({ loadMs: silentMs, promptTokenMs: 0, writingMs: silentMs }, 0);
  const fetch = createHttpFetch({
    signal: AbortSignal.any([signal, watch.signal]),
    onBytes: () => watch.sawBytes(),
    transform: createNdjsonCheck(host.url.origin),
  });
  const layers: Layers = new Map();
  try {
    for await (const part of await new Ollama({ host: host.url.href, fetch }).pull({ model: name, stream: true })) {
      throwIfCancelled(signal);
      noteLayer(layers, part);
      onProgress({ step: part.status, ...sumLayers(layers) });
    }
  } catch (error) {
    if (signal.aborted) throw new CancelledError();
    if (watch.isStalled) throw new ModelError('stalled', `Ollama fetched nothing of ${name} for a while; try again.`);
    throw toPullError(error, name, host);
  } finally {
    watch.stop();
  }
}

type Layers = Map<string, { readonly done: number; readonly total: number }>;

/** The library's type promises all three; only lines about a layer have them. */
function noteLayer(
  layers: Layers,
  part: { readonly digest?: string; readonly total?: number; readonly completed?: number },
): void {
  if (part.digest !== undefined) layers.set(part.digest, { done: part.completed ?? 0, total: part.total ?? 0 });
}

function sumLayers(layers: Layers): Pick<PullProgress, 'doneBytes' | 'totalBytes'> {
  const all = [...layers.values()];
  return {
    doneBytes: all.reduce((sum, layer) => sum + layer.done, 0),
    totalBytes: all.reduce((sum, layer) => sum + layer.total, 0),
  };
}

function toPullError(error: unknown, name: string, host: OllamaHost): ModelError {
  if (ModelError.is(error)) return error;
  const said = errorMessage(error);
  if (/file does not exist|manifest.*not found|invalid model name/i.test(said)) {
    return new ModelError('notFound', `Ollama's library has no model ${name}; see ollama.com/library for the names.`);
  }
  if (/no space left|disk full|not enough space/i.test(said)) {
    return new ModelError('other', `The disk of Ollama is full: ${name} was not fetched; make room and try again.`);
  }
  if (/dial tcp|lookup |no such host|connection refused|i\/o timeout|network is unreachable/i.test(said)) {
    return new ModelError('unreachable', `Ollama cannot reach its library to fetch ${name}; check its network.`);
  }
  const known = toOllamaError(error, { ...host, model: name });
  if (known.reason !== 'badReply') return known;
  return new ModelError('badReply', `Ollama at ${host.url.origin} broke off while it fetched ${name}; try again.`);
}

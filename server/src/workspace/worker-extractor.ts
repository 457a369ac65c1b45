/** The extractor over a small pool of worker threads. A file that brings its worker down becomes a ledger row. */
import { CancelledError } from '../util/cancelled';
import { errorMessage } from '../util/error-message';
import type { Logger } from '../platform/ports';
import type { ExtractMethods, ExtractWorkerData } from '../workers/extract-methods';
import { WorkerClient, WorkerError } from '../workers/worker-rpc';
import type { ExtractReply, ExtractRequest, Extractor } from './extractor';

export interface ExtractorOptions {
  /** The built `extract.worker.js`. */
  readonly workerFile: string;
  /** Folders of the static embeddings; without them chunks get no vectors. */
  readonly embeddings?: ExtractWorkerData;
  readonly logger?: Pick<Logger, 'info' | 'warn'>;
  /** Worker threads. */
  readonly count: number;
}

interface Member {
  readonly client: WorkerClient<ExtractMethods>;
  outstanding: number;
}

export function createExtractor({ workerFile, embeddings, count, logger }: ExtractorOptions): Extractor {
  const pool: Member[] = Array.from({ length: Math.max(1, count) }, () => ({
    client: new WorkerClient<ExtractMethods>(workerFile, embeddings, ({ level, message }) => logger?.[level](message)),
    outstanding: 0,
  }));
  return {
    extract: (request, signal) =>
      attempt('extract', request, signal, 2).catch((error: unknown) => failed(request, deathOf(error))),
    cutCode: (request, signal) =>
      attempt('cutCode', request, signal, 2).catch((error: unknown) => {
        deathOf(error);
        return request.texts.map(() => null);
      }),
    dispose: async () => {
      await Promise.all(pool.map((member) => member.client.dispose()));
    },
  };

  /** A dead worker takes its queue along, so the innocent are tried again, on a worker started anew. */
  async function attempt<Name extends keyof ExtractMethods>(
    method: Name,
    request: ExtractMethods[Name]['params'],
    signal: AbortSignal,
    attempts: number,
  ): Promise<ExtractMethods[Name]['result']> {
    const member = pool.reduce((best, next) => (next.outstanding < best.outstanding ? next : best));
    member.outstanding += 1;
    try {
      return await member.client.call(method, request, { signal });
    } catch (error) {
      if (attempts === 1 || CancelledError.is(error) || !(error instanceof WorkerError)) throw error;
      return await attempt(method, request, signal, attempts - 1);
    } finally {
      member.outstanding -= 1;
    }
  }
}

/** What the worker died of; any other error is thrown on. */
function deathOf(error: unknown): string {
  if (CancelledError.is(error) || !(error instanceof WorkerError)) throw error;
  return errorMessage(error);
}

function failed({ path }: ExtractRequest, message: string): ExtractReply {
  const record = {
    path,
    state: 'failed',
    depth: null,
    reason: `Reading it stopped the reader (${message}).`,
    sizeBytes: 0,
    modifiedMs: 0,
    contentHash: null,
    encoding: null,
    language: null,
    chunks: 0,
    tokens: 0,
    seenMs: Date.now(),
  } as const;
  return { kind: 'update', update: { kind: 'record', record }, problems: [] };
}

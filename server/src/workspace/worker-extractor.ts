/**
 * The extractor over a small pool of worker threads. Each thread has one file at a time, so that a file that hangs, eats
 * the memory or brings its thread down harms no other: it becomes a ledger row, and the next file gets a new thread.
 */
import type { ExtractOutcome } from '../extract/document';
import { CancelledError, throwIfCancelled } from '../util/cancelled';
import { errorMessage } from '../util/error-message';
import type { FileSystem, Logger } from '../platform/ports';
import type { ExtractMethods, ExtractWorkerData } from '../workers/extract-methods';
import { WorkerClient, WorkerError } from '../workers/worker-rpc';
import type { ExtractReply, ExtractRequest, Extractor } from './extractor';

export interface ExtractorOptions {
  /** The built `extract.worker.js`. */
  readonly workerFile: string;
  /** Folders of the static embeddings; without them chunks get no vectors. */
  readonly embeddings?: ExtractWorkerData;
  readonly logger?: Pick<Logger, 'info' | 'warn'>;
  /** Looks at a file that stopped its reader. */
  readonly fileSystem: Pick<FileSystem, 'stat'>;
  /** Worker threads. */
  readonly count: number;
  /** For one file; the thread is stopped when it is over. */
  readonly timeLimitMs?: number;
  /** Of JavaScript objects, for each thread. */
  readonly heapLimitMb?: number;
}

/** PDF files stop by themselves well before. */
const usualTimeLimitMs = 90_000;
const usualHeapLimitMb = 512;

type Client = WorkerClient<ExtractMethods>;

export function createExtractor(options: ExtractorOptions): Extractor {
  const { workerFile, embeddings, logger, fileSystem, count } = options;
  const { timeLimitMs = usualTimeLimitMs, heapLimitMb = usualHeapLimitMb } = options;
  const clients: readonly Client[] = Array.from(
    { length: Math.max(1, count) },
    () =>
      new WorkerClient<ExtractMethods>(workerFile, embeddings, ({ level, message }) => logger?.[level](message), {
        maxOldGenerationSizeMb: heapLimitMb,
      }),
  );
  const idle = [...clients];
  const waiting: ((client: Client) => void)[] = [];
  let isDisposed = false;
  return {
    extract: (request, signal) =>
      call('extract', request, signal).catch((error: unknown) => failed(request, deathOf(error), fileSystem)),
    readDocument: (request, signal) =>
      call('readDocument', request, signal).catch((error: unknown) => unread(deathOf(error))),
    cutCode: (request, signal) =>
      call('cutCode', request, signal).catch((error: unknown) => {
        deathOf(error);
        return request.texts.map(() => null);
      }),
    readNames: (text, signal) =>
      call('readNames', text, signal).catch((error: unknown) => {
        deathOf(error);
        return null;
      }),
    dispose: async () => {
      isDisposed = true;
      await Promise.all(clients.map((client) => client.dispose()));
    },
  };

  /** A death that says nothing about the file may have come from outside, so the file is tried once more. */
  async function call<Name extends keyof ExtractMethods>(
    method: Name,
    request: ExtractMethods[Name]['params'],
    signal: AbortSignal,
  ): Promise<ExtractMethods[Name]['result']> {
    try {
      return await callOnce(method, request, signal);
    } catch (error) {
      if (!(error instanceof WorkerError) || error.origin.reason !== null) throw error;
      return await callOnce(method, request, signal);
    }
  }

  async function callOnce<Name extends keyof ExtractMethods>(
    method: Name,
    request: ExtractMethods[Name]['params'],
    signal: AbortSignal,
  ): Promise<ExtractMethods[Name]['result']> {
    throwIfCancelled(signal);
    const client = idle.pop() ?? (await new Promise<Client>((resolve) => waiting.push(resolve)));
    const timer = setTimeout(() => client.stop('timeLimit'), timeLimitMs);
    const work = signal.aborted || isDisposed ? Promise.reject(new CancelledError()) : client.call(method, request);
    // A file whose reading is cancelled still keeps its thread until it is done, so that its time is not the next one's.
    const done = work.finally(() => {
      clearTimeout(timer);
      release(client);
    });
    return await orCancelled(done, signal);
  }

  function release(client: Client): void {
    const next = waiting.shift();
    if (next) next(client);
    else idle.push(client);
  }

  /** What the worker died of, as the rest of a sentence; any other error is thrown on. */
  function deathOf(error: unknown): string {
    if (CancelledError.is(error) || !(error instanceof WorkerError)) throw error;
    if (error.origin.reason === 'stopped')
      return `It took more than ${timeLimitMs / 1000} s, so reading it was stopped.`;
    if (error.origin.reason === 'outOfMemory')
      return `It needs more than ${heapLimitMb} MB of memory, so reading it was stopped.`;
    return `Reading it stopped the reader (${errorMessage(error)}).`;
  }
}

/** Settles as `work` does, or rejects as soon as the signal is aborted. */
function orCancelled<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const cancel = (): void => reject(new CancelledError());
    signal.addEventListener('abort', cancel, { once: true });
    const settle = (): void => signal.removeEventListener('abort', cancel);
    work.then(resolve, reject).finally(settle);
  });
}

function unread(detail: string): ExtractOutcome {
  return { kind: 'skipped', reason: 'damaged', detail };
}

/** Its size and time are kept, so that it costs its time once: it is read again when it has changed, or with a rebuild. */
async function failed(
  { path, absolutePath }: ExtractRequest,
  reason: string,
  fileSystem: Pick<FileSystem, 'stat'>,
): Promise<ExtractReply> {
  const stat = await fileSystem.stat(absolutePath).catch(() => null);
  const record = {
    path,
    state: 'failed',
    depth: null,
    reason,
    sizeBytes: stat?.sizeBytes ?? 0,
    modifiedMs: stat?.modifiedMs ?? 0,
    contentHash: null,
    encoding: null,
    language: null,
    chunks: 0,
    tokens: 0,
    seenMs: Date.now(),
  } as const;
  return { kind: 'update', update: { kind: 'record', record }, problems: [] };
}

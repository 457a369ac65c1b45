/**
 * Typed calls to a worker thread, with cancellation and progress. One catch a side: an error in a handler comes
 * back as a rejected call with its name, reason and message; a worker that dies rejects what is outstanding and is
 * started anew by the next call.
 */
import { parentPort, Worker, type ResourceLimits, type Transferable } from 'node:worker_threads';
import type { Logger } from '../platform/ports';
import { CancelledError } from '../util/cancelled';
import { errorMessage } from '../util/error-message';

/** Method name → its parameter, result and progress types. */
export type WorkerMethods = Record<string, { params: unknown; result: unknown; progress?: unknown }>;

export interface CallOptions<Progress> {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly transfer?: readonly Transferable[];
}

export class WorkerError extends Error {
  override readonly name = 'WorkerError';
  constructor(
    message: string,
    /** Name and reason of the error inside the worker, so that the caller can rebuild its own class. */
    readonly origin: { readonly name: string; readonly reason: string | null },
  ) {
    super(message);
  }
}

type ToWorker =
  | { readonly kind: 'call'; readonly id: number; readonly method: string; readonly params: unknown }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'close' };
type FromWorker =
  | { readonly kind: 'idle' }
  | ({ readonly kind: 'log' } & WorkerLogLine)
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'progress'; readonly id: number; readonly progress: unknown }
  | {
      readonly kind: 'error';
      readonly id: number;
      readonly name: string;
      readonly reason: string | null;
      readonly message: string;
    };

/** For the log of whoever holds the worker. */
export interface WorkerLogLine {
  readonly level: 'info' | 'warn';
  readonly message: string;
}

interface PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onProgress: ((progress: unknown) => void) | undefined;
}

/** How long a worker that is shut down may take to come out of native code. */
const closingMs = 5_000;

export class WorkerClient<Methods extends WorkerMethods> {
  #worker: Worker | undefined;
  #nextId = 1;
  readonly #pending = new Map<number, PendingCall>();

  constructor(
    private readonly file: string,
    private readonly workerData?: unknown,
    private readonly onLog: (line: WorkerLogLine) => void = () => undefined,
    private readonly resourceLimits: ResourceLimits = {},
  ) {}

  call<Name extends keyof Methods & string>(
    method: Name,
    params: Methods[Name]['params'],
    options: CallOptions<Methods[Name]['progress']> = {},
  ): Promise<Methods[Name]['result']> {
    const { signal, onProgress, transfer } = options;
    if (signal?.aborted) return Promise.reject(new CancelledError());
    const worker = this.#start();
    const id = this.#nextId++;
    return new Promise<unknown>((resolve, reject) => {
      const cancel = (): void => {
        worker.postMessage({ kind: 'cancel', id } satisfies ToWorker);
        settle();
        reject(new CancelledError());
      };
      const settle = (): void => {
        signal?.removeEventListener('abort', cancel);
        this.#pending.delete(id);
        if (this.#pending.size === 0) worker.unref();
      };
      signal?.addEventListener('abort', cancel, { once: true });
      this.#pending.set(id, {
        resolve: (value) => {
          settle();
          resolve(value);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
        onProgress,
      });
      worker.ref();
      worker.postMessage({ kind: 'call', id, method, params } satisfies ToWorker, transfer ?? []);
    });
  }

  /** Ends the thread where it stands, even inside a loop; its calls fail with `message`, the next call starts a new one. */
  stop(message: string): void {
    const worker = this.#worker;
    if (!worker) return;
    this.#died(worker, message, 'stopped');
    void worker.terminate();
  }

  async dispose(): Promise<void> {
    const worker = this.#worker;
    if (!worker) return;
    this.#worker = undefined;
    this.#rejectAll('The worker was shut down.');
    await waitUntilIdle(worker);
    await worker.terminate();
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(this.file, {
      workerData: this.workerData,
      resourceLimits: { maxYoungGenerationSizeMb: 4, ...this.resourceLimits },
    });
    worker.on('message', (message: FromWorker) => this.#receive(message));
    worker.on('error', (error) => this.#died(worker, errorMessage(error), deathReason(error)));
    worker.on('exit', (code) => this.#died(worker, `The worker stopped with code ${code}.`));
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'idle') return;
    if (message.kind === 'log') return this.onLog(message);
    const call = this.#pending.get(message.id);
    if (!call) return;
    if (message.kind === 'progress') call.onProgress?.(message.progress);
    else if (message.kind === 'result') call.resolve(message.result);
    else if (message.name === 'CancelledError') call.reject(new CancelledError());
    else call.reject(new WorkerError(message.message, { name: message.name, reason: message.reason }));
  }

  #died(worker: Worker, message: string, reason: DeathReason | null = null): void {
    // A worker that was stopped ends later, when its calls are gone and another may be at work.
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    this.#rejectAll(message, reason);
  }

  #rejectAll(message: string, reason: DeathReason | null = null): void {
    const calls = [...this.#pending.values()];
    for (const call of calls) call.reject(new WorkerError(message, { name: 'WorkerDied', reason }));
  }
}

/** Told in `WorkerError.origin`: it was ended by `stop`, or its heap reached the limit. */
export type DeathReason = 'stopped' | 'outOfMemory';

function deathReason(error: unknown): DeathReason | null {
  return error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'outOfMemory' : null;
}

/**
 * Cancels what runs in a worker and waits for its end. A thread that is stopped inside a native call (an ONNX run) comes
 * back into an engine that is gone, and the library then aborts the whole process.
 */
function waitUntilIdle(worker: Worker): Promise<void> {
  return new Promise((resolve) => {
    const finish = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(finish, closingMs);
    worker.once('exit', finish);
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'idle') finish();
    });
    worker.ref();
    worker.postMessage({ kind: 'close' } satisfies ToWorker);
  });
}

/** The log as code inside a worker sees it. */
export const workerLog: Pick<Logger, 'info' | 'warn'> = {
  info: (message) => parentPort?.postMessage({ kind: 'log', level: 'info', message } satisfies FromWorker),
  warn: (message) => parentPort?.postMessage({ kind: 'log', level: 'warn', message } satisfies FromWorker),
};

export interface HandlerContext<Progress> {
  readonly signal: AbortSignal;
  readonly progress: (progress: Progress, transfer?: readonly Transferable[]) => void;
}
export type WorkerHandlers<Methods extends WorkerMethods> = {
  readonly [Name in keyof Methods]: (
    params: Methods[Name]['params'],
    context: HandlerContext<Methods[Name]['progress']>,
  ) => Methods[Name]['result'] | Promise<Methods[Name]['result']>;
};

/** Called once by a worker entry: answers calls until the worker ends. */
export function serveWorker<Methods extends WorkerMethods>(handlers: WorkerHandlers<Methods>): void {
  const port = parentPort;
  if (!port) throw new Error('serveWorker must run inside a worker thread.');
  const running = new Map<number, { readonly controller: AbortController; readonly done: Promise<void> }>();
  port.on('message', (message: ToWorker) => {
    if (message.kind === 'cancel') running.get(message.id)?.controller.abort();
    else if (message.kind === 'close') void close();
    else start(message.id, message.method, message.params);
  });
  function start(id: number, method: string, params: unknown): void {
    const controller = new AbortController();
    const done = answer(id, method, params, controller.signal).finally(() => running.delete(id));
    running.set(id, { controller, done });
  }
  async function close(): Promise<void> {
    const calls = [...running.values()];
    for (const { controller } of calls) controller.abort();
    await Promise.allSettled(calls.map(({ done }) => done));
    port?.postMessage({ kind: 'idle' } satisfies FromWorker);
  }
  async function answer(id: number, method: string, params: unknown, signal: AbortSignal): Promise<void> {
    try {
      const handler = handlers[method];
      if (!handler) throw new Error(`The worker has no method ${method}.`);
      const result = await handler(params, {
        signal,
        progress: (progress, transfer) =>
          port?.postMessage({ kind: 'progress', id, progress } satisfies FromWorker, transfer ?? []),
      });
      port?.postMessage({ kind: 'result', id, result } satisfies FromWorker);
    } catch (error) {
      const reason = error instanceof Error && 'reason' in error ? String(error.reason) : null;
      const name = error instanceof Error ? error.name : 'Error';
      port?.postMessage({ kind: 'error', id, name, reason, message: errorMessage(error) } satisfies FromWorker);
    }
  }
}

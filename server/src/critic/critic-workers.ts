/** The inference workers of a critic: one that dies is started anew and asked once more; errors become the critic's. */
import type { Logger } from '../platform/ports';
import { CancelledError } from '../util/cancelled';
import { errorMessage } from '../util/error-message';
import { WorkerClient, WorkerError, type WorkerLogLine, type WorkerMethods } from '../workers/worker-rpc';
import { CriticError } from './critic';

export interface CriticWorkersOptions {
  readonly workerFile: string;
  /** What each worker gets when it starts. */
  readonly data: object;
  readonly count: number;
  /** The sentence for a worker that stopped twice. */
  readonly describeDeath: (reason: string) => string;
  /** Gets what the workers log; what several of them say, or one says again when it is started anew, comes once. */
  readonly log?: Pick<Logger, 'info' | 'warn'> | undefined;
}

export class CriticWorkers<Methods extends WorkerMethods> {
  readonly #clients: readonly WorkerClient<Methods>[];
  #isDisposed = false;

  constructor(private readonly options: CriticWorkersOptions) {
    const { workerFile, data, count, log } = options;
    const logged = new Set<string>();
    const onLog = ({ level, message }: WorkerLogLine): void => {
      if (!logged.has(message)) log?.[level](message);
      logged.add(message);
    };
    this.#clients = Array.from({ length: count }, () => new WorkerClient<Methods>(workerFile, data, onLog));
  }

  get count(): number {
    return this.#clients.length;
  }

  /** Asks one worker. Throws `CriticError` and `CancelledError`. */
  async call<Result>(index: number, ask: (worker: WorkerClient<Methods>) => Promise<Result>): Promise<Result> {
    const worker = this.#clients[index];
    if (!worker || this.#isDisposed) throw new CriticError('The critic has been shut down.');
    try {
      return await ask(worker).catch((error: unknown) => {
        if (this.#isDisposed || !isDeath(error)) throw error;
        return ask(worker);
      });
    } catch (error) {
      if (CancelledError.is(error)) throw new CancelledError();
      throw new CriticError(isDeath(error) ? this.options.describeDeath(errorMessage(error)) : errorMessage(error));
    }
  }

  /** Runs one loop a worker; the failure of one stops the others. */
  async all(outer: AbortSignal, loop: (worker: number, signal: AbortSignal) => Promise<void>): Promise<void> {
    const stop = new AbortController();
    const signal = AbortSignal.any([outer, stop.signal]);
    try {
      await Promise.all(this.#clients.map((_, worker) => loop(worker, signal)));
    } finally {
      stop.abort();
    }
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    await Promise.all(this.#clients.map((worker) => worker.dispose()));
  }
}

function isDeath(error: unknown): boolean {
  return error instanceof WorkerError && error.origin.name === 'WorkerDied';
}

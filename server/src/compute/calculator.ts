/** Tables and queries over them, in a worker of their own that is stopped when a query outlasts its time. */
import { errorMessage } from '../util/error-message';
import type { ComputeMethods, QueryResult, TableSummaries } from '../workers/compute-protocol';
import { WorkerClient, WorkerError } from '../workers/worker-rpc';
import { ComputeError, type ComputeErrorReason } from './compute-error';
import type { ComputeDocument } from './find-grids';

export interface Calculator {
  /** @throws ComputeError, CancelledError */
  tables(documents: readonly ComputeDocument[], signal: AbortSignal): Promise<TableSummaries>;
  /** One SELECT over the tables of the same documents. @throws ComputeError, CancelledError */
  query(documents: readonly ComputeDocument[], sql: string, signal: AbortSignal): Promise<QueryResult>;
  dispose(): Promise<void>;
}

export interface CalculatorOptions {
  /** The built `compute.worker.js`. */
  readonly workerFile: string;
  readonly timeLimitMs?: number;
}

const usualTimeLimitMs = 5_000;
/** For reading the tables, and for what a query does between two looks at the time. */
const graceMs = 10_000;
const heapLimitMb = 512;

export function createCalculator({ workerFile, timeLimitMs = usualTimeLimitMs }: CalculatorOptions): Calculator {
  const client = new WorkerClient<ComputeMethods>(workerFile, undefined, undefined, {
    maxOldGenerationSizeMb: heapLimitMb,
  });
  async function call<Name extends keyof ComputeMethods>(
    method: Name,
    params: ComputeMethods[Name]['params'],
    signal: AbortSignal,
  ): Promise<ComputeMethods[Name]['result']> {
    const timer = setTimeout(() => client.stop('timeLimit'), timeLimitMs + graceMs);
    try {
      return await client.call(method, params, { signal });
    } catch (error) {
      throw fromWorker(error);
    } finally {
      clearTimeout(timer);
    }
  }
  return {
    tables: (documents, signal) => call('describe', { documents }, signal),
    query: (documents, sql, signal) => call('query', { documents, sql, timeLimitMs }, signal),
    dispose: () => client.dispose(),
  };
}

function fromWorker(error: unknown): unknown {
  if (!(error instanceof WorkerError)) return error;
  const { name, reason } = error.origin;
  if (name === 'ComputeError') return new ComputeError(reason as ComputeErrorReason, error.message);
  if (reason === 'stopped') {
    return new ComputeError('timeLimit', 'The query took too long and was stopped; ask about fewer rows.');
  }
  if (reason === 'outOfMemory')
    return new ComputeError('tooLarge', 'The tables need more memory than a calculation gets.');
  return new ComputeError('notAllowed', `The tables could not be read: ${errorMessage(error)}`);
}

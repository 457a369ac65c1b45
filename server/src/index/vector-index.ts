/**
 * The index by meaning: a vector a chunk, found by cosine in a worker (`vector.worker.ts`). It is a cache of what the
 * store keeps: whoever owns it puts the stored vectors in, and again after `VectorIndexError` with the reason `lost`.
 */
import { CancelledError } from '../util/cancelled';
import { errorMessage } from '../util/error-message';
import type { VectorBatch, VectorWorkerData, VectorWorkerMethods } from '../workers/vector-protocol';
import { WorkerClient, WorkerError } from '../workers/worker-rpc';
import type { VectorHit } from './top-hits';

export interface VectorIndex {
  /** Chunks that can be found. */
  readonly size: number;
  /** Adds, or replaces where the id is known. `vectors` holds one behind another. The arrays are copied. */
  put(ids: ArrayLike<number>, vectors: Int8Array, scales: Float32Array): Promise<void>;
  /** Ids that are not there are passed over. */
  remove(ids: ArrayLike<number>): Promise<void>;
  clear(): Promise<void>;
  /** The nearest chunks by cosine, best first; at equal scores the smaller id. */
  search(query: QueryVector, limit: number, signal: AbortSignal): Promise<readonly VectorHit[]>;
  /** Vectors of texts, made by the same table as all others; parts of a vector are `vectors.length / texts.length`. */
  embed(texts: readonly string[], signal: AbortSignal): Promise<VectorBatch>;
  dispose(): Promise<void>;
}

export interface QueryVector {
  readonly vector: Int8Array;
  readonly scale: number;
}

/** `lost`: the worker stopped, and with it went all vectors. `failed`: this call is not done, the rest stands. */
export type VectorIndexErrorReason = 'lost' | 'failed';

export class VectorIndexError extends Error {
  override readonly name = 'VectorIndexError';
  constructor(
    readonly reason: VectorIndexErrorReason,
    message: string,
  ) {
    super(message);
  }
  static is(value: unknown, reason?: VectorIndexErrorReason): value is VectorIndexError {
    return value instanceof VectorIndexError && (reason === undefined || value.reason === reason);
  }
}

export interface VectorIndexOptions extends VectorWorkerData {
  readonly workerFile: string;
}

export function createVectorIndex({ workerFile, tableFolder, criticFolder }: VectorIndexOptions): VectorIndex {
  return new WorkerVectorIndex(new WorkerClient(workerFile, { tableFolder, criticFolder } satisfies VectorWorkerData));
}

class WorkerVectorIndex implements VectorIndex {
  #size = 0;

  constructor(private readonly worker: WorkerClient<VectorWorkerMethods>) {}

  get size(): number {
    return this.#size;
  }

  async put(ids: ArrayLike<number>, vectors: Int8Array, scales: Float32Array): Promise<void> {
    const batch = { ids: Float64Array.from(ids), vectors, scales };
    this.#size = await this.#ask(this.worker.call('put', batch));
  }

  async remove(ids: ArrayLike<number>): Promise<void> {
    this.#size = await this.#ask(this.worker.call('remove', { ids: Float64Array.from(ids) }));
  }

  async clear(): Promise<void> {
    this.#size = await this.#ask(this.worker.call('clear', {}));
  }

  search({ vector, scale }: QueryVector, limit: number, signal: AbortSignal): Promise<readonly VectorHit[]> {
    return this.#ask(this.worker.call('search', { vector, scale, limit }, { signal }));
  }

  embed(texts: readonly string[], signal: AbortSignal): Promise<VectorBatch> {
    return this.#ask(this.worker.call('embed', { texts }, { signal }));
  }

  dispose(): Promise<void> {
    return this.worker.dispose();
  }

  async #ask<Result>(call: Promise<Result>): Promise<Result> {
    try {
      return await call;
    } catch (error) {
      if (CancelledError.is(error)) throw error;
      const isLost = error instanceof WorkerError && error.origin.name === 'WorkerDied';
      if (!isLost) throw new VectorIndexError('failed', errorMessage(error));
      this.#size = 0;
      throw new VectorIndexError('lost', `The search by meaning has to be loaded again: ${errorMessage(error)}`);
    }
  }
}

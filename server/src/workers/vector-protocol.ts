/** The calls between the vector index on the server's thread and its worker. */
import type { VectorHit } from '../index/top-hits';

export interface VectorWorkerData {
  /** Folder with table.bin and the manifest.json that names it. */
  readonly tableFolder: string;
  /** Folder of the critic, whose tokenizer.json the table is made for. */
  readonly criticFolder: string;
}

/** Vectors one behind another; times its scale each has length 1. */
export interface VectorBatch {
  readonly vectors: Int8Array;
  readonly scales: Float32Array;
}

type Nothing = Record<string, never>;

// A type, not an interface: only types match the index signature of WorkerMethods.
export type VectorWorkerMethods = {
  /** The number of vectors after it, as with `remove`. */
  put: { params: VectorBatch & { readonly ids: Float64Array }; result: number };
  remove: { params: { readonly ids: Float64Array }; result: number };
  clear: { params: Nothing; result: number };
  search: {
    params: { readonly vector: Int8Array; readonly scale: number; readonly limit: number };
    result: readonly VectorHit[];
  };
  embed: { params: { readonly texts: readonly string[] }; result: VectorBatch };
};

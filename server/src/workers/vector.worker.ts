/**
 * The vector scan off the server's thread: holds the vectors of a workspace's chunks in its own memory, finds the nearest
 * ones, and embeds questions with the table that made them. The table is loaded with the first call.
 */
import { workerData } from 'node:worker_threads';
import type { StaticEmbedder } from '../embed/static-embedder';
import { VectorSet } from '../index/vector-set';
import { throwIfCancelled, yieldToLoop } from '../util/cancelled';
import { loadStaticEmbedder } from './static-folder';
import type { VectorWorkerData, VectorWorkerMethods } from './vector-protocol';
import { serveWorker } from './worker-rpc';

interface Loaded {
  readonly embedder: StaticEmbedder;
  readonly vectors: VectorSet;
}

const data = workerData as VectorWorkerData;
let loading: Promise<Loaded> | undefined;

/** A load that failed is tried again by the next call. */
function load(): Promise<Loaded> {
  loading ??= loadStaticEmbedder(data.tableFolder, data.criticFolder).then(
    (embedder) => ({ embedder, vectors: new VectorSet(embedder.dimensions) }),
    (error: unknown) => {
      loading = undefined;
      throw error;
    },
  );
  return loading;
}

serveWorker<VectorWorkerMethods>({
  async put({ ids, vectors: batch, scales }) {
    const { vectors } = await load();
    vectors.put(ids, batch, scales);
    return vectors.size;
  },
  async remove({ ids }) {
    const { vectors } = await load();
    vectors.remove(ids);
    return vectors.size;
  },
  async clear() {
    const { vectors } = await load();
    vectors.clear();
    return vectors.size;
  },
  async search({ vector, scale, limit }, { signal }) {
    const { vectors } = await load();
    return vectors.search(vector, scale, limit, signal);
  },
  async embed({ texts }, { signal }) {
    const { embedder } = await load();
    const width = embedder.dimensions;
    const [vectors, scales] = [new Int8Array(texts.length * width), new Float32Array(texts.length)];
    for (const [idx, text] of texts.entries()) {
      scales[idx] = embedder.embedInto(text, vectors.subarray(idx * width, (idx + 1) * width));
      await yieldToLoop();
      throwIfCancelled(signal);
    }
    return { vectors, scales };
  },
});

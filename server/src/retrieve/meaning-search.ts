/**
 * Search by meaning over what the index keeps: the query's static vector against those of all chunks. The vectors in memory
 * follow the store: before a search those of new chunks are fetched, and chunks that are gone fall out of the result.
 */
import type { IndexStore, StoredChunk } from '../index/index-store';
import { VectorIndexError, type VectorIndex } from '../index/vector-index';
import { throwIfCancelled } from '../util/cancelled';

export type MeaningSearch = (query: string, limit: number, signal: AbortSignal) => Promise<readonly StoredChunk[]>;

/** Files a page, and chunks that may be gone before it matters. */
const [pageRows, fewChunks] = [500, 4_000];
/** Vectors of chunks that are gone are dropped by loading all again, once they are this share of what is kept. */
const maxGoneShare = 0.5;

export function createMeaningSearch(
  store: Pick<IndexStore, 'vectors' | 'chunksById' | 'totals'>,
  vectors: VectorIndex,
): MeaningSearch {
  let last = 0;
  let syncing: Promise<void> = Promise.resolve();
  const fetchNew = async (): Promise<void> => {
    for (;;) {
      const page = await store.vectors(last, pageRows);
      if (page.ids.length > 0) await vectors.put(page.ids, page.bytes, page.scales);
      last = page.last;
      if (page.isEnd) return;
    }
  };
  const sync = async (): Promise<void> => {
    // A worker that stopped has lost all.
    if (vectors.size === 0) last = 0;
    await fetchNew();
    const { chunks } = await store.totals();
    if (vectors.size <= (1 + maxGoneShare) * chunks + fewChunks) return;
    await vectors.clear();
    last = 0;
    await fetchNew();
  };
  const search: MeaningSearch = async (query, limit, signal) => {
    // One after the other: two at once would fetch the same.
    syncing = syncing.then(sync, sync);
    await syncing;
    throwIfCancelled(signal);
    if (vectors.size === 0) return [];
    const { vectors: bytes, scales } = await vectors.embed([query], signal);
    const hits = await vectors.search({ vector: bytes, scale: scales[0] ?? 0 }, limit + goneRoom, signal);
    const found = await store.chunksById(
      hits.map(({ id }) => id),
      { texts: false },
    );
    const scores = new Map(hits.map(({ id, score }) => [id, score]));
    return found.map((chunk) => ({ ...chunk, score: scores.get(chunk.id) ?? 0 })).slice(0, limit);
  };
  return async (query, limit, signal) => {
    try {
      return await search(query, limit, signal);
    } catch (error) {
      if (!VectorIndexError.is(error, 'lost')) throw error;
      return search(query, limit, signal);
    }
  };
}

/** Hits that may turn out to be gone since. */
const goneRoom = 20;

/**
 * The symbol graph as a ranking of retrieval: what stands around the best hits (definitions of what they call, callers,
 * tests, sections that name them). A neighbour counts by how good its hit is and how sure the way to it is.
 */
import type { IndexStore, StoredChunk } from '../index/index-store';
import { weightOfKind, type AskedKinds } from './weigh-chunks';

/** Hits whose neighbours are asked for, and neighbours of each. */
const [maxHits, maxNeighbours] = [3, 40];
/** Ways less sure than this lead anywhere. */
const minScore = 0.2;

/** `best`: what was found so far, best first. The chunks come best first, each once, without their texts. */
export async function rankNeighbours(
  store: Pick<IndexStore, 'neighbours'>,
  best: readonly { readonly chunk: StoredChunk; readonly score: number }[],
  asked: AskedKinds,
): Promise<readonly StoredChunk[]> {
  const hits = best.slice(0, maxHits);
  const lists = await store.neighbours(
    hits.map(({ chunk: { path, startOffset, endOffset } }) => ({ path, startOffset, endOffset })),
    maxNeighbours,
  );
  const found = new Map<string, StoredChunk>();
  lists.forEach((neighbours, place) => {
    const share = (hits[place]?.score ?? 0) / (hits[0]?.score ?? 1);
    for (const { chunk, score } of neighbours) {
      if (score < minScore) continue;
      const key = `${chunk.path}\n${chunk.startOffset}`;
      const before = found.get(key)?.score ?? 0;
      found.set(key, { ...chunk, score: before + share * score * weightOfKind(chunk.path, asked) });
    }
  });
  return [...found.values()].sort((one, other) => other.score - one.score);
}

/**
 * Retrieval: full text, symbols and paths are ranked apart and fused by reciprocal rank (Cormack et al., 2009), so that
 * scores of different kinds never have to be compared. The next chunks of the best hits come last, as neighbours.
 */
import type { RetrievalSource } from '../../../protocol/evidence';
import type { IndexStore, StoredChunk } from '../index/index-store';
import { throwIfCancelled } from '../util/cancelled';
import { expandQuery } from './expand-query';
import { rankNeighbours } from './graph-ranking';
import type { MeaningSearch } from './meaning-search';
import { queryWords } from './query-words';
import { readAskedKinds, weighChunks, weightOfKind, type AskedKinds } from './weigh-chunks';
import type { Passage, RetrieveOptions, Retriever } from './retriever';

/** The usual constant of reciprocal rank fusion: how slowly the weight of a rank falls. */
const rankConstant = 60;
/** A symbol named in the question is a stronger sign than a word; a path is a weaker one. */
const weights = { text: 1, name: 1, symbol: 0.3, path: 0.1, meaning: 0.15, otherForms: 0.15, graph: 0.4 } as const;
/** Chunks that full text search gives at least: a file is judged by all of them, not by the few that are read. */
const minDepth = 400;
const neighboursOf = 4;

type Store = Pick<
  IndexStore,
  'searchText' | 'searchSymbols' | 'searchPaths' | 'chunksOf' | 'chunksById' | 'neighbours'
>;
const noTexts = { texts: false } as const;

interface Ranking {
  readonly source: RetrievalSource;
  readonly weight: number;
  readonly chunks: readonly StoredChunk[];
}

interface Fused {
  readonly chunk: StoredChunk;
  readonly sources: Set<RetrievalSource>;
  score: number;
}

/** Without `findMeaning` words alone decide. */
export function createRetriever(store: Store, findMeaning: MeaningSearch = async () => []): Retriever {
  return { retrieve: (query, options) => retrieve({ store, findMeaning }, query, options) };
}

interface Sources {
  readonly store: Store;
  readonly findMeaning: MeaningSearch;
}

async function retrieve(
  { store, findMeaning }: Sources,
  query: string,
  { limit, signal }: RetrieveOptions,
): Promise<readonly Passage[]> {
  throwIfCancelled(signal);
  const { text, names: written } = queryWords(query);
  const names = written.filter(isNoAbbreviation);
  if (text === '') return [];
  const depth = limit * 2;
  const otherForms = expandQuery(query).join(' ');
  const [words, byName, symbols, paths, meaning, others] = await Promise.all([
    store.searchText(text, Math.max(depth, minDepth), noTexts),
    names.length > 0 ? store.searchText(names.join(' '), depth, noTexts) : [],
    store.searchSymbols(
      (names.length > 0 ? names : text.split(/\s+/).filter(isNoAbbreviation)).join(' '),
      limit,
      noTexts,
    ),
    store.searchPaths(text, depth, noTexts),
    findMeaning(query, depth, signal),
    otherForms === '' ? [] : store.searchText(otherForms, depth, noTexts),
  ]);
  throwIfCancelled(signal);
  const asked = readAskedKinds(query);
  const fused = fuse(new Map(), [
    { source: 'text', weight: weights.text, chunks: weighChunks(words, asked) },
    { source: 'text', weight: weights.name, chunks: byName },
    { source: 'symbol', weight: weights.symbol, chunks: symbols },
    { source: 'vector', weight: weights.meaning, chunks: meaning },
    { source: 'text', weight: weights.otherForms, chunks: others },
  ]);
  addPaths(fused, askedFirst(paths, asked));
  const ranked = [...fused.values()].sort(byScore);
  const best = (await withGraph(store, ranked, asked)).slice(0, limit);
  throwIfCancelled(signal);
  return withNeighbours(store, await withTexts(store, best), limit, signal);
}

/** Only what is chosen is unpacked. */
async function withTexts(store: Store, best: readonly Fused[]): Promise<readonly Fused[]> {
  const missing = best.flatMap(({ chunk }) => (chunk.text === '' ? [chunk.id] : []));
  const found = new Map((await store.chunksById(missing)).map((chunk) => [chunk.id, chunk]));
  return best.flatMap((entry) => {
    const chunk = entry.chunk.text === '' ? found.get(entry.chunk.id) : entry.chunk;
    // One that is gone by now was read anew meanwhile.
    return chunk ? [{ ...entry, chunk: { ...chunk, score: entry.chunk.score } }] : [];
  });
}

/** `JSON` and `HTTP` are words of the language; `MAX_SIZE` is a name. */
function isNoAbbreviation(word: string): boolean {
  return /[\p{Ll}\p{Lo}_$]/u.test(word);
}

/** Adds rankings to what was `found` so far. */
function fuse(found: Map<string, Fused>, rankings: readonly Ranking[]): Map<string, Fused> {
  for (const { source, weight, chunks } of rankings) {
    chunks.forEach((chunk, rank) => {
      const key = keyOf(chunk);
      const entry = found.get(key) ?? { chunk, sources: new Set(), score: 0 };
      entry.sources.add(source);
      entry.score += weight / (rankConstant + rank + 1);
      found.set(key, entry);
    });
  }
  return found;
}

/** A file whose path answers to the question lifts all its chunks that were found, or brings in its first one. */
function addPaths(found: Map<string, Fused>, paths: readonly StoredChunk[]): void {
  const entries = [...found.values()];
  paths.forEach((chunk, rank) => {
    const ofFile = entries.filter((entry) => entry.chunk.path === chunk.path);
    const lifted = ofFile.length > 0 ? ofFile : [{ chunk, sources: new Set<RetrievalSource>(), score: 0 }];
    for (const entry of lifted) {
      entry.sources.add('path');
      entry.score += weights.path / (rankConstant + rank + 1);
      found.set(keyOf(entry.chunk), entry);
    }
  });
}

function askedFirst(chunks: readonly StoredChunk[], asked: AskedKinds): readonly StoredChunk[] {
  const isAsked = (chunk: StoredChunk): boolean => weightOfKind(chunk.path, asked) === 1;
  return [...chunks.filter(isAsked), ...chunks.filter((chunk) => !isAsked(chunk))];
}

/**
 * Once the order is known, and not undone by it: what stands around a hit often stands in the hit's own file. The best hit
 * stays the best: nothing is found by being near to it that answers better.
 */
async function withGraph(store: Store, ranked: readonly Fused[], asked: AskedKinds): Promise<readonly Fused[]> {
  const [best] = ranked;
  if (!best) return ranked;
  const known = new Map(ranked.map((entry) => [keyOf(entry.chunk), entry]));
  const chunks = await rankNeighbours(store, ranked, asked);
  const others = [...fuse(known, [{ source: 'neighbour', weight: weights.graph, chunks }]).values()]
    .filter((entry) => entry !== best)
    .map((entry) => ({ ...entry, score: Math.min(entry.score, best.score) }));
  return [best, ...others.sort(byScore)];
}

/** The chunk after each of the best hits: an answer often stands right below the heading that was found. */
async function withNeighbours(
  store: Store,
  best: readonly Fused[],
  limit: number,
  signal: AbortSignal,
): Promise<readonly Passage[]> {
  const passages = best.map(({ chunk, sources, score }): Passage => ({ ...chunk, sources: [...sources], score }));
  const known = new Set(best.map(({ chunk }) => keyOf(chunk)));
  const room = limit - passages.length;
  const lowest = passages.at(-1)?.score ?? 0;
  const neighbours: Passage[] = [];
  for (const { chunk } of best.slice(0, Math.min(neighboursOf, room))) {
    throwIfCancelled(signal);
    const siblings = await store.chunksOf(chunk.path);
    const next = siblings[siblings.findIndex((item) => item.startOffset === chunk.startOffset) + 1];
    if (!next || known.has(keyOf(next))) continue;
    known.add(keyOf(next));
    neighbours.push({ ...next, sources: ['neighbour'], score: lowest * 0.9 });
  }
  return [...passages, ...neighbours];
}

function byScore(a: Fused, b: Fused): number {
  return b.score - a.score || (keyOf(a.chunk) < keyOf(b.chunk) ? -1 : 1);
}

function keyOf(chunk: StoredChunk): string {
  return `${chunk.path}\n${chunk.startOffset}`;
}

/**
 * Texts that stand on the screen and are not saved: searched instead of what the index has of those files. Few, so they are
 * cut and scored in place, by the BM25 that full text search uses (Robertson and Zaragoza, 2009), with how rare a word is
 * taken from the index; their scores can stand in one list with the index's own.
 */
import type { IndexStore, StoredChunk } from '../index/index-store';
import { searchWords } from '../index/search-words';
import type { MeaningSearch } from './meaning-search';

type Searched = Pick<
  IndexStore,
  'searchText' | 'searchSymbols' | 'searchPaths' | 'chunksOf' | 'chunksById' | 'wordCounts' | 'neighbours'
>;

interface UnsavedText {
  readonly chunks: readonly StoredChunk[];
  /** Words of each chunk, its heading's included. */
  readonly words: readonly (readonly string[])[];
}

const [saturation, lengthShare] = [1.2, 0.75];

/** Cuts a text into ranges to search; lines are 0-based. */
export type CutText = (document: { readonly text: string }) => {
  readonly chunks: readonly Omit<StoredChunk, 'id' | 'path' | 'text' | 'score'>[];
};

export class UnsavedTexts {
  readonly #texts = new Map<string, UnsavedText>();

  constructor(private readonly cutText: CutText) {}

  /** `path` is relative to the workspace; null: it is saved or closed, and the index holds again. */
  set(path: string, text: string | null): void {
    if (text === null) this.#texts.delete(path);
    else this.#texts.set(path, cut(path, text, this.cutText));
  }

  /** The store as it is with these texts in place of the files'. */
  over(store: Searched): Searched {
    const isSaved = ({ path }: StoredChunk): boolean => !this.#texts.has(path);
    return {
      wordCounts: (words) => store.wordCounts(words),
      searchText: async (query, limit, options) => {
        const saved = await store.searchText(query, limit, options);
        if (this.#texts.size === 0) return saved;
        const own = await this.#search(store, query);
        return [...saved.filter(isSaved), ...own].sort((one, other) => other.score - one.score).slice(0, limit);
      },
      searchSymbols: async (query, limit, options) =>
        (await store.searchSymbols(query, limit, options)).filter(isSaved),
      searchPaths: async (query, limit, options) =>
        (await store.searchPaths(query, limit, options)).flatMap((hit) => {
          const unsaved = this.#texts.get(hit.path);
          const first = unsaved?.chunks[0];
          return unsaved ? (first ? [{ ...first, score: hit.score }] : []) : [hit];
        }),
      chunksOf: async (path) => this.#texts.get(path)?.chunks ?? (await store.chunksOf(path)),
      // Offsets of an unsaved text mean nothing in the saved one, whose names they would be looked up by.
      neighbours: async (places, limit) => {
        const saved = places.filter(({ path }) => !this.#texts.has(path));
        const lists = await store.neighbours(saved, limit);
        return places.map((place) =>
          (lists[saved.indexOf(place)] ?? []).filter(({ chunk }) => !this.#texts.has(chunk.path)),
        );
      },
      chunksById: async (ids, options) => (await store.chunksById(ids, options)).filter(isSaved),
    };
  }

  /** Hits of files whose text is another one on the screen fall out. */
  without(search: MeaningSearch): MeaningSearch {
    return async (query, limit, signal) =>
      (await search(query, limit, signal)).filter(({ path }) => !this.#texts.has(path));
  }

  async #search(store: Searched, query: string): Promise<readonly StoredChunk[]> {
    const asked = [...new Set(searchWords(query))];
    const { total, counts } = await store.wordCounts(asked);
    const weights = new Map(
      asked.map((word, place) => {
        const count = counts[place] ?? 0;
        // A word that half of all chunks hold says next to nothing, but never speaks against a chunk.
        return [stemOf(word), Math.max(1e-6, Math.log((total - count + 0.5) / (count + 0.5)))];
      }),
    );
    const all = [...this.#texts.values()];
    const lengths = all.flatMap(({ words }) => words.map(({ length }) => length));
    const mean = lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, lengths.length);
    return all.flatMap(({ chunks, words }) =>
      chunks.flatMap((chunk, place) => {
        const score = scoreWords(words[place] ?? [], weights, mean);
        return score > 0 ? [{ ...chunk, score }] : [];
      }),
    );
  }
}

/** `limits`, `limited` and `limiting` are one word; the full text index has Porter's stems. */
function stemOf(word: string): string {
  return word.length > 4 ? word.replace(/(?:ing|ed|es|s)$/, '') : word;
}

function scoreWords(words: readonly string[], weights: ReadonlyMap<string, number>, meanLength: number): number {
  const counts = new Map<string, number>();
  for (const word of words) if (weights.has(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const norm = saturation * (1 - lengthShare + (lengthShare * words.length) / Math.max(1, meanLength));
  let score = 0;
  for (const [word, count] of counts) score += ((weights.get(word) ?? 0) * count * (saturation + 1)) / (count + norm);
  return score;
}

function cut(path: string, text: string, cutText: CutText): UnsavedText {
  const chunks = cutText({ text }).chunks.map(
    ({ startOffset, endOffset, startLine, endLine, heading }, place): StoredChunk => ({
      id: -1 - place,
      path,
      startOffset,
      endOffset,
      startLine,
      endLine,
      heading,
      text: text.slice(startOffset, endOffset),
      score: 0,
    }),
  );
  return { chunks, words: chunks.map((chunk) => searchWords(`${chunk.heading} ${chunk.text}`).map(stemOf)) };
}

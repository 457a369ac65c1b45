/** Full text (BM25), symbols and paths of the index. Queries are plain words, never FTS syntax. */
import type { DatabaseSync } from 'node:sqlite';
import type { SearchOptions, StoredChunk, WordCounts } from '../index/index-store';
import { searchWords } from '../index/search-words';
import { chunksOfFile, readChunks, type StoreFile } from './store-reader';
import { numberOf } from './store-rows';

export interface Query extends SearchOptions {
  readonly query: string;
  readonly limit: number;
}

/** More words than this make a query slow and no better. */
const maxQueryWords = 64;
/**
 * Chunks that a query may touch. Each costs about a microsecond to score, so the commonest words of a question, which
 * tell least, are left out of a large index.
 */
const maxTouchedChunks = 15_000;

export function searchText(store: StoreFile, { query, limit, texts = true }: Query): readonly StoredChunk[] {
  const words = tellingWords(store.database, queryWords(query));
  if (words.length === 0) return [];
  const sql = `SELECT rowid AS id, -rank AS score FROM words WHERE words MATCH ? AND rank MATCH 'bm25(1.0, 1.5)'
    ORDER BY rank LIMIT ?`;
  const hits = store.database.prepare(sql).all(toMatch(words), limit);
  return readChunks(store, hits.map(toHit), texts).toSorted(byScore);
}

export function searchSymbols(store: StoreFile, { query, limit, texts = true }: Query): readonly StoredChunk[] {
  const names = [...new Set(query.match(/[\p{L}_$][\p{L}\p{N}_$]{2,}/gu) ?? [])].slice(0, maxQueryWords);
  if (names.length === 0) return [];
  const marks = names.map(() => '?').join(', ');
  // The index on names folds the case of ASCII letters; the same name exactly is worth more.
  const sql = `SELECT c.id, max(CASE WHEN s.name IN (${marks}) THEN 2.0 ELSE 1.0 END) AS score FROM symbols s
    JOIN files f ON f.id = s.file
    JOIN chunks c ON ${chunksOfFile} AND c.startOffset <= s.nameOffset AND s.nameOffset < c.endOffset
    WHERE s.name COLLATE NOCASE IN (${marks}) GROUP BY c.id ORDER BY score DESC, c.id LIMIT ?`;
  const hits = store.database.prepare(sql).all(...names, ...names, limit);
  return readChunks(store, hits.map(toHit), texts).toSorted(byScore);
}

export function searchPaths(store: StoreFile, { query, limit, texts = true }: Query): readonly StoredChunk[] {
  const words = queryWords(query);
  if (words.length === 0) return [];
  const sql = `SELECT p.score, (SELECT firstChunk FROM files WHERE id = p.file) AS id
    FROM (SELECT rowid AS file, -rank AS score FROM paths WHERE paths MATCH ? ORDER BY rank LIMIT ?) p`;
  const hits = store.database.prepare(sql).all(toMatch(words), limit);
  return readChunks(store, hits.map(toHit), texts).toSorted(byScore);
}

function queryWords(query: string): readonly string[] {
  const all = [...new Set(searchWords(query))];
  // The 2 of `HTTP2` is everywhere; a single letter or digit counts only where nothing else is asked for.
  const telling = all.filter((word) => !/^[a-z0-9]$/.test(word));
  return (telling.length > 0 ? telling : all).slice(0, maxQueryWords);
}

export function countWords({ database }: StoreFile, words: readonly string[]): WordCounts {
  const total = numberOf(database.prepare('SELECT count(*) AS total FROM chunks').get()?.['total']);
  const count = createCounter(database);
  return { total, counts: words.map(count) };
}

/** Chunks that hold a word; counting stops where it is too common anyway. */
function createCounter(database: DatabaseSync): (word: string) => number {
  const count = database.prepare(
    `SELECT count(*) AS chunks FROM (SELECT rowid FROM words WHERE words MATCH ? LIMIT ${maxTouchedChunks})`,
  );
  return (word) => numberOf(count.get(toMatch([word]))?.['chunks']);
}

/** The rarest words that together touch no more chunks than a query may; one at least. */
function tellingWords(database: DatabaseSync, words: readonly string[]): readonly string[] {
  if (words.length < 2) return words;
  const count = createCounter(database);
  const counted = words.map((word) => ({ word, chunks: count(word) }));
  let left = maxTouchedChunks;
  const kept = counted
    .filter(({ chunks }) => chunks > 0)
    .sort((one, other) => one.chunks - other.chunks)
    .filter(({ chunks }, place) => (left -= chunks) >= 0 || place === 0);
  return kept.map(({ word }) => word);
}

function toMatch(words: readonly string[]): string {
  return words.map((word) => `"${word.replaceAll('"', '')}"`).join(' OR ');
}

function toHit(row: Readonly<Record<string, unknown>>): { readonly id: number; readonly score: number } {
  return { id: numberOf(row['id']), score: numberOf(row['score']) };
}

/** Equal scores in the order of paths: ids differ from one index to another of the same files. */
function byScore(one: StoredChunk, other: StoredChunk): number {
  if (one.score !== other.score) return other.score - one.score;
  return one.path === other.path ? one.startOffset - other.startOffset : one.path < other.path ? -1 : 1;
}

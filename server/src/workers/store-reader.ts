/** Reads from the index: files, totals, full text (BM25), symbols, paths. Queries are plain words, never FTS syntax. */
import type { DatabaseSync } from 'node:sqlite';
import type {
  FileRecord,
  FileState,
  IndexTotals,
  ReferencePlace,
  StoredChunk,
  SymbolPlace,
} from '../index/index-store';
import { searchWords } from '../index/search-words';

/** More words than this make a query slow and no better. */
const maxQueryWords = 64;
const chunkColumns = 'c.path, c.startOffset, c.endOffset, c.startLine, c.endLine, c.heading, c.text';
type Row = Readonly<Record<string, unknown>>;

/** Rows after the path `after`, with `under` only that file and what lies in that folder. */
export function readFiles(database: DatabaseSync, under: string, after: string, limit: number): readonly FileRecord[] {
  // '0' is the character after '/', so the range holds exactly the paths that start with `under/`.
  const sql = `SELECT * FROM files WHERE path > ?2
    AND (?1 = '' OR path = ?1 OR (path > ?1 || '/' AND path < ?1 || '0')) ORDER BY path LIMIT ?3`;
  return database.prepare(sql).all(under, after, limit).map(toFileRecord);
}

export function readTotals(database: DatabaseSync): IndexTotals {
  const sql = 'SELECT state, count(*) AS files, sum(chunks) AS chunks, sum(tokens) AS tokens FROM files GROUP BY state';
  const rows = database.prepare(sql).all();
  const of = (state: FileState): number => numberOf(rows.find((row) => row['state'] === state)?.['files']);
  const sum = (column: string): number => rows.reduce((total, row) => total + numberOf(row[column]), 0);
  return {
    files: sum('files'),
    indexed: of('indexed'),
    skipped: of('skipped'),
    failed: of('failed'),
    pending: of('pending'),
    chunks: sum('chunks'),
    tokens: sum('tokens'),
  };
}

export function searchText(database: DatabaseSync, query: string, limit: number): readonly StoredChunk[] {
  const match = toMatch(query);
  if (match === '') return [];
  const sql = `SELECT ${chunkColumns}, -bm25(words, 1.0, 1.5) AS score FROM words JOIN chunks c ON c.id = words.rowid
    WHERE words MATCH ? ORDER BY bm25(words, 1.0, 1.5), c.id LIMIT ?`;
  return database.prepare(sql).all(match, limit).map(toChunk);
}

export function searchSymbols(database: DatabaseSync, query: string, limit: number): readonly StoredChunk[] {
  const names = [...new Set(query.match(/[\p{L}_$][\p{L}\p{N}_$]{2,}/gu) ?? [])].slice(0, maxQueryWords);
  if (names.length === 0) return [];
  const marks = names.map(() => '?').join(', ');
  const exact = `s.name IN (${marks})`;
  const sql = `SELECT ${chunkColumns}, CASE WHEN ${exact} THEN 2.0 ELSE 1.0 END AS score
    FROM symbols s JOIN chunks c ON c.path = s.path AND c.startOffset <= s.nameOffset AND s.nameOffset < c.endOffset
    WHERE s.folded IN (${marks}) GROUP BY c.id ORDER BY score DESC, c.path, c.startOffset LIMIT ?`;
  const folded = names.map((name) => name.toLowerCase());
  return database
    .prepare(sql)
    .all(...names, ...folded, limit)
    .map(toChunk);
}

export function searchPaths(database: DatabaseSync, query: string, limit: number): readonly StoredChunk[] {
  const match = toMatch(query);
  if (match === '') return [];
  const sql = `SELECT ${chunkColumns}, p.score AS score
    FROM (SELECT path, -bm25(paths) AS score FROM paths WHERE paths MATCH ? ORDER BY bm25(paths), path LIMIT ?) p
    JOIN chunks c ON c.id = (SELECT id FROM chunks WHERE path = p.path ORDER BY startOffset LIMIT 1)
    ORDER BY p.score DESC, c.path`;
  return database.prepare(sql).all(match, limit).map(toChunk);
}

export function readDefinitions(database: DatabaseSync, name: string, limit: number): readonly SymbolPlace[] {
  const sql = 'SELECT * FROM symbols WHERE folded = ? AND name = ? ORDER BY path, nameOffset LIMIT ?';
  return database.prepare(sql).all(name.toLowerCase(), name, limit).map(toSymbol);
}

export function readReferences(
  database: DatabaseSync,
  name: string,
  limit: number,
): { readonly total: number; readonly places: readonly ReferencePlace[] } {
  const total = numberOf(database.prepare('SELECT count(*) AS total FROM uses WHERE name = ?').get(name)?.['total']);
  const sql = 'SELECT path, offset, line FROM uses WHERE name = ? ORDER BY path, offset LIMIT ?';
  const places = database.prepare(sql).all(name, limit);
  return {
    total,
    places: places.map((row) => ({
      path: textOf(row['path']),
      offset: numberOf(row['offset']),
      line: numberOf(row['line']),
    })),
  };
}

export function readChunksOf(database: DatabaseSync, path: string): readonly StoredChunk[] {
  const sql = `SELECT ${chunkColumns}, 0 AS score FROM chunks c WHERE path = ? ORDER BY startOffset`;
  return database.prepare(sql).all(path).map(toChunk);
}

function toMatch(query: string): string {
  const all = [...new Set(searchWords(query))];
  // The 2 of `HTTP2` is everywhere; a single letter or digit counts only where nothing else is asked for.
  const telling = all.filter((word) => !/^[a-z0-9]$/.test(word));
  const words = (telling.length > 0 ? telling : all).slice(0, maxQueryWords);
  return words.map((word) => `"${word.replaceAll('"', '')}"`).join(' OR ');
}

function toChunk(row: Row): StoredChunk {
  return {
    path: textOf(row['path']),
    startOffset: numberOf(row['startOffset']),
    endOffset: numberOf(row['endOffset']),
    startLine: numberOf(row['startLine']),
    endLine: numberOf(row['endLine']),
    heading: textOf(row['heading']),
    text: textOf(row['text']),
    score: numberOf(row['score']),
  };
}

function toSymbol(row: Row): SymbolPlace {
  return {
    name: textOf(row['name']),
    kind: textOf(row['kind']),
    path: textOf(row['path']),
    startOffset: numberOf(row['startOffset']),
    endOffset: numberOf(row['endOffset']),
    nameOffset: numberOf(row['nameOffset']),
    line: numberOf(row['line']),
    container: textOf(row['container']),
  };
}

function toFileRecord(row: Row): FileRecord {
  const state = textOf(row['state']);
  return {
    path: textOf(row['path']),
    state: state === 'indexed' || state === 'skipped' || state === 'failed' ? state : 'pending',
    reason: textOrNull(row['reason']),
    sizeBytes: numberOf(row['size']),
    modifiedMs: numberOf(row['modified']),
    contentHash: textOrNull(row['hash']),
    encoding: textOrNull(row['encoding']),
    language: textOrNull(row['language']),
    chunks: numberOf(row['chunks']),
    tokens: numberOf(row['tokens']),
    seenMs: numberOf(row['seen']),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : Number(value ?? 0);
}

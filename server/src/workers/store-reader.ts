/** Reads from the index: its ledger, its chunks and texts, their vectors. */
import type { DatabaseSync } from 'node:sqlite';
import type { ChunkVectors, FileRecord, FileState, IndexTotals, StoredChunk } from '../index/index-store';
import { unpackVectors } from '../index/pack-vectors';
import { placesIn } from '../../../protocol/places';
import { numberOf, textOf, toFileRecord, type Row } from './store-rows';
import type { StoreTexts } from './store-texts';

export interface StoreFile {
  readonly database: DatabaseSync;
  readonly texts: StoreTexts;
}

const chunkColumns = 'c.id, c.file, f.path, f.text, c.startOffset, c.endOffset, c.startLine, c.endLine, c.heading';

/** Joins a file's row with those of its chunks. */
export const chunksOfFile = 'c.id BETWEEN f.firstChunk AND f.lastChunk';

/** Rows after the path `after`, with `under` only that file and what lies in that folder. */
export function readFiles({ database }: StoreFile, under: string, after: string, limit: number): readonly FileRecord[] {
  // '0' is the character after '/', so the range holds exactly the paths that start with `under/`.
  const sql = `SELECT * FROM files WHERE path > ?2
    AND (?1 = '' OR path = ?1 OR (path > ?1 || '/' AND path < ?1 || '0')) ORDER BY path LIMIT ?3`;
  return database.prepare(sql).all(under, after, limit).map(toFileRecord);
}

export function readTotals({ database }: StoreFile): IndexTotals {
  const sql = `SELECT state, count(*) AS files, sum(depth = 'text') AS textOnly, sum(chunks) AS chunks, sum(tokens) AS tokens
    FROM files GROUP BY state`;
  const rows = database.prepare(sql).all();
  const of = (state: FileState): number => numberOf(rows.find((row) => row['state'] === state)?.['files']);
  const sum = (column: string): number => rows.reduce((total, row) => total + numberOf(row[column]), 0);
  return {
    files: sum('files'),
    indexed: of('indexed'),
    skipped: of('skipped'),
    failed: of('failed'),
    pending: of('pending'),
    textOnly: sum('textOnly'),
    chunks: sum('chunks'),
    tokens: sum('tokens'),
  };
}

export function readChunksOf({ database, texts }: StoreFile, path: string): readonly StoredChunk[] {
  const sql = `SELECT ${chunkColumns} FROM files f JOIN chunks c ON ${chunksOfFile} WHERE f.path = ? ORDER BY c.id`;
  return database
    .prepare(sql)
    .all(path)
    .map((row) => toChunk(row, texts, 0));
}

export function readChunkAt(
  { database, texts }: StoreFile,
  path: string,
  offset: number,
  withText = true,
): StoredChunk | null {
  const sql = `SELECT ${chunkColumns} FROM files f JOIN chunks c ON ${chunksOfFile}
    WHERE f.path = ?1 AND c.startOffset <= ?2 AND c.endOffset > ?2 LIMIT 1`;
  const row = database.prepare(sql).get(path, offset);
  return row ? toChunk(row, withText ? texts : null, 0) : null;
}

/** The chunks of these ids in their order, each with its score. */
export function readChunks(
  { database, texts }: StoreFile,
  hits: readonly { readonly id: number; readonly score: number }[],
  withText = true,
): readonly StoredChunk[] {
  const find = database.prepare(`SELECT ${chunkColumns} FROM chunks c JOIN files f ON f.id = c.file WHERE c.id = ?`);
  return hits.flatMap(({ id, score }) => {
    const row = find.get(id);
    return row ? [toChunk(row, withText ? texts : null, score)] : [];
  });
}

/** Of the files whose first chunk's id is larger than `after`; `limit` files. */
export function readVectors({ database }: StoreFile, after: number, limit: number): ChunkVectors {
  const rows = database.prepare('SELECT * FROM vectors WHERE first > ? ORDER BY first LIMIT ?').all(after, limit);
  const pieces = rows.map(({ first, count, body }) => {
    const size = numberOf(count);
    const { bytes: vectors, scales } = unpackVectors(body instanceof Uint8Array ? body : new Uint8Array(), size);
    return { ids: Array.from({ length: size }, (_, place) => numberOf(first) + place), scales, vectors };
  });
  const bytes = new Int8Array(pieces.reduce((sum, { vectors }) => sum + vectors.length, 0));
  let at = 0;
  for (const { vectors } of pieces) {
    bytes.set(vectors, at);
    at += vectors.length;
  }
  return {
    ids: Float64Array.from(pieces.flatMap(({ ids }) => ids)),
    bytes,
    scales: Float32Array.from(pieces.flatMap(({ scales }) => [...scales])),
    last: numberOf(rows.at(-1)?.['first'] ?? after),
    isEnd: rows.length < limit,
  };
}

/** Without `texts` the chunk's text is empty. */
function toChunk(row: Row, texts: StoreTexts | null, score: number): StoredChunk {
  const [startOffset, endOffset] = [numberOf(row['startOffset']), numberOf(row['endOffset'])];
  const places = placesIn(texts?.places(numberOf(row['file']), numberOf(row['text'])) ?? [], startOffset, endOffset);
  return {
    id: numberOf(row['id']),
    path: textOf(row['path']),
    startOffset,
    endOffset,
    startLine: numberOf(row['startLine']),
    endLine: numberOf(row['endLine']),
    heading: textOf(row['heading']),
    text: texts?.get(numberOf(row['text'])).slice(startOffset, endOffset) ?? '',
    score,
    ...(places.length > 0 ? { places } : {}),
  };
}

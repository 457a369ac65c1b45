/** Writes to the index: each `apply` is one transaction, so a killed process leaves whole files or none. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { FileRecord, FileUpdate } from '../index/index-store';
import { compressText } from '../index/compress-text';
import { unpackContent, type IndexContent } from '../index/pack-content';
import { searchWords } from '../index/search-words';
import { packKind } from './store-rows';

export interface StoreWriter {
  apply(updates: readonly FileUpdate[]): void;
  clear(): void;
}

export function createWriter(database: DatabaseSync): StoreWriter {
  const sql = prepareAll(database);
  return {
    apply: (updates) =>
      inTransaction(database, () => {
        for (const update of updates) applyOne(sql, update);
      }),
    clear: () =>
      inTransaction(database, () => {
        for (const table of ['files', 'texts', 'chunks', 'symbols', 'uses', 'imports', 'places', 'vectors', 'excluded'])
          database.exec(`DELETE FROM ${table}`);
        database.exec("INSERT INTO words(words) VALUES('delete-all'); INSERT INTO paths(paths) VALUES('delete-all')");
      }),
  };
}

const statements = {
  findFile: 'SELECT id, hash, text, firstChunk, lastChunk FROM files WHERE path = ?',
  putFile: `INSERT INTO files (path, state, reason, depth, size, modified, hash, encoding, language, chunks, tokens, seen)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (path) DO UPDATE SET state = excluded.state,
    reason = excluded.reason, depth = excluded.depth, size = excluded.size, modified = excluded.modified, hash = excluded.hash,
    encoding = excluded.encoding, language = excluded.language, chunks = excluded.chunks, tokens = excluded.tokens,
    seen = excluded.seen RETURNING id`,
  dropFile: 'DELETE FROM files WHERE id = ?',
  dropWords: 'DELETE FROM words WHERE rowid IN (SELECT id FROM chunks WHERE id BETWEEN ? AND ?)',
  dropVectors: 'DELETE FROM vectors WHERE first BETWEEN ? AND ?',
  dropChunks: 'DELETE FROM chunks WHERE id BETWEEN ? AND ?',
  dropSymbols: 'DELETE FROM symbols WHERE file = ?',
  dropUses: 'DELETE FROM uses WHERE file = ?',
  dropImports: 'DELETE FROM imports WHERE file = ?',
  dropPlaces: 'DELETE FROM places WHERE file = ?',
  dropPath: 'DELETE FROM paths WHERE rowid = ?',
  dropText: 'DELETE FROM texts WHERE id = ?',
  setText: 'UPDATE files SET text = ? WHERE id = ?',
  setChunks: 'UPDATE files SET firstChunk = ?, lastChunk = ? WHERE id = ?',
  putText: 'INSERT INTO texts (body) VALUES (?)',
  putChunk: 'INSERT INTO chunks (file, startOffset, endOffset, startLine, endLine, heading) VALUES (?, ?, ?, ?, ?, ?)',
  putWords: 'INSERT INTO words (rowid, body, heading) VALUES (?, ?, ?)',
  putPath: 'INSERT INTO paths (rowid, body) VALUES (?, ?)',
  putSymbol: 'INSERT INTO symbols VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
  putUses: 'INSERT INTO uses VALUES (?, ?)',
  putImports: 'INSERT INTO imports VALUES (?, ?)',
  putPlaces: 'INSERT INTO places VALUES (?, ?)',
  putVectors: 'INSERT INTO vectors VALUES (?, ?, ?)',
} as const;
type Statements = Readonly<Record<keyof typeof statements, StatementSync>>;

function prepareAll(database: DatabaseSync): Statements {
  const prepared = Object.entries(statements).map(([name, text]) => [name, database.prepare(text)]);
  return Object.fromEntries(prepared) as Statements;
}

export function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

interface KnownFile {
  readonly id: number;
  readonly hash: string | null;
  readonly text: number | null;
  readonly firstChunk: number | null;
  readonly lastChunk: number | null;
}

function applyOne(sql: Statements, update: FileUpdate): void {
  const path = update.kind === 'removed' ? update.path : update.record.path;
  const known = sql.findFile.get(path) as KnownFile | undefined;
  if (update.kind === 'removed') {
    if (!known) return;
    dropContent(sql, known);
    dropText(sql, known);
    sql.dropPath.run(known.id);
    sql.dropFile.run(known.id);
    return;
  }
  const { record } = update;
  const id = putFile(sql, record);
  if (!known) sql.putPath.run(id, searchWords(record.path).join(' '));
  // A row alone (touched, or changed while it was read) leaves what is indexed of the file as it is.
  if (update.kind === 'record' && (record.state === 'indexed' || record.state === 'pending')) return;
  if (known) dropContent(sql, known);
  if (update.kind === 'record') {
    if (known) dropText(sql, known);
    sql.setText.run(null, id);
    return;
  }
  const content = unpackContent(update.bytes);
  // The second reading of a file that has not changed brings the same text.
  if (!known || known.text === null || known.hash === null || known.hash !== record.contentHash) {
    if (known) dropText(sql, known);
    sql.setText.run(sql.putText.run(content.text).lastInsertRowid, id);
  }
  putContent(sql, id, content);
}

function dropContent(sql: Statements, { id, firstChunk, lastChunk }: KnownFile): void {
  if (firstChunk !== null && lastChunk !== null) {
    for (const drop of [sql.dropWords, sql.dropVectors, sql.dropChunks]) drop.run(firstChunk, lastChunk);
    sql.setChunks.run(null, null, id);
  }
  for (const drop of [sql.dropSymbols, sql.dropUses, sql.dropImports, sql.dropPlaces]) drop.run(id);
}

function dropText(sql: Statements, { text }: KnownFile): void {
  if (text !== null) sql.dropText.run(text);
}

function putFile(sql: Statements, record: FileRecord): number {
  const { path, state, reason, depth, sizeBytes, modifiedMs, contentHash, encoding, language, seenMs } = record;
  const facts = [sizeBytes, modifiedMs, contentHash, encoding, language, record.chunks, record.tokens, seenMs];
  return Number(sql.putFile.get(path, state, reason, depth, ...facts)?.['id']);
}

function putContent(sql: Statements, id: number, content: IndexContent): void {
  const { chunks, definitions, uses, imports, places, vectors } = content;
  const ids: (number | bigint)[] = [];
  for (const { startOffset, endOffset, startLine, endLine, heading, words, headingWords } of chunks) {
    const chunk = sql.putChunk.run(id, startOffset, endOffset, startLine, endLine, heading).lastInsertRowid;
    sql.putWords.run(chunk, words, headingWords);
    ids.push(chunk);
  }
  // One after the other in one transaction: their ids follow each other.
  const first = ids[0];
  if (first !== undefined) sql.setChunks.run(first, ids.at(-1) ?? first, id);
  if (vectors && first !== undefined) sql.putVectors.run(first, ids.length, vectors);
  definitions.forEach(({ name, kind, startOffset, endOffset, nameOffset, line, container }, place) => {
    sql.putSymbol.run(id, place, name, packKind(kind), startOffset, endOffset, nameOffset, line, container);
  });
  if (imports.length > 0) sql.putImports.run(id, compressText(JSON.stringify(imports)));
  if (places.length > 0) sql.putPlaces.run(id, compressText(JSON.stringify(places)));
  if (uses) sql.putUses.run(id, uses);
}

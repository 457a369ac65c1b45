/** Writes to the index: each `applyUpdates` is one transaction, so a killed process leaves whole files or none. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { FileRecord, FileUpdate } from '../index/index-store';
import { unpackContent, type IndexContent } from '../index/pack-content';
import { searchWords } from '../index/search-words';

export function createWriter(database: DatabaseSync): { apply(updates: readonly FileUpdate[]): void; clear(): void } {
  const sql = prepareAll(database);
  return {
    apply: (updates) =>
      inTransaction(database, () => {
        for (const update of updates) applyOne(sql, update);
      }),
    clear: () =>
      inTransaction(database, () => {
        database.exec('DELETE FROM files; DELETE FROM chunks; DELETE FROM symbols; DELETE FROM uses');
        database.exec("INSERT INTO words(words) VALUES('delete-all'); DELETE FROM paths");
      }),
  };
}

type Statements = ReturnType<typeof prepareAll>;

function prepareAll(database: DatabaseSync): Record<StatementName, StatementSync> {
  return {
    putFile: database.prepare('INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    dropFile: database.prepare('DELETE FROM files WHERE path = ?'),
    dropWords: database.prepare('DELETE FROM words WHERE rowid IN (SELECT id FROM chunks WHERE path = ?)'),
    dropChunks: database.prepare('DELETE FROM chunks WHERE path = ?'),
    dropPath: database.prepare('DELETE FROM paths WHERE path = ?'),
    dropSymbols: database.prepare('DELETE FROM symbols WHERE path = ?'),
    dropUses: database.prepare('DELETE FROM uses WHERE path = ?'),
    putChunk: database.prepare(
      'INSERT INTO chunks (path, startOffset, endOffset, startLine, endLine, heading, text) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ),
    putWords: database.prepare('INSERT INTO words (rowid, body, heading) VALUES (?, ?, ?)'),
    putPath: database.prepare('INSERT INTO paths (body, path) VALUES (?, ?)'),
    putSymbol: database.prepare('INSERT INTO symbols VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    putUse: database.prepare('INSERT INTO uses VALUES (?, ?, ?, ?)'),
  };
}
type StatementName =
  | 'putFile'
  | 'dropFile'
  | 'dropWords'
  | 'dropChunks'
  | 'dropPath'
  | 'dropSymbols'
  | 'dropUses'
  | 'putChunk'
  | 'putWords'
  | 'putPath'
  | 'putSymbol'
  | 'putUse';

function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    work();
    database.exec('COMMIT');
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

function applyOne(sql: Statements, update: FileUpdate): void {
  if (update.kind === 'removed') {
    dropContent(sql, update.path);
    sql.dropFile.run(update.path);
    return;
  }
  const { record } = update;
  // A row alone (touched, or changed while it was read) leaves what is indexed of the file as it is.
  const keepsContent = update.kind === 'record' && (record.state === 'indexed' || record.state === 'pending');
  if (!keepsContent) {
    dropContent(sql, record.path);
    sql.putPath.run(searchWords(record.path).join(' '), record.path);
  }
  putFile(sql, record);
  if (update.kind === 'packed') putContent(sql, record.path, unpackContent(update.bytes));
  if (update.kind === 'content') putContent(sql, record.path, update);
}

function dropContent(sql: Statements, path: string): void {
  for (const drop of [sql.dropWords, sql.dropChunks, sql.dropPath, sql.dropSymbols, sql.dropUses]) drop.run(path);
}

function putFile(sql: Statements, record: FileRecord): void {
  const { path, state, reason, sizeBytes, modifiedMs, contentHash, encoding, language, chunks, tokens, seenMs } =
    record;
  sql.putFile.run(path, state, reason, sizeBytes, modifiedMs, contentHash, encoding, language, chunks, tokens, seenMs);
}

function putContent(sql: Statements, path: string, { text, content }: Pick<IndexContent, 'text' | 'content'>): void {
  for (const chunk of content.chunks) {
    const body = text.slice(chunk.startOffset, chunk.endOffset);
    const { startOffset, endOffset, startLine, endLine, heading } = chunk;
    const { lastInsertRowid } = sql.putChunk.run(path, startOffset, endOffset, startLine, endLine, heading, body);
    sql.putWords.run(lastInsertRowid, searchWords(body).join(' '), searchWords(heading).join(' '));
  }
  for (const { name, kind, startOffset, endOffset, nameOffset, line, container } of content.definitions) {
    sql.putSymbol.run(name, name.toLowerCase(), kind, path, startOffset, endOffset, nameOffset, line, container);
  }
  for (const { name, offset, line } of content.references) sql.putUse.run(name, path, offset, line);
}

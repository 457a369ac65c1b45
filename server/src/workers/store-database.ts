/**
 * The SQLite file of one workspace: opening, schema, checks. WAL lets one process write while others read; a file of
 * another schema version is emptied, a damaged one is set aside under another name and never trusted.
 */
import { closeSync, existsSync, mkdirSync, openSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sqliteCode, toStoreError } from './store-errors';
import type { StoreWorkerData } from './store-protocol';

const schemaVersion = 4;
/**
 * `words` holds no text, only where words stand; `texts` holds each file's text once, compressed, and a chunk is a range of
 * it. A text's id is never given twice, so a reader may keep what it has unpacked. `uses` has one piece a file, read beside its
 * text: the files that may use a name are found by its words. A file's chunks, in their order, have the ids from its `firstChunk`
 * to its `lastChunk`. `vectors` has one piece a file too, for its `count` chunks from the id `first` on.
 */
const schema = `
  CREATE TABLE files (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, state TEXT NOT NULL, reason TEXT, depth TEXT,
    size INTEGER NOT NULL, modified REAL NOT NULL, hash TEXT, encoding TEXT, language TEXT, chunks INTEGER NOT NULL,
    tokens INTEGER NOT NULL, seen REAL NOT NULL, text INTEGER, firstChunk INTEGER, lastChunk INTEGER);
  CREATE TABLE texts (id INTEGER PRIMARY KEY AUTOINCREMENT, body BLOB NOT NULL);
  CREATE TABLE chunks (id INTEGER PRIMARY KEY AUTOINCREMENT, file INTEGER NOT NULL, startOffset INTEGER NOT NULL,
    endOffset INTEGER NOT NULL, startLine INTEGER NOT NULL, endLine INTEGER NOT NULL, heading TEXT NOT NULL);
  CREATE VIRTUAL TABLE words USING fts5(body, heading, content='', contentless_delete=1, tokenize='porter unicode61');
  CREATE VIRTUAL TABLE paths USING fts5(body, content='', contentless_delete=1, tokenize='porter unicode61');
  CREATE TABLE symbols (file INTEGER NOT NULL, place INTEGER NOT NULL, name TEXT NOT NULL, kind INTEGER NOT NULL,
    startOffset INTEGER NOT NULL, endOffset INTEGER NOT NULL, nameOffset INTEGER NOT NULL, line INTEGER NOT NULL,
    container TEXT NOT NULL, PRIMARY KEY (file, place)) WITHOUT ROWID;
  CREATE INDEX symbols_name ON symbols (name COLLATE NOCASE);
  CREATE TABLE uses (file INTEGER PRIMARY KEY, body BLOB NOT NULL);
  CREATE TABLE imports (file INTEGER PRIMARY KEY, list BLOB NOT NULL);
  CREATE TABLE places (file INTEGER PRIMARY KEY, list BLOB NOT NULL);
  CREATE TABLE vectors (first INTEGER PRIMARY KEY, count INTEGER NOT NULL, body BLOB NOT NULL);
  CREATE TABLE excluded (walk INTEGER NOT NULL, path TEXT NOT NULL, reason TEXT NOT NULL, file TEXT, line INTEGER, pattern TEXT);
  CREATE INDEX excluded_path ON excluded (walk, path);
  CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER);
`;
const tables = [
  'words',
  'paths',
  'files',
  'texts',
  'chunks',
  'symbols',
  'uses',
  'imports',
  'places',
  'vectors',
  'excluded',
  'state',
];

export interface OpenedDatabase {
  readonly database: DatabaseSync;
  /** One sentence when a damaged file was set aside. */
  readonly problem: string | null;
}

export function openForWriting({ folder, root, maxPages }: StoreWorkerData): OpenedDatabase {
  const file = join(folder, 'index.sqlite');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Made by hand first: SQLite would give it the mode of the user's mask, and the journal files follow this one.
    if (!existsSync(file)) closeSync(openSync(file, 'a', 0o600));
    writeFileSync(join(folder, 'workspace.json'), `${JSON.stringify({ root })}\n`, { mode: 0o600 });
    return openChecked(file, maxPages);
  } catch (error) {
    throw toStoreError(error, folder);
  }
}

export function openForReading(folder: string): DatabaseSync {
  try {
    const database = new DatabaseSync(join(folder, 'index.sqlite'), { readOnly: true });
    database.exec('PRAGMA busy_timeout = 10000');
    return database;
  } catch (error) {
    throw toStoreError(error, folder);
  }
}

function openChecked(file: string, maxPages: number | undefined): OpenedDatabase {
  try {
    return { database: prepare(file, maxPages), problem: null };
  } catch (error) {
    const code = sqliteCode(error);
    if (code !== 'corrupt') throw error;
    const aside = `${file}.corrupt-${Date.now()}`;
    renameSync(file, aside);
    for (const suffix of ['-wal', '-shm']) if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
    closeSync(openSync(file, 'a', 0o600));
    const problem = `The index of this workspace was damaged; it is set aside as ${aside} and built anew.`;
    return { database: prepare(file, maxPages), problem };
  }
}

function prepare(file: string, maxPages: number | undefined): DatabaseSync {
  const database = new DatabaseSync(file);
  try {
    // Free pages can be given back step by step only where a file was made so.
    // Most texts are larger than half of the usual page and would leave the rest of it empty.
    database.exec(`PRAGMA page_size = ${pageBytes}`);
    database.exec('PRAGMA busy_timeout = 10000; PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL');
    database.exec(`PRAGMA synchronous = NORMAL; PRAGMA cache_size = -${writerCacheKilobytes}`);
    database.exec(`PRAGMA wal_autocheckpoint = ${checkpointPages}; PRAGMA journal_size_limit = ${maxJournalBytes}`);
    if (maxPages !== undefined) database.exec(`PRAGMA max_page_count = ${Math.floor(maxPages)}`);
    if (readVersion(database) !== schemaVersion) createSchema(database);
    else if (!isClosedCleanly(database)) check(database);
    markOpen(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Rows of a batch land all over the full text index: without room for its pages each would be written many times. */
const writerCacheKilobytes = 12 * 1024;
const checkpointPages = 2_000;
/** One large transaction makes the journal grow; the room is given back when its pages are in the file. */
const maxJournalBytes = 4_000_000;
const pageBytes = 8_192;

function createSchema(database: DatabaseSync): void {
  database.exec('BEGIN IMMEDIATE');
  try {
    // Another process may have made it while this one waited for the lock.
    if (readVersion(database) !== schemaVersion) {
      for (const table of tables) database.exec(`DROP TABLE IF EXISTS ${table}`);
      database.exec(`${schema}; PRAGMA user_version = ${schemaVersion}`);
    }
    database.exec('COMMIT');
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

function readVersion(database: DatabaseSync): number {
  return Number(database.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0);
}

function isClosedCleanly(database: DatabaseSync): boolean {
  return database.prepare("SELECT value FROM state WHERE name = 'clean'").get()?.['value'] === 1;
}

/** After an unclean end: the pages, and the full text index, which the first check does not look into. */
function check(database: DatabaseSync): void {
  const result = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (result !== 'ok') throw Object.assign(new Error(String(result)), { errcode: 11 });
  database.exec(
    "INSERT INTO words(words) VALUES('integrity-check'); INSERT INTO paths(paths) VALUES('integrity-check')",
  );
}

function markOpen(database: DatabaseSync): void {
  database.exec("INSERT OR REPLACE INTO state VALUES ('clean', 0)");
}

export function closeCleanly(database: DatabaseSync): void {
  database.exec("INSERT OR REPLACE INTO state VALUES ('clean', 1)");
  database.close();
}

/** The SQLite worker: node:sqlite is synchronous, so it never runs on the server's thread. One instance writes, one reads. */
import type { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';
import { closeCleanly, openForReading, openForWriting } from './store-database';
import { toStoreError } from './store-errors';
import type { StoreWorkerData, StoreWorkerMethods } from './store-protocol';
import { putExcluded, readExcluded } from './store-excluded';
import {
  readChunksOf,
  readDefinitions,
  readFiles,
  readReferences,
  readTotals,
  searchPaths,
  searchSymbols,
  searchText,
} from './store-reader';
import { createWriter } from './store-writer';
import { serveWorker } from './worker-rpc';

const data = workerData as StoreWorkerData;
let opened: DatabaseSync | undefined;
let writer: ReturnType<typeof createWriter> | undefined;
let problem: string | null = null;

function database(): DatabaseSync {
  if (opened) return opened;
  if (data.mode === 'read') return (opened = openForReading(data.folder));
  const { database: made, problem: found } = openForWriting(data);
  problem = found;
  return (opened = made);
}

/** Every call ends here: an error of SQLite becomes one sentence. */
function run<T>(work: (db: DatabaseSync) => T): T {
  try {
    return work(database());
  } catch (error) {
    throw toStoreError(error, data.folder);
  }
}

serveWorker<StoreWorkerMethods>({
  open: () => run(() => problem),
  files: ({ under, after, limit }) => run((db) => readFiles(db, under, after, limit)),
  totals: () => run(readTotals),
  apply: ({ updates }) => run((db) => (writer ??= createWriter(db)).apply(updates)),
  putExcluded: (page) => run((db) => putExcluded(db, page)),
  excluded: ({ under, skip, limit }) => run((db) => readExcluded(db, under, skip, limit)),
  clear: () => run((db) => (writer ??= createWriter(db)).clear()),
  searchText: ({ query, limit }) => run((db) => searchText(db, query, limit)),
  searchSymbols: ({ query, limit }) => run((db) => searchSymbols(db, query, limit)),
  searchPaths: ({ query, limit }) => run((db) => searchPaths(db, query, limit)),
  definitions: ({ name, limit }) => run((db) => readDefinitions(db, name, limit)),
  references: ({ name, limit }) => run((db) => readReferences(db, name, limit)),
  chunksOf: ({ path }) => run((db) => readChunksOf(db, path)),
  close: () => {
    if (!opened) return;
    if (data.mode === 'write') closeCleanly(opened);
    else opened.close();
    opened = undefined;
  },
});

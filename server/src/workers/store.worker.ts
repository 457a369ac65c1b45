/** The SQLite worker: node:sqlite is synchronous, so it never runs on the server's thread. One instance writes, one reads. */
import type { DatabaseSync } from 'node:sqlite';
import { workerData } from 'node:worker_threads';
import { closeCleanly, openForReading, openForWriting } from './store-database';
import { toStoreError } from './store-errors';
import type { StoreWorkerData, StoreWorkerMethods } from './store-protocol';
import { putExcluded, readExcluded } from './store-excluded';
import {
  readChunkAt,
  readChunks,
  readChunksOf,
  readFiles,
  readTotals,
  readVectors,
  type StoreFile,
} from './store-reader';
import { readNeighbours } from './store-graph';
import { readDefinitions, readImports, readNamesIn, readReferences } from './store-names';
import { countWords, searchPaths, searchSymbols, searchText } from './store-search';
import { StoreTexts } from './store-texts';
import { createCompactor, hasDiskRoom, lease, limitSize } from './store-upkeep';
import { createWriter, type StoreWriter } from './store-writer';
import { serveWorker } from './worker-rpc';

const data = workerData as StoreWorkerData;
let opened: StoreFile | undefined;
let writer: StoreWriter | undefined;
let compact: (() => boolean) | undefined;
let problem: string | null = null;
let maxIndexBytes = 0;

function openFile(): StoreFile {
  if (opened) return opened;
  const database = data.mode === 'read' ? openForReading(data.folder) : openToWrite();
  return (opened = { database, texts: new StoreTexts(database) });
}

function openToWrite(): DatabaseSync {
  const { database, problem: found } = openForWriting(data);
  problem = found;
  return database;
}

const toUnscored = (id: number): { id: number; score: number } => ({ id, score: 0 });

/** Every call ends here: an error of SQLite becomes one sentence. */
function run<T>(work: (file: StoreFile) => T): T {
  try {
    return work(openFile());
  } catch (error) {
    throw told(error);
  }
}

async function runLong<T>(work: (file: StoreFile) => Promise<T>): Promise<T> {
  try {
    return await work(openFile());
  } catch (error) {
    throw told(error);
  }
}

function told(error: unknown): unknown {
  return toStoreError(error, data.folder, () => (maxIndexBytes > 0 && hasDiskRoom(data.folder) ? maxIndexBytes : 0));
}

serveWorker<StoreWorkerMethods>({
  open: () => run(() => problem),
  files: ({ under, after, limit }) => run((file) => readFiles(file, under, after, limit)),
  totals: () => run(readTotals),
  apply: ({ updates }) => run(({ database }) => (writer ??= createWriter(database)).apply(updates)),
  putExcluded: (page) => run(({ database }) => putExcluded(database, page)),
  excluded: ({ under, skip, limit }) => run(({ database }) => readExcluded(database, under, skip, limit)),
  clear: () => run(({ database }) => (writer ??= createWriter(database)).clear()),
  searchText: (query) => run((file) => searchText(file, query)),
  wordCounts: ({ words }) => run((file) => countWords(file, words)),
  searchSymbols: (query) => run((file) => searchSymbols(file, query)),
  searchPaths: (query) => run((file) => searchPaths(file, query)),
  definitions: ({ name, limit }) => run((file) => readDefinitions(file, name, limit)),
  references: ({ name, limit, ...where }) => run((file) => readReferences(file, name, limit, where)),
  importsOf: ({ path }) => run((file) => readImports(file, path)),
  namesIn: ({ path, startOffset, endOffset }) => run((file) => readNamesIn(file, path, startOffset, endOffset)),
  chunkAt: ({ path, offset }) => run((file) => readChunkAt(file, path, offset)),
  neighbours: ({ places, limit }) => runLong((file) => readNeighbours(file, places, limit)),
  chunksOf: ({ path }) => run((file) => readChunksOf(file, path)),
  chunksById: ({ ids, texts }) => run((file) => readChunks(file, ids.map(toUnscored), texts)),
  vectors: ({ after, limit }) => run((file) => readVectors(file, after, limit)),
  lease: ({ holder, forMs }) => run(({ database }) => lease(database, holder, forMs)),
  limit: ({ maxBytes }) =>
    run(({ database }) => {
      // A test's full disk stays one.
      if (data.maxPages !== undefined) return;
      maxIndexBytes = maxBytes;
      limitSize(database, maxBytes);
    }),
  compact: () => run(({ database }) => (compact ??= createCompactor(database))()),
  close: () => {
    if (!opened) return;
    if (data.mode === 'write') closeCleanly(opened.database);
    else opened.database.close();
    [opened, writer, compact] = [undefined, undefined, undefined];
  },
});

/**
 * The index in one SQLite file, behind two workers: one that writes, one that reads, so that a search does not wait for
 * a batch that is being stored. Errors come back as `IndexError` with one sentence.
 */
import { randomInt } from 'node:crypto';
import { WorkerClient, WorkerError, type CallOptions } from '../workers/worker-rpc';
import type { StoreWorkerData, StoreWorkerMethods } from '../workers/store-protocol';
import { createExclusionStore } from './exclusion-store';
import { IndexError, type FileRecord, type IndexErrorReason, type IndexStore } from './index-store';

export interface IndexStoreOptions {
  /** Absolute path of the workspace's folder of kept things; made when missing. */
  readonly folder: string;
  /** Absolute path of the workspace itself, recorded beside the index. */
  readonly root: string;
  readonly workerFile: string;
  /** Hears of an index that was damaged and started anew. */
  readonly onProblem: (message: string) => void;
  /** Bound of the index file in pages of 4 KiB: a full disk for tests. */
  readonly maxPages?: number;
}

const pageRows = 2_000;
const reasons: readonly IndexErrorReason[] = [
  'folderReadOnly',
  'diskFull',
  'indexFull',
  'corrupt',
  'busy',
  'sqliteMissing',
  'other',
];

export function createIndexStore({ folder, root, workerFile, onProblem, maxPages }: IndexStoreOptions): IndexStore {
  const data = (mode: StoreWorkerData['mode']): StoreWorkerData => ({
    folder,
    root,
    mode,
    ...(maxPages === undefined ? {} : { maxPages }),
  });
  const writer = new WorkerClient<StoreWorkerMethods>(workerFile, data('write'));
  const reader = new WorkerClient<StoreWorkerMethods>(workerFile, data('read'));
  const call = async <Name extends keyof StoreWorkerMethods>(
    client: WorkerClient<StoreWorkerMethods>,
    method: Name,
    params: StoreWorkerMethods[Name]['params'],
  ): Promise<StoreWorkerMethods[Name]['result']> => {
    await opened();
    return guarded(() => client.call(method, params, noOptions));
  };
  const holder = randomInt(1, 2 ** 47);
  // The writer makes the file; the reader would find none before that.
  let opening: Promise<void> | undefined;
  const opened = (): Promise<void> => {
    opening ??= guarded(() => writer.call('open', {}, noOptions)).then(
      (problem) => {
        if (problem !== null) onProblem(problem);
      },
      (error: unknown) => {
        opening = undefined;
        throw error;
      },
    );
    return opening;
  };
  // In pages: a ledger of a hundred thousand rows in one message would block this loop.
  const readFiles = async (under: string): Promise<readonly FileRecord[]> => {
    const found: FileRecord[] = [];
    for (;;) {
      const page = await call(reader, 'files', { under, after: found.at(-1)?.path ?? '', limit: pageRows });
      found.push(...page);
      if (page.length < pageRows) return found;
    }
  };
  return {
    ...createExclusionStore({
      read: (page) => call(reader, 'excluded', page),
      write: (page) => call(writer, 'putExcluded', page),
    }),
    files: (under) => readFiles(under ?? ''),
    totals: () => call(reader, 'totals', {}),
    apply: (updates) => call(writer, 'apply', { updates }),
    clear: () => call(writer, 'clear', {}),
    searchText: (query, limit, options) => call(reader, 'searchText', { query, limit, ...options }),
    wordCounts: (words) => call(reader, 'wordCounts', { words }),
    searchSymbols: (query, limit, options) => call(reader, 'searchSymbols', { query, limit, ...options }),
    searchPaths: (query, limit, options) => call(reader, 'searchPaths', { query, limit, ...options }),
    definitions: (name, limit) => call(reader, 'definitions', { name, limit }),
    references: (name, limit, where) => call(reader, 'references', { name, limit, ...where }),
    importsOf: (path) => call(reader, 'importsOf', { path }),
    namesIn: (path, startOffset, endOffset) => call(reader, 'namesIn', { path, startOffset, endOffset }),
    chunkAt: (path, offset) => call(reader, 'chunkAt', { path, offset }),
    neighbours: (places, limit) => call(reader, 'neighbours', { places, limit }),
    chunksOf: (path) => call(reader, 'chunksOf', { path }),
    chunksById: (ids, options) => call(reader, 'chunksById', { ids, ...options }),
    vectors: (after, limit) => call(reader, 'vectors', { after, limit }),
    lease: (forMs) => call(writer, 'lease', { holder, forMs }),
    limit: (maxBytes) => call(writer, 'limit', { maxBytes }),
    compact: () => call(writer, 'compact', {}),
    close: async () => {
      if (opening !== undefined) {
        await opening.catch(() => undefined);
        // The one that writes is the last: only then does SQLite put its journal's pages into the file and remove it.
        await reader.call('close', {}, noOptions).catch(() => undefined);
        await writer.call('close', {}, noOptions).catch(() => undefined);
      }
      await Promise.all([writer.dispose(), reader.dispose()]);
    },
  };
}

const noOptions: CallOptions<undefined> = {};

async function guarded<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof WorkerError)) throw error;
    const reason = reasons.find((item) => item === error.origin.reason);
    throw new IndexError(reason ?? 'other', error.message);
  }
}

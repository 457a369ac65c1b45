/**
 * Reads files in the extract workers and stores what they hold, many in one transaction. Stopping keeps what is stored.
 */
import type { FileRecord, FileUpdate, IndexDepth, IndexStore } from '../index/index-store';
import { throwIfCancelled } from '../util/cancelled';
import type { IndexRun, LocatedParts } from './indexer';

/** A file to read and what the index knows of it. */
export interface FileToRead {
  readonly path: string;
  readonly known: FileRecord | undefined;
}

/** Files read at the same time: enough to keep the workers busy while the last batch is stored. */
const concurrency = 8;
const batchFiles = 128;
const batchBytes = 2_000_000;
/** A file that is indexed can be found within this time, however few come after it. */
const batchMs = 150;
const progressGapMs = 100;

export async function readFiles(
  parts: LocatedParts,
  run: IndexRun,
  files: readonly FileToRead[],
  { depth, phase }: { readonly depth: IndexDepth; readonly phase: 'indexing' | 'symbols' },
): Promise<void> {
  const batch = createBatch(parts.store);
  const queue = files.values();
  let done = 0;
  let lastShownMs = -Infinity;
  const show = (): void => {
    const now = performance.now();
    if (now - lastShownMs < progressGapMs && done !== files.length) return;
    lastShownMs = now;
    run.onProgress?.({ phase, filesDone: done, filesTotal: files.length });
  };
  const work = async (): Promise<void> => {
    for (const file of queue) {
      throwIfCancelled(run.signal);
      // What is read by now can be searched while the rest waits.
      let flushed: Promise<void> | undefined;
      await run.pause?.pass(run.signal, () => {
        run.onProgress?.({ phase: 'paused', filesDone: done, filesTotal: files.length });
        flushed = batch.flush();
        flushed.catch(() => undefined);
      });
      await flushed;
      const update = await readOne(parts, run, file, depth);
      throwIfCancelled(run.signal);
      if (update) await batch.add(update);
      done += 1;
      show();
    }
  };
  show();
  try {
    await Promise.all(Array.from({ length: Math.min(concurrency, files.length) }, work));
  } finally {
    await batch.flush();
  }
}

async function readOne(
  { locate, extractor, logger }: LocatedParts,
  { settings, signal, rebuild }: IndexRun,
  { path, known }: FileToRead,
  depth: IndexDepth,
): Promise<FileUpdate | null> {
  // A file that is to be read deeper is read again, although its bytes are those that are indexed.
  const isAsDeep = known?.state === 'indexed' && (known.depth === 'symbols' || depth === 'text');
  const knownHash = rebuild === true || !isAsDeep ? null : known.contentHash;
  const maxFileBytes = settings.maxFileKilobytes * 1024;
  const request = { path, absolutePath: locate(path), maxFileBytes, knownHash, depth };
  const reply = await extractor.extract(request, signal);
  if (reply.kind === 'gone') return known ? { kind: 'removed', path } : null;
  if (reply.kind === 'unchanged') return known ? { kind: 'record', record: { ...known, ...reply.facts } } : null;
  for (const problem of reply.problems) logger.info(problem);
  return reply.update;
}

/** One transaction a batch: a store call each file would spend its time on syncing the disk. */
function createBatch(store: IndexStore): { add(update: FileUpdate): Promise<void>; flush(): Promise<void> } {
  let updates: FileUpdate[] = [];
  let bytes = 0;
  let startedMs = 0;
  const flush = async (): Promise<void> => {
    if (updates.length === 0) return;
    const full = updates;
    [updates, bytes] = [[], 0];
    await store.apply(full);
  };
  return {
    flush,
    add: async (update) => {
      if (updates.length === 0) startedMs = performance.now();
      updates.push(update);
      bytes += update.kind === 'content' ? update.bytes.length : 0;
      const isDue = performance.now() - startedMs >= batchMs;
      if (updates.length >= batchFiles || bytes >= batchBytes || isDue) await flush();
    },
  };
}

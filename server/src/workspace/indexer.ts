/**
 * Brings the index of a workspace up to date: walk, compare with the ledger by size and time, read what changed in the
 * extract workers, store in batches. Stopping keeps what is stored; the next run goes on from there.
 */
import { join } from 'node:path';
import type { Settings } from '../../../protocol/settings';
import type { FileRecord, FileUpdate, IndexStore } from '../index/index-store';
import { FileError, type FileStat, type FileSystem, type Logger } from '../platform/ports';
import type { GitRunner } from '../platform/run-git';
import type { Environment } from '../platform/user-folders';
import { throwIfCancelled, yieldToLoop } from '../util/cancelled';
import type { Extractor } from './extractor';
import { walkWorkspace } from './walk';

export interface IndexerParts {
  readonly root: string;
  readonly store: IndexStore;
  readonly extractor: Extractor;
  readonly fileSystem: FileSystem;
  readonly git: GitRunner;
  /** Says where git keeps the user's own settings. */
  readonly env: Environment;
  readonly logger: Logger;
}

export interface IndexRun {
  readonly settings: Settings['index'];
  readonly signal: AbortSignal;
  readonly rebuild?: boolean;
  readonly onProgress?: (progress: {
    readonly phase: 'walking' | 'indexing';
    readonly filesDone: number;
    readonly filesTotal: number;
  }) => void;
}

/** Files read at the same time: enough to keep the workers busy while the last batch is stored. */
const concurrency = 6;
const batchFiles = 64;
const batchBytes = 1_000_000;
const statConcurrency = 32;
const progressGapMs = 100;

export async function indexWorkspace(parts: IndexerParts, run: IndexRun): Promise<void> {
  const { root, store, fileSystem } = parts;
  const { signal } = run;
  run.onProgress?.({ phase: 'walking', filesDone: 0, filesTotal: 0 });
  const stat = await fileSystem.stat(root);
  if (stat.kind !== 'folder') throw new FileError('other', root, `${root} is not a folder; name the folder to read.`);
  const { paths, located } = await findFiles(parts, run);
  const known = new Map((await store.files()).map((record) => [record.path, record]));
  throwIfCancelled(signal);
  const present = new Set(paths);
  const removed = [...known.keys()].filter((path) => !present.has(path));
  if (removed.length > 0) await store.apply(removed.map((path) => ({ kind: 'removed', path })));
  const changed = await findChanged(located, run, paths, known);
  await readFiles(located, run, changed, known);
}

/** Reads single files again, or drops them; `paths` are relative. Files that the walk would leave out are not added. */
export async function refreshFiles(parts: IndexerParts, run: IndexRun, paths: readonly string[]): Promise<void> {
  const { store } = parts;
  const found = await findFiles(parts, run);
  const visible = new Set(found.paths);
  const known = new Map((await store.files()).map((record) => [record.path, record]));
  const touched = [...known.keys(), ...visible].filter((path) =>
    paths.some((changed) => path === changed || path.startsWith(`${changed}/`)),
  );
  const gone = [...new Set(touched)].filter((path) => known.has(path) && !visible.has(path));
  if (gone.length > 0) await store.apply(gone.map((path) => ({ kind: 'removed', path })));
  await readFiles(
    found.located,
    run,
    [...new Set(touched)].filter((path) => visible.has(path)),
    known,
  );
}

interface LocatedParts extends IndexerParts {
  /** The absolute path of a file: another than its own where it lies behind a link. */
  readonly locate: (path: string) => string;
}

/** Walks, and stores what was left out for the ledger. */
async function findFiles(
  parts: IndexerParts,
  { settings, signal }: IndexRun,
): Promise<{ readonly paths: readonly string[]; readonly located: LocatedParts }> {
  const { include, exclude } = settings;
  const { files, excluded } = await walkWorkspace({ ...parts, include, exclude, signal });
  await parts.store.putExcluded(excluded);
  const realPaths = new Map<string, string>();
  for (const { path, realPath } of files) if (path !== realPath) realPaths.set(path, realPath);
  const locate = (path: string): string => join(parts.root, realPaths.get(path) ?? path);
  return { paths: files.map(({ path }) => path), located: { ...parts, locate } };
}

async function findChanged(
  { locate, fileSystem }: LocatedParts,
  { signal, rebuild }: IndexRun,
  paths: readonly string[],
  known: ReadonlyMap<string, FileRecord>,
): Promise<readonly string[]> {
  if (rebuild === true) return paths;
  const changed: string[] = [];
  for (let first = 0; first < paths.length; first += statConcurrency) {
    throwIfCancelled(signal);
    const group = paths.slice(first, first + statConcurrency);
    const stats = await Promise.all(group.map((path) => fileSystem.stat(locate(path)).catch(() => null)));
    group.forEach((path, idx) => {
      if (!isAsKnown(stats[idx] ?? null, known.get(path))) changed.push(path);
    });
    await yieldToLoop();
  }
  return changed;
}

function isAsKnown(stat: FileStat | null, record: FileRecord | undefined): boolean {
  if (stat === null || record === undefined || record.state === 'pending' || record.state === 'failed') return false;
  return stat.sizeBytes === record.sizeBytes && stat.modifiedMs === record.modifiedMs;
}

async function readFiles(
  parts: LocatedParts,
  run: IndexRun,
  paths: readonly string[],
  known: ReadonlyMap<string, FileRecord>,
): Promise<void> {
  const batch = createBatch(parts.store);
  const queue = paths.values();
  let done = 0;
  let lastShownMs = -Infinity;
  const show = (): void => {
    const now = performance.now();
    if (now - lastShownMs < progressGapMs && done !== paths.length) return;
    lastShownMs = now;
    run.onProgress?.({ phase: 'indexing', filesDone: done, filesTotal: paths.length });
  };
  const work = async (): Promise<void> => {
    for (const path of queue) {
      throwIfCancelled(run.signal);
      const update = await readOne(parts, run, path, known.get(path));
      throwIfCancelled(run.signal);
      if (update) await batch.add(update);
      done += 1;
      show();
    }
  };
  show();
  try {
    await Promise.all(Array.from({ length: concurrency }, work));
  } finally {
    await batch.flush();
  }
}

async function readOne(
  { locate, extractor, logger }: LocatedParts,
  { settings, signal, rebuild }: IndexRun,
  path: string,
  known: FileRecord | undefined,
): Promise<FileUpdate | null> {
  const knownHash = rebuild === true || known?.state !== 'indexed' ? null : known.contentHash;
  const maxFileBytes = settings.maxFileKilobytes * 1024;
  const reply = await extractor.extract({ path, absolutePath: locate(path), maxFileBytes, knownHash }, signal);
  if (reply.kind === 'gone') return known ? { kind: 'removed', path } : null;
  if (reply.kind === 'unchanged') return known ? { kind: 'record', record: { ...known, ...reply.facts } } : null;
  for (const problem of reply.problems) logger.info(problem);
  return reply.update;
}

/** One transaction a batch: a store call each file would spend its time on syncing the disk. */
function createBatch(store: IndexStore): { add(update: FileUpdate): Promise<void>; flush(): Promise<void> } {
  let updates: FileUpdate[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    if (updates.length === 0) return;
    const full = updates;
    updates = [];
    bytes = 0;
    await store.apply(full);
  };
  return {
    flush,
    add: async (update) => {
      updates.push(update);
      bytes += update.kind === 'packed' ? update.bytes.length : 0;
      if (updates.length >= batchFiles || bytes >= batchBytes) await flush();
    },
  };
}

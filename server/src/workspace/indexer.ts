/**
 * Brings the index of a workspace up to date: walk, compare with the ledger by size and time, read what changed. Many
 * changed files are read twice: first their text alone, so that everything can be searched soon, then their structure.
 * Stopping keeps what is stored; the next run goes on from there. Of several processes one indexes at a time.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Settings } from '../../../protocol/settings';
import type { FileRecord, IndexStore } from '../index/index-store';
import { FileError, type FileStat, type FileSystem, type Logger } from '../platform/ports';
import type { GitRunner } from '../platform/run-git';
import type { Environment } from '../platform/user-folders';
import { throwIfCancelled, yieldToLoop } from '../util/cancelled';
import type { Extractor } from './extractor';
import type { Pause } from './pause-gate';
import { readFiles, type FileToRead } from './read-files';
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

/** `waiting`: another process indexes this folder; `paused`: the user or the battery said so; `symbols`: everything can be searched, the structure is being read. */
export type IndexRunPhase = 'waiting' | 'paused' | 'walking' | 'indexing' | 'symbols';

export interface IndexRun {
  readonly settings: Settings['index'];
  readonly signal: AbortSignal;
  readonly rebuild?: boolean;
  /** A question waits: the structure of very many files is left to another run. */
  readonly forQuestion?: boolean;
  /** Relative paths to read before all others: what the user is looking at. Asked after the walk. */
  readonly first?: () => readonly string[];
  /** Asked before each file. */
  readonly pause?: Pause;
  readonly onProgress?: (progress: {
    readonly phase: IndexRunPhase;
    readonly filesDone: number;
    readonly filesTotal: number;
  }) => void;
}

const statConcurrency = 64;
/** Up to so many files are read deeply at once; of more the text comes first. */
const maxDirect = 64;
/** So many named paths are looked at one by one; more, as after a switch of branches, by a walk. */
const maxNamed = 500;
/** Files whose structure a question waits for: a few seconds. */
const maxBeforeQuestion = 2_000;
/** A process that died while it indexed keeps the others waiting this long. */
const leaseMs = 10_000;
const leaseRetryMs = 300;
/** After more changed files than this the index's file is put in order. */
const compactFrom = 500;

export async function indexWorkspace(parts: IndexerParts, run: IndexRun): Promise<void> {
  const { root, store, fileSystem } = parts;
  const { signal, settings } = run;
  const stat = await fileSystem.stat(root);
  if (stat.kind !== 'folder') throw new FileError('other', root, `${root} is not a folder; name the folder to read.`);
  await withLease(parts, run, async () => {
    run.onProgress?.({ phase: 'walking', filesDone: 0, filesTotal: 0 });
    await store.limit(1e6 * settings.maxIndexMegabytes);
    const { paths, located } = await findFiles(parts, run);
    const known = new Map((await store.files()).map((record) => [record.path, record]));
    throwIfCancelled(signal);
    const present = new Set(paths);
    const removed = [...known.keys()].filter((path) => !present.has(path));
    if (removed.length > 0) await store.apply(removed.map((path) => ({ kind: 'removed', path })));
    const changed = await findChanged(located, run, paths, known);
    const shallow = run.rebuild ? [] : [...known.values()].filter(({ depth }) => depth === 'text');
    await readAll(located, run, { changed, shallow });
    if (changed.length + removed.length >= compactFrom) await compact(store, signal);
  });
}

/** Reads single files again, or drops them; `paths` are relative. Files that the walk would leave out are not added. */
export async function refreshFiles(parts: IndexerParts, run: IndexRun, paths: readonly string[]): Promise<void> {
  if (paths.length > maxNamed || paths.some(decidesOnOthers)) return indexWorkspace(parts, run);
  const named = [...new Set(paths)];
  await withLease(parts, run, async () => {
    const looked = await Promise.all(named.map((path) => lookAt(parts, path)));
    // What the index has not seen before may be ignored, or a folder: only a walk can tell.
    if (looked.some((look) => look === 'unknown')) return refreshByWalk(parts, run, named);
    const gone = looked.flatMap((look) => (typeof look === 'object' && 'gone' in look ? look.gone : []));
    if (gone.length > 0) await parts.store.apply(gone.map((path) => ({ kind: 'removed', path })));
    const changed = looked.flatMap((look) => (typeof look === 'object' && 'known' in look ? [look] : []));
    const located = { ...parts, locate: (path: string) => join(parts.root, path) };
    await readAll(located, run, { changed, shallow: [] });
  });
}

type Look = 'unknown' | 'nothing' | FileToRead | { readonly gone: readonly string[] };

/** A path that changed, as the index and the disk have it now. */
async function lookAt({ root, store, fileSystem }: IndexerParts, path: string): Promise<Look> {
  const rows = await store.files(path);
  const stat = await fileSystem.stat(join(root, path)).catch(() => null);
  if (stat === null) return rows.length > 0 ? { gone: rows.map((row) => row.path) } : 'nothing';
  const known = rows.find((row) => row.path === path);
  return stat.kind === 'file' && known && rows.length === 1 ? { path, known } : 'unknown';
}

async function refreshByWalk(parts: IndexerParts, run: IndexRun, named: readonly string[]): Promise<void> {
  const { store } = parts;
  const { paths, located } = await findFiles(parts, run);
  const visible = new Set(paths);
  const known = new Map((await store.files()).map((record) => [record.path, record]));
  const isNamed = (path: string): boolean =>
    named.some((changed) => path === changed || path.startsWith(`${changed}/`));
  const touched = [...new Set([...known.keys(), ...visible])].filter(isNamed);
  const gone = touched.filter((path) => known.has(path) && !visible.has(path));
  if (gone.length > 0) await store.apply(gone.map((path) => ({ kind: 'removed', path })));
  const changed = touched.filter((path) => visible.has(path)).map((path) => ({ path, known: known.get(path) }));
  await readAll(located, run, { changed, shallow: [] });
}

export interface LocatedParts extends IndexerParts {
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

/** An ignore file says of other files whether they are read. */
function decidesOnOthers(path: string): boolean {
  return /(?:^|\/)\.(?:gitignore|longfoldignore|gitmodules)$/.test(path);
}

async function readAll(
  parts: LocatedParts,
  run: IndexRun,
  { changed, shallow }: { readonly changed: readonly FileToRead[]; readonly shallow: readonly FileRecord[] },
): Promise<void> {
  const isFew = changed.length <= maxDirect;
  await readFiles(parts, run, changed, { depth: isFew ? 'symbols' : 'text', phase: 'indexing' });
  const read = new Set(changed.map(({ path }) => path));
  const left = shallow.filter(({ path }) => !read.has(path)).map((known) => ({ path: known.path, known }));
  // What the first reading left out (too large, binary) has nothing deeper.
  const again = isFew ? left : [...(await textOnly(parts.store, changed)), ...left];
  if (run.forQuestion === true && again.length > maxBeforeQuestion) return;
  if (again.length > 0) await readFiles(parts, run, again, { depth: 'symbols', phase: 'symbols' });
}

/** In the order in which they were read. */
async function textOnly(store: IndexStore, files: readonly FileToRead[]): Promise<readonly FileToRead[]> {
  const records = new Map((await store.files()).map((record) => [record.path, record]));
  return files.flatMap(({ path }) => {
    const known = records.get(path);
    return known?.depth === 'text' ? [{ path, known }] : [];
  });
}

/** Those that may have changed, what the user looks at and what was written last first. */
async function findChanged(
  { locate, fileSystem }: LocatedParts,
  { signal, rebuild, first }: IndexRun,
  paths: readonly string[],
  known: ReadonlyMap<string, FileRecord>,
): Promise<readonly FileToRead[]> {
  const changed: (FileToRead & { readonly modifiedMs: number })[] = [];
  for (let start = 0; start < paths.length; start += statConcurrency) {
    throwIfCancelled(signal);
    const group = paths.slice(start, start + statConcurrency);
    const stats = await Promise.all(group.map((path) => fileSystem.stat(locate(path)).catch(() => null)));
    group.forEach((path, place) => {
      const stat = stats[place] ?? null;
      const record = known.get(path);
      if (rebuild === true || !isAsKnown(stat, record)) {
        changed.push({ path, known: record, modifiedMs: stat?.modifiedMs ?? 0 });
      }
    });
    await yieldToLoop();
  }
  const wanted = new Set(first?.());
  const rank = ({ path }: FileToRead): number => (wanted.has(path) ? 0 : 1);
  return changed.sort((one, other) => rank(one) - rank(other) || other.modifiedMs - one.modifiedMs);
}

function isAsKnown(stat: FileStat | null, record: FileRecord | undefined): boolean {
  if (stat === null || record === undefined || record.state === 'pending') return false;
  return stat.sizeBytes === record.sizeBytes && stat.modifiedMs === record.modifiedMs;
}

/** Runs of this process that index now, by their store: they share the right to. */
const running = new WeakMap<IndexStore, number>();

async function withLease({ store }: IndexerParts, run: IndexRun, work: () => Promise<void>): Promise<void> {
  while (!(await store.lease(leaseMs))) {
    run.onProgress?.({ phase: 'waiting', filesDone: 0, filesTotal: 0 });
    throwIfCancelled(run.signal);
    await sleep(leaseRetryMs, undefined, { signal: run.signal });
  }
  running.set(store, (running.get(store) ?? 0) + 1);
  const timer = setInterval(() => void store.lease(leaseMs).catch(() => undefined), leaseMs / 4);
  try {
    await work();
  } finally {
    clearInterval(timer);
    const others = (running.get(store) ?? 1) - 1;
    running.set(store, others);
    if (others === 0) await store.lease(0).catch(() => undefined);
  }
}

async function compact(store: IndexStore, signal: AbortSignal): Promise<void> {
  while (!(await store.compact())) throwIfCancelled(signal);
}

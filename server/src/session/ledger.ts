/**
 * The ledger of a workspace: a row for every file that the walk found and for all that it left out, out of the index
 * alone. With `count` the files inside of excluded folders are counted on the disk, and the rows then add up to what
 * `find ROOT ! -type d` counts, but for changes since the walk.
 */
import { join } from 'node:path';
import type { LedgerRow } from '../../../protocol/indexing';
import type { LedgerOptions } from '../application';
import type { ExcludedEntry, FileRecord, IndexStore } from '../index/index-store';
import type { FileSystem } from '../platform/ports';
import { sortInTurns } from '../util/sort-in-turns';
import { countFiles } from '../workspace/count-files';

export interface LedgerParts {
  readonly root: string;
  readonly store: IndexStore;
  readonly fileSystem: FileSystem;
}

const never = new AbortController().signal;

export async function readLedger(
  { root, store, fileSystem }: LedgerParts,
  asked: string,
  { count = false, signal = never }: LedgerOptions,
): Promise<readonly LedgerRow[]> {
  const under = asked.replace(/^(?:\.\/+)+|^\.$|\/+$/g, '');
  const excluded = await store.excluded(under);
  const links = new Set(excluded.filter(({ path }) => !path.endsWith('/')).map(({ path }) => path));
  const rows: LedgerRow[] = (await store.files(under)).map((record) => toFileRow(record, links));
  for (const entry of excluded) {
    const row = toExcludedRow(entry, links);
    if (!count || !entry.path.endsWith('/')) rows.push(row);
    else rows.push({ ...row, filesInside: await countFiles(fileSystem, folderToCount(root, entry, under), signal) });
  }
  return sortInTurns(rows, ({ path }) => path, signal);
}

export interface LedgerTotals {
  /** Files on the disk that the rows account for; those inside of excluded folders only when they were counted. */
  readonly files: number;
  readonly indexed: number;
  readonly skipped: number;
  readonly failed: number;
  readonly pending: number;
  /** Files and links that were left out each for itself. */
  readonly excluded: number;
  readonly excludedFolders: number;
  /** Null: they were not counted. */
  readonly filesInExcludedFolders: number | null;
  /** Files that are read through a link to their folder; they count in none of the numbers above. */
  readonly behindLinks: number;
}

export function ledgerTotals(rows: readonly LedgerRow[]): LedgerTotals {
  const own = rows.filter((row) => row.isBehindLink !== true);
  const folders = own.filter((row) => row.isFolder === true);
  const single = own.length - folders.length;
  const isCounted = folders.every(({ filesInside }) => filesInside !== undefined);
  const inside = folders.reduce((sum, { filesInside = 0 }) => sum + filesInside, 0);
  const count = (state: LedgerRow['state']): number => own.filter((row) => row.state === state).length;
  return {
    files: single + inside,
    indexed: count('indexed'),
    skipped: count('skipped'),
    failed: count('failed'),
    pending: count('pending'),
    excluded: count('excluded') - folders.length,
    excludedFolders: folders.length,
    filesInExcludedFolders: isCounted ? inside : null,
    behindLinks: rows.length - own.length,
  };
}

/** What is asked about may lie inside the excluded folder. */
function folderToCount(root: string, { path }: ExcludedEntry, under: string): string {
  return join(root, `${under}/`.startsWith(path) ? under : path);
}

/** A row below an excluded entry that is no folder stands behind a link that was followed. */
function isBehindLink(path: string, links: ReadonlySet<string>): boolean {
  for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
    if (links.has(path.slice(0, end))) return true;
  }
  return false;
}

function toFileRow(record: FileRecord, links: ReadonlySet<string>): LedgerRow {
  return {
    path: record.path,
    state: record.state,
    reason: record.reason,
    sizeBytes: record.sizeBytes,
    encoding: record.encoding,
    language: record.language,
    chunks: record.chunks,
    atMs: record.seenMs,
    ...(isBehindLink(record.path, links) ? { isBehindLink: true } : {}),
  };
}

function toExcludedRow({ path, reason, rule }: ExcludedEntry, links: ReadonlySet<string>): LedgerRow {
  return {
    path,
    state: 'excluded',
    reason,
    rule,
    isFolder: path.endsWith('/'),
    sizeBytes: 0,
    encoding: null,
    language: null,
    chunks: 0,
    atMs: 0,
    ...(isBehindLink(path, links) ? { isBehindLink: true } : {}),
  };
}

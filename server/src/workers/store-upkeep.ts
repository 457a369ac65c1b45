/** What keeps the index's file in order: the right to index, and giving back what is free. */
import { statfsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { numberOf } from './store-rows';

/** Pages that one step merges, and gives back: some tens of milliseconds. */
const [mergePages, freePages] = [400, 2_000];

/** More than any one batch writes. */
const ampleBytes = 64_000_000;

/**
 * Two processes never index one folder at the same time: each asks again before its right has run out, and one that died
 * loses it at once. `holder` is a number of the asking process's own.
 */
export function lease(database: DatabaseSync, holder: number, forMs: number): boolean {
  database.exec('BEGIN IMMEDIATE');
  try {
    const read = database.prepare('SELECT value FROM state WHERE name = ?');
    const valueOf = (name: string): number => numberOf(read.get(name)?.['value']);
    const isOwn = valueOf('leaseHolder') === holder;
    const isFree = isOwn || valueOf('leaseUntil') <= Date.now() || !isAlive(valueOf('leaseProcess'));
    if (isFree) {
      const write = database.prepare('INSERT OR REPLACE INTO state VALUES (?, ?)');
      write.run('leaseHolder', holder);
      write.run('leaseProcess', process.pid);
      write.run('leaseUntil', forMs > 0 ? Date.now() + forMs : 0);
    }
    database.exec('COMMIT');
    return isFree;
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK');
    throw error;
  }
}

/** `maxBytes` 0: SQLite's own bound. A file that is larger already stays as it is and grows no more. */
export function limitSize(database: DatabaseSync, maxBytes: number): void {
  const pageBytes = numberOf(database.prepare('PRAGMA page_size').get()?.['page_size']);
  database.exec(`PRAGMA max_page_count = ${maxBytes > 0 ? Math.max(1, Math.floor(maxBytes / pageBytes)) : 4294967294}`);
}

/** A write that a bound refused, and one that a full disk refused, fail alike; the disk tells which it was. */
export function hasDiskRoom(folder: string): boolean {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize > ampleBytes;
}

/** Of this machine; another container's process that cannot be seen counts as gone, which costs double work at most. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * One step of putting the full text index's segments together, then of giving free pages back to the disk (FTS5's `merge`:
 * fewer than two changes say that nothing is left to merge). True when both are done.
 */
export function createCompactor(database: DatabaseSync): () => boolean {
  let isMerging = false;
  const merge = database.prepare("INSERT INTO words(words, rank) VALUES('merge', ?)");
  return () => {
    const before = numberOf(database.prepare('SELECT total_changes() AS changes').get()?.['changes']);
    // A negative number also takes up segments that are not many enough to be merged by themselves.
    merge.run(isMerging ? mergePages : -mergePages);
    const after = numberOf(database.prepare('SELECT total_changes() AS changes').get()?.['changes']);
    isMerging = after - before >= 2;
    if (isMerging) return false;
    database.exec(`PRAGMA incremental_vacuum(${freePages})`);
    const isDone = numberOf(database.prepare('PRAGMA freelist_count').get()?.['freelist_count']) === 0;
    // The file itself becomes smaller only when the journal's pages have been put into it.
    if (isDone) database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return isDone;
  };
}

/** What keeps the index's file in order: the right to index, and giving back what is free. */
import type { DatabaseSync } from 'node:sqlite';
import { numberOf } from './store-rows';

/** Pages that one step merges, and gives back: some tens of milliseconds. */
const [mergePages, freePages] = [400, 2_000];

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
    return numberOf(database.prepare('PRAGMA freelist_count').get()?.['freelist_count']) === 0;
  };
}

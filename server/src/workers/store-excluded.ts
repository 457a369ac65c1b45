/** What the walks left out. Each walk has a number; readers see the rows of the one whose last page is stored. */
import type { DatabaseSync } from 'node:sqlite';
import type { ExcludedEntry } from '../index/index-store';
import type { StoreWorkerMethods } from './store-protocol';
import { inTransaction } from './store-writer';

export function putExcluded(database: DatabaseSync, page: StoreWorkerMethods['putExcluded']['params']): void {
  const { walk, entries, isLast } = page;
  inTransaction(database, () => {
    const put = database.prepare('INSERT INTO excluded VALUES (?, ?, ?, ?, ?, ?)');
    for (const { path, reason, rule } of entries) {
      put.run(walk, path, reason, rule?.file ?? null, rule?.line ?? null, rule?.pattern ?? null);
    }
    if (!isLast) return;
    // Another process may have stored a newer walk meanwhile; then this one is dropped.
    const isNewest = readWalk(database) <= walk;
    database.prepare(`DELETE FROM excluded WHERE walk ${isNewest ? '<' : '='} ?`).run(walk);
    if (isNewest) database.prepare("INSERT OR REPLACE INTO state VALUES ('walk', ?)").run(walk);
  });
}

/** With `under` that entry, what lies below it, and the folders that cover it. */
export function readExcluded(
  database: DatabaseSync,
  under: string,
  skip: number,
  limit: number,
): StoreWorkerMethods['excluded']['result'] {
  // '0' is the character after '/', so the range holds exactly the paths that start with `under/`.
  const sql = `SELECT path, reason, file, line, pattern FROM excluded
    WHERE walk = ?4 AND (?1 = '' OR path = ?1 OR (path >= ?1 || '/' AND path < ?1 || '0')
        OR (path LIKE '%/' AND substr(?1 || '/', 1, length(path)) = path))
    ORDER BY path LIMIT ?3 OFFSET ?2`;
  // One view of the file for both reads.
  database.exec('BEGIN');
  try {
    const walk = readWalk(database);
    const rows = database.prepare(sql).all(under, skip, limit, walk);
    return { walk, entries: rows.map(toEntry) };
  } finally {
    database.exec('COMMIT');
  }
}

function readWalk(database: DatabaseSync): number {
  return Number(database.prepare("SELECT value FROM state WHERE name = 'walk'").get()?.['value'] ?? 0);
}

function toEntry({ path, reason, file, line, pattern }: Readonly<Record<string, unknown>>): ExcludedEntry {
  const rule = typeof file === 'string' ? { file, line: Number(line), pattern: String(pattern) } : null;
  return { path: String(path), reason: String(reason), rule };
}

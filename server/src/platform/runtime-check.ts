/** Whether this runtime has what the server needs: node:sqlite with FTS5. Asked once at start, answered in one sentence. */
export function missingRuntimeParts(): string | null {
  const sqlite = process.getBuiltinModule?.('node:sqlite');
  if (!sqlite) {
    return `Longfold needs a runtime with node:sqlite, and this one (Node ${process.versions.node}) has none: use Node 24, or VS Code 1.116 or newer.`;
  }
  const database = new sqlite.DatabaseSync(':memory:');
  try {
    database.exec('CREATE VIRTUAL TABLE probe USING fts5(text)');
    return null;
  } catch {
    return `Longfold needs SQLite with full-text search (FTS5), and this runtime (Node ${process.versions.node}) has none: use Node 24, or VS Code 1.116 or newer.`;
  } finally {
    database.close();
  }
}

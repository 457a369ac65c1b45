/** Whether this runtime has what the server needs: node:sqlite with FTS5. Asked once at start, answered in one sentence. */
type Sqlite = typeof import('node:sqlite');

/** Older Nodes have neither the function nor the module, whatever the types say. */
function readSqlite(): Sqlite | undefined {
  const runtime: { readonly getBuiltinModule?: (this: void, id: string) => unknown } = process;
  return runtime.getBuiltinModule?.('node:sqlite') as Sqlite | undefined;
}

export function missingRuntimeParts(): string | null {
  const sqlite = readSqlite();
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

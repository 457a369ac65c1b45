/**
 * Everything that an index file says, without what depends on when and in which order it was made: to compare two indexes of
 * the same files, full text and all. Both of SQLite's own checks run first.
 */
import { DatabaseSync } from 'node:sqlite';
import { decompressText } from '../../server/src/index/compress-text';
import { PackedUses } from '../../server/src/index/pack-uses';

export interface IndexDump {
  /** A line a ledger row. */
  readonly files: readonly string[];
  /** A line a chunk, with its words as full text search has them. */
  readonly chunks: readonly string[];
  readonly symbols: readonly string[];
  readonly uses: readonly string[];
  /** Rows that belong to no file: there must be none. */
  readonly orphans: readonly string[];
}

/** @throws Error where one of the checks finds damage */
export function dumpIndex(file: string): IndexDump {
  const database = new DatabaseSync(file);
  try {
    checkIndex(database);
    const all = (sql: string): readonly Readonly<Record<string, unknown>>[] => database.prepare(sql).all();
    database.exec("CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', 'words', 'instance')");
    const words = new Map<unknown, string[]>();
    for (const { doc, term, col, offset } of all('SELECT doc, term, col, offset FROM temp.terms')) {
      const own = words.get(doc) ?? [];
      own.push(`${String(col)}${String(offset).padStart(5)}${String(term)}`);
      words.set(doc, own);
    }
    const texts = new Map(
      all('SELECT id, body FROM texts').map(({ id, body }) => [id, decompressText(body as Uint8Array)]),
    );
    const chunks = all(`SELECT c.*, f.path, f.text FROM chunks c JOIN files f ON f.id = c.file`).map((row) => {
      const { path, startOffset, endOffset, startLine, endLine, heading } = row;
      const text = texts.get(row['text'])?.slice(Number(startOffset), Number(endOffset));
      const own = (words.get(row['id']) ?? []).sort().join(' ');
      words.delete(row['id']);
      return JSON.stringify([path, startOffset, endOffset, startLine, endLine, heading, text, own]);
    });
    const columns = 'path, state, reason, depth, size, hash, encoding, language, chunks, tokens';
    return {
      files: all(`SELECT ${columns} FROM files ORDER BY path`).map((row) => JSON.stringify(Object.values(row))),
      chunks: chunks.sort(),
      symbols: all(`SELECT f.path, s.name, s.kind, s.startOffset, s.endOffset, s.nameOffset, s.line, s.container
        FROM symbols s JOIN files f ON f.id = s.file`)
        .map((row) => JSON.stringify(Object.values(row)))
        .sort(),
      uses: all('SELECT f.path, f.text, u.body FROM uses u JOIN files f ON f.id = u.file')
        .flatMap(({ path, text, body }) =>
          new PackedUses(body as Uint8Array, texts.get(text) ?? '')
            .within(0, Infinity)
            .map((use) => JSON.stringify([path, use])),
        )
        .sort(),
      orphans: [
        ...[...words.keys()].map((id) => `words of chunk ${String(id)}`),
        ...all('SELECT id FROM texts WHERE id NOT IN (SELECT text FROM files WHERE text IS NOT NULL)').map(
          ({ id }) => `text ${String(id)}`,
        ),
        ...['chunks', 'symbols', 'uses', 'imports', 'places'].flatMap((table) =>
          all(`SELECT file FROM ${table} WHERE file NOT IN (SELECT id FROM files)`).map(
            ({ file: owner }) => `${table} of file ${String(owner)}`,
          ),
        ),
        ...all('SELECT first FROM vectors WHERE first NOT IN (SELECT id FROM chunks)').map(
          ({ first }) => `vectors from chunk ${String(first)} on`,
        ),
      ],
    };
  } finally {
    database.close();
  }
}

/** The pages, and the full text index, which SQLite's own check does not look into. */
export function checkIndex(database: DatabaseSync): void {
  const result = database.prepare('PRAGMA quick_check').get()?.['quick_check'];
  if (result !== 'ok') throw new Error(`quick_check: ${String(result)}`);
  database.exec("INSERT INTO words(words) VALUES('integrity-check')");
}

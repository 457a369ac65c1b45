/** Names in the index: where they are defined and used, and what files take from each other. */
import type { DatabaseSync } from 'node:sqlite';
import type { ImportedName, SymbolReference } from '../chunk/chunk';
import type { NamesInRange, ReferencePlace, References, SymbolPlace, UseSearch } from '../index/index-store';
import { decompressText } from '../index/compress-text';
import { PackedUses } from '../index/pack-uses';
import { searchWords } from '../index/search-words';
import type { StoreFile } from './store-reader';
import { numberOf, textOf, toSymbol } from './store-rows';

const symbolColumns = 'f.path, s.*';
/** Files that are looked into for the uses of one name, and chunks that hold its words and lead to them. */
const maxUseFiles = 1_000;
const maxUseChunks = 8_000;

export function readDefinitions({ database }: StoreFile, name: string, limit: number): readonly SymbolPlace[] {
  // The index folds case; the name itself does not.
  const sql = `SELECT ${symbolColumns} FROM symbols s JOIN files f ON f.id = s.file
    WHERE s.name = ?1 COLLATE NOCASE AND s.name = ?1 ORDER BY f.path, s.nameOffset LIMIT ?2`;
  return database.prepare(sql).all(name, limit).map(toSymbol);
}

/** The files that hold the name's words are looked into, the nearest first; places come from what was parsed of each. */
export function readReferences(
  store: StoreFile,
  name: string,
  limit: number,
  { near = '', maxFiles = maxUseFiles }: UseSearch = {},
  readUses = createUsesReader(store),
): References {
  const { database } = store;
  const match = matchName(name);
  if (match === '') return { total: 0, isPartial: false, places: [] };
  const files = findFiles(database, match, near, maxFiles);
  const isPartial = files.length === maxFiles || countChunks(database, match, maxUseChunks) > maxUseChunks;
  const places: ReferencePlace[] = [];
  let total = 0;
  for (const { id, path } of files) {
    const file = readUses(id);
    if (file?.text.includes(name) !== true) continue;
    const own = file.uses.of(name);
    total += own.length;
    const shown = own.slice(0, Math.max(0, limit - places.length));
    const containerOf = readContainers(database, id, shown[0]?.offset ?? 0, (shown.at(-1)?.offset ?? -1) + 1);
    const lines = new LineCounter(file.text);
    for (const { offset, kind } of shown)
      places.push({ path, offset, line: lines.at(offset), kind, container: containerOf(offset) });
  }
  return { total, isPartial, places };
}

/** Whether more than `chunks` chunks hold the words of a name. */
export function isHeldByMore({ database }: StoreFile, name: string, chunks: number): boolean {
  const match = matchName(name);
  return match !== '' && countChunks(database, match, chunks) > chunks;
}

/** Where the whole name is one word of full text, its parts say nothing more and are far commoner. */
function matchName(name: string): string {
  const words = [...new Set(searchWords(name))];
  const whole = words.slice(0, 1).filter((word) => word === name.replace(/[_$]/g, '').toLowerCase());
  return (whole.length > 0 ? whole : words).map((word) => `"${word.replaceAll('"', '')}"`).join(' AND ');
}

/** Counts to one more than `most`. */
function countChunks(database: DatabaseSync, match: string, most: number): number {
  const sql = 'SELECT count(*) AS chunks FROM (SELECT rowid FROM words WHERE words MATCH ? LIMIT ?)';
  return numberOf(database.prepare(sql).get(match, most + 1)?.['chunks']);
}

function findFiles(
  database: DatabaseSync,
  match: string,
  near: string,
  maxFiles: number,
): readonly { readonly id: number; readonly path: string }[] {
  const folder = near.slice(0, near.lastIndexOf('/') + 1);
  const sql = `SELECT f.id, f.path FROM (SELECT DISTINCT c.file FROM
    (SELECT rowid FROM words WHERE words MATCH ?1 LIMIT ?2) w JOIN chunks c ON c.id = w.rowid) u JOIN files f ON f.id = u.file
    ORDER BY f.path <> ?3, substr(f.path, 1, length(?4)) <> ?4, f.path LIMIT ?5`;
  const rows = database.prepare(sql).all(match, maxUseChunks, near, folder, maxFiles);
  return rows.map((row) => ({ id: numberOf(row['id']), path: textOf(row['path']) }));
}

export function readImports({ database }: StoreFile, path: string): readonly ImportedName[] {
  const sql = 'SELECT list FROM imports i JOIN files f ON f.id = i.file WHERE f.path = ?';
  const list = database.prepare(sql).get(path)?.['list'];
  // Written by `createWriter`.
  return list instanceof Uint8Array ? (JSON.parse(decompressText(list)) as readonly ImportedName[]) : [];
}

export function readNamesIn(
  store: StoreFile,
  path: string,
  start: number,
  end: number,
  readUses = createUsesReader(store),
): NamesInRange {
  const { database } = store;
  const file = database.prepare('SELECT id FROM files WHERE path = ?').get(path)?.['id'];
  if (typeof file !== 'number') return { definitions: [], references: [] };
  const defined = `SELECT ${symbolColumns} FROM symbols s JOIN files f ON f.id = s.file
    WHERE s.file = ? AND s.nameOffset >= ? AND s.nameOffset < ? ORDER BY s.nameOffset`;
  const containerOf = readContainers(database, file, start, end);
  const { uses, text } = readUses(file) ?? {};
  const lines = new LineCounter(text ?? '');
  return {
    definitions: database.prepare(defined).all(file, start, end).map(toSymbol),
    references: (uses?.within(start, end) ?? []).map((use): SymbolReference => {
      return { ...use, line: lines.at(use.offset), container: containerOf(use.offset) };
    }),
  };
}

/** The uses of a file beside its text; undefined where it uses no name. */
export type UsesReader = (file: number) => { readonly uses: PackedUses; readonly text: string } | undefined;

/** Keeps what it has unpacked: for one call, in which no file changes. */
export function createUsesReader({ database, texts }: StoreFile): UsesReader {
  const read = database.prepare('SELECT u.body, f.text FROM uses u JOIN files f ON f.id = u.file WHERE u.file = ?');
  const kept = new Map<number, ReturnType<UsesReader>>();
  return (file) => {
    if (kept.has(file)) return kept.get(file);
    const { body, text: id } = read.get(file) ?? {};
    const text = texts.get(numberOf(id));
    const found = body instanceof Uint8Array ? { uses: new PackedUses(body, text), text } : undefined;
    kept.set(file, found);
    return found;
  };
}

/** 0-based lines of offsets that only grow. */
class LineCounter {
  #line = 0;
  #next = 0;

  constructor(private readonly text: string) {}

  at(offset: number): number {
    for (;;) {
      const end = this.text.indexOf('\n', this.#next);
      if (end === -1 || end >= offset) return this.#line;
      this.#line += 1;
      this.#next = end + 1;
    }
  }
}

/** Kept nowhere: the definitions of a file say what stands around a place. For places of the range. */
function readContainers(database: DatabaseSync, file: number, start: number, end: number): (offset: number) => string {
  if (end <= start) return () => '';
  const sql = `SELECT name, container, startOffset, endOffset FROM symbols WHERE file = ? AND startOffset < ? AND endOffset > ?
    ORDER BY endOffset - startOffset`;
  const around = database
    .prepare(sql)
    .all(file, end, start)
    .map((row) => ({
      start: numberOf(row['startOffset']),
      end: numberOf(row['endOffset']),
      path: [textOf(row['container']), textOf(row['name'])].filter((name) => name !== '').join(' > '),
    }));
  return (offset) => around.find((place) => place.start <= offset && offset < place.end)?.path ?? '';
}

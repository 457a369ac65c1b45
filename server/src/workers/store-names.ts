/** Names in the index: where they are defined and used, and what files take from each other. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ImportedName, SymbolReference } from '../chunk/chunk';
import type { NamesInRange, ReferencePlace, References, SymbolPlace } from '../index/index-store';
import { decompressText } from '../index/compress-text';
import { PackedUses } from '../index/pack-uses';
import { searchWords } from '../index/search-words';
import type { StoreFile } from './store-reader';
import { numberOf, textOf, toSymbol } from './store-rows';

const symbolColumns = 'f.path, s.*';
/** Files that are looked into for the uses of one name. */
const maxUseFiles = 1_000;

export function readDefinitions({ database }: StoreFile, name: string, limit: number): readonly SymbolPlace[] {
  // The index folds case; the name itself does not.
  const sql = `SELECT ${symbolColumns} FROM symbols s JOIN files f ON f.id = s.file
    WHERE s.name = ?1 COLLATE NOCASE AND s.name = ?1 ORDER BY f.path, s.nameOffset LIMIT ?2`;
  return database.prepare(sql).all(name, limit).map(toSymbol);
}

/** The files that hold the name's words are looked into, by path; places come from what was parsed of each. */
export function readReferences({ database, texts }: StoreFile, name: string, limit: number): References {
  const words = searchWords(name);
  if (words.length === 0) return { total: 0, isPartial: false, places: [] };
  const found = `SELECT f.path, f.id, f.text, u.body FROM uses u JOIN files f ON f.id = u.file WHERE u.file IN
    (SELECT c.file FROM words JOIN chunks c ON c.id = words.rowid WHERE words MATCH ?) ORDER BY f.path LIMIT ?`;
  const match = [...new Set(words)].map((word) => `"${word.replaceAll('"', '')}"`).join(' AND ');
  const enclosing = prepareEnclosing(database);
  const places: ReferencePlace[] = [];
  let [total, files] = [0, 0];
  for (const row of database.prepare(found).iterate(match, maxUseFiles)) {
    files++;
    const text = texts.get(numberOf(row['text']));
    if (!(row['body'] instanceof Uint8Array) || !text.includes(name)) continue;
    const own = new PackedUses(row['body'], text).of(name);
    total += own.length;
    const lines = new LineCounter(text);
    for (const { offset, kind } of own.slice(0, limit - places.length)) {
      const container = containerOf(enclosing, numberOf(row['id']), offset);
      places.push({ path: textOf(row['path']), offset, line: lines.at(offset), kind, container });
    }
  }
  return { total, isPartial: files === maxUseFiles, places };
}

export function readImports({ database }: StoreFile, path: string): readonly ImportedName[] {
  const sql = 'SELECT list FROM imports i JOIN files f ON f.id = i.file WHERE f.path = ?';
  const list = database.prepare(sql).get(path)?.['list'];
  // Written by `createWriter`.
  return list instanceof Uint8Array ? (JSON.parse(decompressText(list)) as readonly ImportedName[]) : [];
}

export function readNamesIn({ database, texts }: StoreFile, path: string, start: number, end: number): NamesInRange {
  const row = database.prepare(
    'SELECT f.id, f.text, u.body FROM files f LEFT JOIN uses u ON u.file = f.id WHERE path = ?',
  );
  const file = row.get(path);
  if (!file) return { definitions: [], references: [] };
  const id = numberOf(file['id']);
  const defined = `SELECT ${symbolColumns} FROM symbols s JOIN files f ON f.id = s.file
    WHERE s.file = ? AND s.nameOffset >= ? AND s.nameOffset < ? ORDER BY s.nameOffset`;
  const text = texts.get(numberOf(file['text']));
  const uses = file['body'] instanceof Uint8Array ? new PackedUses(file['body'], text).within(start, end) : [];
  const enclosing = prepareEnclosing(database);
  const lines = new LineCounter(text);
  return {
    definitions: database.prepare(defined).all(id, start, end).map(toSymbol),
    references: uses.map((use): SymbolReference => {
      return { ...use, line: lines.at(use.offset), container: containerOf(enclosing, id, use.offset) };
    }),
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

function prepareEnclosing(database: DatabaseSync): StatementSync {
  return database.prepare(`SELECT s.name, s.container FROM symbols s
    WHERE s.file = ?1 AND s.startOffset <= ?2 AND s.endOffset > ?2 ORDER BY s.endOffset - s.startOffset LIMIT 1`);
}

/** Kept nowhere: the definitions of a file say what stands around a place. */
function containerOf(enclosing: StatementSync, file: number, offset: number): string {
  const row = enclosing.get(file, offset);
  if (!row) return '';
  const [container, name] = [textOf(row['container']), textOf(row['name'])];
  return container === '' ? name : `${container} > ${name}`;
}

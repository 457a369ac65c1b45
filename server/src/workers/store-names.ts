/** Names in the index: where they are defined and used, and what files take from each other. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ImportedName, SymbolReference } from '../chunk/chunk';
import type { NamesInRange, ReferencePlace, SymbolPlace } from '../index/index-store';
import { unpackUses } from '../index/pack-uses';
import type { StoreFile } from './store-reader';
import { numberOf, textOf, toSymbol } from './store-rows';

// `n.name` comes last: `s.*` has the name's number under the same key.
const symbolColumns = 'f.path, s.*, n.name AS name';

export function readDefinitions({ database }: StoreFile, name: string, limit: number): readonly SymbolPlace[] {
  const sql = `SELECT ${symbolColumns} FROM names n JOIN symbols s ON s.name = n.id JOIN files f ON f.id = s.file
    WHERE n.name = ? ORDER BY f.path, s.nameOffset LIMIT ?`;
  return database.prepare(sql).all(name, limit).map(toSymbol);
}

export function readReferences(
  { database }: StoreFile,
  name: string,
  limit: number,
): { readonly total: number; readonly places: readonly ReferencePlace[] } {
  const from = 'FROM names n JOIN uses u ON u.name = n.id JOIN files f ON f.id = u.file WHERE n.name = ?';
  const total = numberOf(database.prepare(`SELECT sum(u.count) AS total ${from}`).get(name)?.['total']);
  const enclosing = prepareEnclosing(database);
  const places: ReferencePlace[] = [];
  for (const row of database.prepare(`SELECT f.path, f.id, u.places ${from} ORDER BY f.path`).iterate(name)) {
    if (places.length >= limit) break;
    const file = numberOf(row['id']);
    for (const place of unpack(row['places'], limit - places.length)) {
      places.push({ path: textOf(row['path']), ...place, container: containerOf(enclosing, file, place.offset) });
    }
  }
  return { total, places };
}

export function readImports({ database }: StoreFile, path: string): readonly ImportedName[] {
  const sql = 'SELECT list FROM imports i JOIN files f ON f.id = i.file WHERE f.path = ?';
  const list = database.prepare(sql).get(path)?.['list'];
  // Written by `createWriter`.
  return typeof list === 'string' ? (JSON.parse(list) as readonly ImportedName[]) : [];
}

export function readNamesIn({ database }: StoreFile, path: string, start: number, end: number): NamesInRange {
  const file = database.prepare('SELECT id FROM files WHERE path = ?').get(path)?.['id'];
  if (typeof file !== 'number') return { definitions: [], references: [] };
  const defined = `SELECT ${symbolColumns} FROM symbols s JOIN names n ON n.id = s.name JOIN files f ON f.id = s.file
    WHERE s.file = ? AND s.nameOffset >= ? AND s.nameOffset < ? ORDER BY s.nameOffset`;
  const used = 'SELECT n.name, u.places FROM uses u JOIN names n ON n.id = u.name WHERE u.file = ?';
  const enclosing = prepareEnclosing(database);
  const references = database
    .prepare(used)
    .all(file)
    .flatMap((row) =>
      unpack(row['places'])
        .filter(({ offset }) => offset >= start && offset < end)
        .map((place): SymbolReference => ({
          name: textOf(row['name']),
          ...place,
          container: containerOf(enclosing, file, place.offset),
        })),
    );
  return {
    definitions: database.prepare(defined).all(file, start, end).map(toSymbol),
    references: references.sort((one, other) => one.offset - other.offset),
  };
}

function unpack(places: unknown, limit?: number): ReturnType<typeof unpackUses> {
  return places instanceof Uint8Array ? unpackUses(places, limit) : [];
}

function prepareEnclosing(database: DatabaseSync): StatementSync {
  return database.prepare(`SELECT n.name, s.container FROM symbols s JOIN names n ON n.id = s.name
    WHERE s.file = ?1 AND s.startOffset <= ?2 AND s.endOffset > ?2 ORDER BY s.endOffset - s.startOffset LIMIT 1`);
}

/** Kept nowhere: the definitions of a file say what stands around a place. */
function containerOf(enclosing: StatementSync, file: number, offset: number): string {
  const row = enclosing.get(file, offset);
  if (!row) return '';
  const [container, name] = [textOf(row['container']), textOf(row['name'])];
  return container === '' ? name : `${container} > ${name}`;
}

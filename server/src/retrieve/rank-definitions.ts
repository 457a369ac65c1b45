/**
 * Which definition a name means: the scopes around it first, then what the file imports, the file itself, its folder,
 * and at last any other. Pure over what the index knows; languages differ too much for more than a ranking.
 */
import type { ImportedName, ReferenceKind } from '../chunk/chunk';
import type { SymbolPlace } from '../index/index-store';
import { matchesModule } from './module-paths';
import { isTestPath } from './test-paths';

/** A name where it is used. */
export interface NameUse {
  readonly name: string;
  readonly path: string;
  readonly kind: ReferenceKind;
  /** Name path of the definitions around it, joined with ` > `. */
  readonly container: string;
}

/** How a definition was found, from the surest to the least sure. */
export type ResolvedBy = 'scope' | 'import' | 'file' | 'folder' | 'rest';

export interface RankedDefinition {
  readonly place: SymbolPlace;
  readonly by: ResolvedBy;
  /** Higher is better; compares only within one list. */
  readonly score: number;
}

const scores: Readonly<Record<ResolvedBy, number>> = { scope: 5, import: 4, file: 3, folder: 2, rest: 1 };
const called = /function|method|class|struct|macro|record|constructor|object|variable|property/;
const typed = /class|interface|type|struct|enum|trait|protocol|record|union|object|impl|module/;
/** These name a place in a text or in data; code never means them. */
const notCode = /^(?:heading|key|selector|rule|id)$/;

/** Names to look definitions up by: an imported name may be called otherwise where it is defined. */
export function namesToLookUp(name: string, imports: readonly ImportedName[]): readonly string[] {
  const renamed = imports.filter(({ alias, name: original }) => alias === name && /^[^*]/.test(original));
  return [...new Set([name, ...renamed.map((item) => item.name)])].filter((item) => item !== 'default');
}

/** `imports` are those of the file that uses the name. */
export function rankDefinitions(
  use: NameUse,
  candidates: readonly SymbolPlace[],
  imports: readonly ImportedName[],
): readonly RankedDefinition[] {
  const code = candidates.filter(({ kind }) => !notCode.test(kind));
  const ranked = code.map((place): RankedDefinition => {
    const by = resolve(use, place, imports);
    return { place, by, score: scores[by] + detail(use, place) };
  });
  return ranked.sort((a, b) => b.score - a.score || (keyOf(a.place) < keyOf(b.place) ? -1 : 1));
}

function resolve(use: NameUse, place: SymbolPlace, imports: readonly ImportedName[]): ResolvedBy {
  const isHere = place.path === use.path;
  if (isHere && isAround(place.container, use.container)) return 'scope';
  if (!isHere && imports.some((item) => brings(item, use, place))) return 'import';
  if (isHere) return 'file';
  return folderOf(place.path) === folderOf(use.path) ? 'folder' : 'rest';
}

function brings(item: ImportedName, use: NameUse, place: SymbolPlace): boolean {
  const isNamed = item.alias === use.name && (item.name === place.name || item.name === 'default' || item.name === '*');
  // A whole module may bring the name; one that is imported under its own name does not bring others.
  if (!isNamed && item.name !== '*') return false;
  const namespace = place.container.split(' > ')[0] ?? '';
  return (
    matchesModule(use.path, item.from, place.path) ||
    (item.name !== '*' && item.name !== 'default' && matchesModule(use.path, joinModule(item), place.path)) ||
    (item.name === '*' && namespace !== '' && namespace === item.from)
  );
}

/** `from . import store`: the name is a module itself. */
function joinModule({ from, name }: ImportedName): string {
  const separator = /^[^/\\:]*::|::/.test(from) ? '::' : from.includes('\\') ? '\\' : from.includes('/') ? '/' : '.';
  return from.endsWith('.') ? from + name : `${from}${separator}${name}`;
}

/** Below one, so that it never outweighs how the definition was found. */
function detail(use: NameUse, place: SymbolPlace): number {
  const fits = (use.kind === 'call' && called.test(place.kind)) || (use.kind === 'type' && typed.test(place.kind));
  const isOwnCode = isTestPath(use.path) || !isTestPath(place.path);
  const depth = Math.min(8, place.container === '' ? 0 : place.container.split(' > ').length);
  return (
    (fits ? 0.4 : 0) +
    (isOwnCode ? 0.2 : 0) +
    (isAround(place.container, use.container) ? 0.02 * depth : 0) +
    0.02 * Math.min(8, sharedFolders(place.path, use.path))
  );
}

function isAround(outer: string, inner: string): boolean {
  return outer === '' || outer === inner || inner.startsWith(`${outer} > `);
}

function sharedFolders(one: string, other: string): number {
  const [left, right] = [one.split('/'), other.split('/')];
  let shared = 0;
  while (shared < left.length - 1 && left[shared] === right[shared]) shared += 1;
  return shared;
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}

function keyOf({ path, nameOffset }: SymbolPlace): string {
  return `${path}\n${nameOffset}`;
}

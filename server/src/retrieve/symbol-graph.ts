/**
 * The neighbours of a place in the code: the definitions of what it calls, the callers and tests of what it defines,
 * and the sections of documents that name it. Works over a few questions to the index (`SymbolSource`); every number of
 * look-ups is bounded, so that the cost follows the limits and not the size of the index.
 */
import type { ImportedName, SymbolReference } from '../chunk/chunk';
import type { CodePlace, Neighbour, ReferencePlace, Relation, StoredChunk, SymbolPlace } from '../index/index-store';
import { throwIfCancelled } from '../util/cancelled';
import { namesToLookUp, rankDefinitions, type NameUse } from './rank-definitions';
import { isTestPath } from './test-paths';

/** What the graph asks of the index. Offsets are UTF-16 into the file's text. */
export interface SymbolSource {
  definitions(name: string, limit: number): Promise<readonly SymbolPlace[]>;
  /** Those near the file `near` first, where not all are found. */
  references(name: string, limit: number, near: string): Promise<readonly ReferencePlace[]>;
  importsOf(path: string): Promise<readonly ImportedName[]>;
  /** What begins in a range of a file. */
  namesIn(
    path: string,
    startOffset: number,
    endOffset: number,
  ): Promise<{ readonly definitions: readonly SymbolPlace[]; readonly references: readonly SymbolReference[] }>;
  /** The chunk that holds an offset. */
  chunkAt(path: string, offset: number): Promise<StoredChunk | null>;
}

export interface NeighbourOptions {
  /** Neighbours of all relations together. */
  readonly limit: number;
  readonly signal: AbortSignal;
}

const maxCalledNames = 12;
const maxDefinedNames = 3;
const maxCandidates = 40;
const maxUses = 200;
/** Files whose imports are asked for, a defined name. */
const maxUseFiles = 40;
const documentPath = /\.(?:md|markdown|mdx|mkd|rst|adoc|txt|html?)$/i;
/** A name that many places define says little; these score by how sure the way to them is. */
const surenessOf = { scope: 0.9, import: 1, file: 0.8, folder: 0.6, rest: 0.4 } as const;
const weights: Readonly<Record<Relation, number>> = { definition: 1, caller: 0.8, test: 0.6, doc: 0.7 };

/** A place found, not read yet. */
interface Found {
  readonly relation: Relation;
  readonly name: string;
  readonly path: string;
  readonly offset: number;
  readonly score: number;
  /** Absent for a definition. */
  readonly use?: ReferencePlace;
}

export async function neighboursOf(
  hit: CodePlace,
  index: SymbolSource,
  { limit, signal }: NeighbourOptions,
): Promise<readonly Neighbour[]> {
  throwIfCancelled(signal);
  const source = askOnce(index);
  const [{ definitions, references }, imports] = await Promise.all([
    source.namesIn(hit.path, hit.startOffset, hit.endOffset),
    source.importsOf(hit.path),
  ]);
  throwIfCancelled(signal);
  const found = await Promise.all([
    ...usedNames(references).map((use) => findDefinitions({ ...use, path: hit.path }, hit, imports, source)),
    ...definedNames(definitions).map((place) => findUses(place, hit, source, signal)),
  ]);
  throwIfCancelled(signal);
  return readPlaces(found.flat(), hit, source, limit, signal);
}

/** A use that means a definition; its line is 0-based. */
export interface SymbolUse extends ReferencePlace {
  readonly relation: Exclude<Relation, 'definition'>;
}

/** The uses that mean a definition: the surest first, of equals those near the file `near`, whose folder comes next. */
export async function usesOf(
  place: SymbolPlace,
  near: string,
  index: SymbolSource,
  signal: AbortSignal,
): Promise<readonly SymbolUse[]> {
  const itself = { path: place.path, startOffset: place.nameOffset, endOffset: place.nameOffset + 1 };
  const found = await findUses(place, itself, askOnce(index), signal);
  const folder = near.slice(0, near.lastIndexOf('/') + 1);
  const distance = ({ path }: Found): number => (path === near ? 0 : path.startsWith(folder) ? 1 : 2);
  return [...found]
    .sort((one, other) => other.score - one.score || distance(one) - distance(other) || byScore(one, other))
    .flatMap(({ relation, use }) => (use && relation !== 'definition' ? [{ ...use, relation }] : []));
}

/** Uses of one name in many places ask the same questions. */
function askOnce(source: SymbolSource): SymbolSource {
  const definitions = new Map<string, Promise<readonly SymbolPlace[]>>();
  const imports = new Map<string, Promise<readonly ImportedName[]>>();
  const once = <Answer>(known: Map<string, Promise<Answer>>, key: string, ask: () => Promise<Answer>) => {
    const answer = known.get(key) ?? ask();
    known.set(key, answer);
    return answer;
  };
  return {
    ...source,
    definitions: (name, limit) => once(definitions, `${limit} ${name}`, () => source.definitions(name, limit)),
    importsOf: (path) => once(imports, path, () => source.importsOf(path)),
  };
}

/** Calls first, then types, each name once. */
function usedNames(references: readonly SymbolReference[]): readonly SymbolReference[] {
  const uses = new Map<string, SymbolReference>();
  for (const kind of ['call', 'type'] as const) {
    for (const use of references) if (use.kind === kind && !uses.has(use.name)) uses.set(use.name, use);
  }
  return [...uses.values()].slice(0, maxCalledNames);
}

/** The outermost first: who uses a class tells more than who uses one of its fields. */
function definedNames(definitions: readonly SymbolPlace[]): readonly SymbolPlace[] {
  const depth = ({ container }: SymbolPlace): number => (container === '' ? 0 : container.split(' > ').length);
  const names = new Map<string, SymbolPlace>();
  for (const place of [...definitions].sort((a, b) => depth(a) - depth(b))) {
    if (place.kind !== 'key' && !names.has(place.name)) names.set(place.name, place);
  }
  return [...names.values()].slice(0, maxDefinedNames);
}

async function findDefinitions(
  use: NameUse,
  hit: CodePlace,
  imports: readonly ImportedName[],
  source: SymbolSource,
): Promise<readonly Found[]> {
  const best = (await resolve(use, imports, source))[0];
  if (!best || isInside(best.place.path, best.place.nameOffset, hit)) return [];
  const { path, nameOffset } = best.place;
  return [{ relation: 'definition', name: use.name, path, offset: nameOffset, score: weights.definition * best.score }];
}

/** The definitions that a name may mean, best first; `score` is how sure the way is, shared among equals. */
async function resolve(
  use: NameUse,
  imports: readonly ImportedName[],
  source: SymbolSource,
): Promise<readonly { readonly place: SymbolPlace; readonly score: number }[]> {
  const names = namesToLookUp(use.name, imports);
  const candidates = await Promise.all(names.map((name) => source.definitions(name, maxCandidates)));
  const ranked = rankDefinitions(use, candidates.flat(), imports);
  const equals = ranked.filter(({ by }) => by === ranked[0]?.by).length;
  return ranked.map(({ place, by }) => ({ place, score: surenessOf[by] / Math.sqrt(equals) }));
}

/** Where a definition of the hit is used or named. */
async function findUses(
  place: SymbolPlace,
  hit: CodePlace,
  source: SymbolSource,
  signal: AbortSignal,
): Promise<readonly Found[]> {
  const uses = (await source.references(place.name, maxUses, hit.path)).filter(
    ({ path, offset, kind }) => kind !== 'import' && !isInside(path, offset, hit),
  );
  throwIfCancelled(signal);
  const namesakes = Math.max(1, (await source.definitions(place.name, maxCandidates)).length);
  const files = [...new Set(uses.map(({ path }) => path))].slice(0, maxUseFiles);
  const found = await Promise.all(
    files.map(async (path): Promise<readonly Found[]> => {
      const inFile = uses.filter((use) => use.path === path);
      // A text names no module: one of several definitions with the name is meant.
      if (documentPath.test(path))
        return inFile.map((use) => toFound('doc', place.name, use, 1 / Math.sqrt(namesakes)));
      const imports = await source.importsOf(path);
      const relation = isTestPath(path) ? 'test' : 'caller';
      // Uses of one kind around which the same definition stands mean the same.
      const known = new Map<string, Promise<number>>();
      const sure = (use: ReferencePlace): Promise<number> => {
        const key = `${use.kind} ${use.container}`;
        const score = known.get(key) ?? sureness(use, place, imports, source);
        known.set(key, score);
        return score;
      };
      const checked = await Promise.all(inFile.map(async (use) => toFound(relation, place.name, use, await sure(use))));
      return checked.filter(({ score }) => score > 0);
    }),
  );
  return found.flat();
}

function toFound(relation: Relation, name: string, use: ReferencePlace, score: number): Found {
  return { relation, name, path: use.path, offset: use.offset, score: weights[relation] * score, use };
}

/** How sure it is that a use means this definition; zero when it rather means another one. */
async function sureness(
  { path, kind, container }: ReferencePlace,
  place: SymbolPlace,
  imports: readonly ImportedName[],
  source: SymbolSource,
): Promise<number> {
  const ranked = await resolve({ name: place.name, path, kind, container }, imports, source);
  const own = ranked.find((item) => item.place.path === place.path && item.place.nameOffset === place.nameOffset);
  if (!own || own.score < (ranked[0]?.score ?? 0)) return 0;
  return kind === 'call' || kind === 'type' ? own.score : own.score * 0.7;
}

/** The best places with their chunks, each chunk once, the hit itself left out. */
async function readPlaces(
  found: readonly Found[],
  hit: CodePlace,
  source: SymbolSource,
  limit: number,
  signal: AbortSignal,
): Promise<readonly Neighbour[]> {
  const sorted = [...found].sort(byScore);
  const neighbours = new Map<string, Neighbour>();
  // Several places often lie in one chunk; more than this many look-ups are not worth the rest.
  for (const { relation, name, path, offset, score } of sorted.slice(0, limit * 4)) {
    if (neighbours.size >= limit) break;
    const chunk = await source.chunkAt(path, offset);
    throwIfCancelled(signal);
    if (!chunk || (chunk.path === hit.path && chunk.startOffset < hit.endOffset && chunk.endOffset > hit.startOffset)) {
      continue;
    }
    const key = `${chunk.path}\n${chunk.startOffset}`;
    if (!neighbours.has(key)) neighbours.set(key, { relation, name, chunk, score });
  }
  return [...neighbours.values()];
}

function isInside(path: string, offset: number, hit: CodePlace): boolean {
  return path === hit.path && offset >= hit.startOffset && offset < hit.endOffset;
}

function byScore(one: Found, other: Found): number {
  const key = ({ path, offset }: Found): string => `${path}\n${String(offset).padStart(12, '0')}`;
  return other.score - one.score || (key(one) < key(other) ? -1 : 1);
}

/**
 * What the index knows of a name where it is written, for the hover: the definitions that it may mean, the best one's
 * header and comment, who uses it. No model is asked; every number of look-ups is bounded.
 */
import type { IndexStore, Relation, SymbolPlace } from '../index/index-store';
import { throwIfCancelled } from '../util/cancelled';
import { namesToLookUp, rankDefinitions, type NameUse } from './rank-definitions';
import { readHeader, type SymbolHeader } from './symbol-header';
import { usesOf, type SymbolSource } from './symbol-graph';

/** Where something stands; the line is 0-based. */
export interface NamedPlace {
  readonly path: string;
  readonly line: number;
  /** The definition or the headings around it, joined with ` > `; may be empty. */
  readonly container: string;
}

export interface SymbolDescription {
  readonly name: string;
  /** Of the best definition. */
  readonly kind: string;
  readonly header: SymbolHeader;
  /** Best first, a few. */
  readonly definitions: readonly NamedPlace[];
  /** `isPartial`: there may be more than was looked into. */
  readonly definitionCount: { readonly total: number; readonly isPartial: boolean };
  /** Uses of the name in other places, whatever they mean by it. */
  readonly uses: { readonly total: number; readonly files: number; readonly isPartial: boolean };
  /** Uses that mean the best definition, by what they are: how many and the nearest. */
  readonly related: Readonly<Record<Exclude<Relation, 'definition'>, RelatedPlaces>>;
}

export interface RelatedPlaces {
  readonly total: number;
  readonly nearest: readonly NamedPlace[];
}

export type DescribedStore = Pick<IndexStore, 'definitions' | 'references' | 'importsOf' | 'namesIn' | 'chunkAt'>;

/** A name in a file that is looked at; `offset` is anywhere in it. */
export interface LookedAt {
  readonly name: string;
  readonly path: string;
  readonly offset: number;
}

const [maxDefinitions, shownDefinitions, shownPlaces] = [60, 4, 3];
const [maxUses, maxUseFiles] = [200, 40];

/** Null: the index knows no definition. @throws CancelledError */
export async function describeSymbol(
  store: DescribedStore,
  at: LookedAt,
  signal: AbortSignal,
): Promise<SymbolDescription | null> {
  throwIfCancelled(signal);
  const definitions = await findDefinitions(store, at, signal);
  const best = definitions[0];
  if (!best) return null;
  const where = { near: at.path, maxFiles: maxUseFiles };
  const references = store.references(best.name, maxUses, where);
  const source: SymbolSource = {
    definitions: (name, limit) => store.definitions(name, limit),
    references: async () => (await references).places,
    importsOf: (path) => store.importsOf(path),
    namesIn: (path, start, end) => store.namesIn(path, start, end),
    chunkAt: (path, offset) => store.chunkAt(path, offset),
  };
  const [header, uses, { total, isPartial, places }] = await Promise.all([
    headerOf(store, best),
    usesOf(best, at.path, source, signal),
    references,
  ]);
  throwIfCancelled(signal);
  const nearest = (relation: Relation): RelatedPlaces => {
    const own = uses.filter((use) => use.relation === relation);
    return { total: own.length, nearest: firstOfEach(own).slice(0, shownPlaces) };
  };
  return {
    name: at.name,
    kind: best.kind,
    header,
    definitions: definitions.slice(0, shownDefinitions).map(toPlace),
    definitionCount: { total: definitions.length, isPartial: definitions.length >= maxDefinitions },
    uses: { total, files: new Set(places.map(({ path }) => path)).size, isPartial: isPartial || total > maxUses },
    related: { caller: nearest('caller'), test: nearest('test'), doc: nearest('doc') },
  };
}

/** What the name may mean, best first; where the name itself is a definition, that one. */
async function findDefinitions(
  store: DescribedStore,
  { name, path, offset }: LookedAt,
  signal: AbortSignal,
): Promise<readonly SymbolPlace[]> {
  const start = Math.max(0, offset - name.length);
  const [{ definitions, references }, imports] = await Promise.all([
    store.namesIn(path, start, offset + name.length),
    store.importsOf(path),
  ]);
  throwIfCancelled(signal);
  const covers = (nameOffset: number): boolean => nameOffset <= offset && offset <= nameOffset + name.length;
  const written = references.find((use) => use.name === name && covers(use.offset));
  const use: NameUse = { name, path, kind: written?.kind ?? 'other', container: written?.container ?? '' };
  const names = namesToLookUp(name, imports);
  const found = (await Promise.all(names.map((item) => store.definitions(item, maxDefinitions)))).flat();
  throwIfCancelled(signal);
  const ranked = rankDefinitions(use, found, imports).map(({ place }) => place);
  // Headings, keys and selectors are what is left where no code defines the name.
  const all = ranked.length > 0 ? ranked : nearFirst(found, path);
  const own = definitions.find((place) => place.name === name && covers(place.nameOffset));
  return own ? [own, ...all.filter((place) => place.path !== path || place.nameOffset !== own.nameOffset)] : all;
}

function nearFirst(places: readonly SymbolPlace[], path: string): readonly SymbolPlace[] {
  return [...places.filter((place) => place.path === path), ...places.filter((place) => place.path !== path)];
}

/** A comment often ends the chunk before. */
async function headerOf(store: DescribedStore, { path, startOffset }: SymbolPlace): Promise<SymbolHeader> {
  const chunk = await store.chunkAt(path, startOffset);
  if (!chunk) return { code: '', comment: '' };
  const before = chunk.startOffset > 0 ? await store.chunkAt(path, Math.max(0, chunk.startOffset - 2)) : null;
  const gap = before ? '\n'.repeat(Math.max(1, chunk.startLine - before.endLine)) : '';
  const lead = before ? before.text + gap : '';
  return readHeader(lead + chunk.text, lead.length + startOffset - chunk.startOffset);
}

/** One place a definition or section around it: a function that calls three times is one caller to show. */
function firstOfEach(uses: readonly NamedPlace[]): readonly NamedPlace[] {
  const seen = new Map<string, NamedPlace>();
  for (const use of uses) {
    const key = `${use.path}\n${use.container}`;
    if (!seen.has(key)) seen.set(key, toPlace(use));
  }
  return [...seen.values()];
}

function toPlace({ path, line, container }: NamedPlace): NamedPlace {
  return { path, line, container };
}

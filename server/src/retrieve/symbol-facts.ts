/** What the index knows of a symbol, in one plain line; for the hover. No model is asked. */
import type { IndexStore, SymbolPlace } from '../index/index-store';

export interface SymbolFacts {
  readonly text: string;
  readonly definition: { readonly path: string; readonly line: number } | null;
}

const maxDefinitions = 20;
const maxReferences = 1_000;

/** `path` and `line` (0-based) are where the reader looks: the definition nearest to it is named. Null: nothing known. */
export async function describeSymbol(
  store: Pick<IndexStore, 'definitions' | 'references'>,
  name: string,
  path: string,
  line: number,
): Promise<SymbolFacts | null> {
  const [definitions, references] = await Promise.all([
    store.definitions(name, maxDefinitions),
    store.references(name, maxReferences),
  ]);
  const definition = nearest(definitions, path, line);
  if (!definition) return null;
  const others = definitions.length - 1;
  const files = new Set(references.places.map((place) => place.path)).size;
  const where = `${name}: ${definition.kind} defined in ${definition.path}:${definition.line + 1}`;
  const more = others > 0 ? ` (and ${others === maxDefinitions - 1 ? 'many' : others} more)` : '';
  const uses =
    references.total === 0
      ? 'no uses found'
      : `used ${references.isPartial ? 'at least ' : ''}${count(references.total, 'time')} in ${count(files, 'file')}`;
  return { text: `${where}${more}, ${uses}.`, definition: { path: definition.path, line: definition.line } };
}

function nearest(definitions: readonly SymbolPlace[], path: string, line: number): SymbolPlace | undefined {
  const distance = (place: SymbolPlace): number =>
    // A heading that repeats the name explains the symbol but does not define it.
    (place.kind === 'heading' ? 1e9 : 0) +
    (place.path === path ? Math.abs(place.line - line) : 1e6 - commonFolders(place.path, path));
  return [...definitions].sort((a, b) => distance(a) - distance(b))[0];
}

function commonFolders(a: string, b: string): number {
  const left = a.split('/');
  const right = b.split('/');
  let common = 0;
  while (common < left.length && left[common] === right[common]) common += 1;
  return common;
}

function count(total: number, noun: string): string {
  return `${total} ${noun}${total === 1 ? '' : 's'}`;
}

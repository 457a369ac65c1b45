/**
 * Paths of a question that is asked about several folders at once: they begin with the name of their folder, as an editor
 * shows them in a window of several roots. The table of names stands in `questionAsked` and in the answer. A question about
 * one folder has no table, and its paths are relative to that folder.
 */

/** A folder of such a question. */
export interface SourceRoot {
  /** The first segment of the paths of its files; no two folders of a question have the same. */
  readonly name: string;
  /** The absolute path of the folder, as the one who asked gave it. */
  readonly path: string;
}

/**
 * A table of names: each folder's own where it is the only one, else with the nearest parent that tells it from its
 * namesakes, else with a number.
 */
export function nameRoots(folders: readonly SourceRoot[]): readonly SourceRoot[] {
  const taken = new Set<string>();
  return folders.map((folder) => {
    const own = toSegment(folder.name);
    const namesakes = folders.filter((other) => other !== folder && toSegment(other.name) === own);
    const wanted = namesakes.length === 0 ? own : `${own} (${tellingParent(folder, namesakes)})`;
    let name = wanted;
    for (let number = 2; taken.has(name); number += 1) name = `${wanted} (${number})`;
    taken.add(name);
    return { name, path: folder.path };
  });
}

/** A path inside the folder as it is told to the one who asked. */
export function toRootedPath(root: SourceRoot, inside: string): string {
  return `${root.name}/${inside}`;
}

/** The folder of such a path and the path inside of it; undefined when it begins with no name of the table. */
export function fromRootedPath<Root extends SourceRoot>(
  roots: readonly Root[],
  path: string,
): { readonly root: Root; readonly inside: string } | undefined {
  const end = path.indexOf('/');
  const root = roots.find(({ name }) => end > 0 && name === path.slice(0, end));
  return root && { root, inside: path.slice(end + 1) };
}

/** A name may come from a workspace file and hold anything; a segment holds nothing that ends it or makes it a drive. */
function toSegment(name: string): string {
  const plain = name.replace(/[\p{Cc}/\\:]+/gu, '-').trim();
  return plain === '' || plain === '.' || plain === '..' ? 'folder' : plain;
}

function tellingParent(folder: SourceRoot, namesakes: readonly SourceRoot[]): string {
  const others = namesakes.map(parentsOf);
  const parents = parentsOf(folder);
  const telling = parents.find((parent, depth) => others.every((other) => other[depth] !== parent));
  return toSegment(telling ?? parents[0] ?? '');
}

/** Nearest first. */
function parentsOf({ path }: SourceRoot): readonly string[] {
  const segments = path.split(/[\\/]/).filter((segment) => segment !== '');
  return segments.slice(0, -1).reverse();
}

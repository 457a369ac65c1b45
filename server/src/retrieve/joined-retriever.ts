/**
 * One search over several folders, each with an index of its own: all are asked side by side and their passages merged by
 * fused score, which counts ranks and so means the same in every folder. A folder that fails leaves the others.
 */
import { relative, sep } from 'node:path';
import { throwIfCancelled } from '../util/cancelled';
import { errorMessage } from '../util/error-message';
import type { Passage, RetrieveOptions, Retriever } from './retriever';

export interface SearchedRoot extends Retriever {
  readonly name: string;
  /** With links resolved. */
  readonly realPath: string;
  /** A path inside the folder as it is told among those of other folders. */
  readonly toToldPath: (inside: string) => string;
}

/**
 * Paths of its passages are told paths. `onProblem` gets one sentence for a folder that fails, once; the search
 * itself fails when all do.
 */
export function createJoinedRetriever(roots: readonly SearchedRoot[], onProblem: (message: string) => void): Retriever {
  const told = new Set<string>();
  const tell = (name: string, error: unknown): void => {
    if (told.has(name)) return;
    told.add(name);
    onProblem(`The folder ${name} could not be searched, so it is left out: ${errorMessage(error)}`);
  };
  return {
    async retrieve(query, options) {
      const found = await searchAll(roots, query, options, tell);
      const folders = found.map(({ root }) => root);
      const lists = found.map(({ root, passages }) => ownPassages(root, passages, folders));
      return mergeByScore(lists).slice(0, options.limit);
    },
  };
}

interface FoundInRoot {
  readonly root: SearchedRoot;
  readonly passages: readonly Passage[];
}

async function searchAll(
  roots: readonly SearchedRoot[],
  query: string,
  options: RetrieveOptions,
  tell: (name: string, error: unknown) => void,
): Promise<readonly FoundInRoot[]> {
  // One that throws at once is a failure like any other.
  const searches = roots.map(async (root) => root.retrieve(query, options));
  const settled = await Promise.allSettled(searches);
  throwIfCancelled(options.signal);
  const failed = settled.filter((outcome) => outcome.status === 'rejected');
  if (failed[0] && failed.length === roots.length) throw failed[0].reason;
  return roots.flatMap((root, place) => {
    const outcome = settled[place];
    if (outcome?.status === 'fulfilled') return [{ root, passages: outcome.value }];
    tell(root.name, outcome?.reason);
    return [];
  });
}

/** A file inside of two folders belongs to the inner one, so that it is not read twice under two names. */
function ownPassages(
  root: SearchedRoot,
  passages: readonly Passage[],
  folders: readonly SearchedRoot[],
): readonly Passage[] {
  const inner = folders.flatMap((other) => (other === root ? [] : (folderInside(root.realPath, other.realPath) ?? [])));
  return passages
    .filter(({ path }) => !inner.some((folder) => path.startsWith(folder)))
    .map((passage) => ({ ...passage, path: root.toToldPath(passage.path) }));
}

/** `other` relative to `root`, with a slash behind; undefined when it does not lie inside. */
function folderInside(root: string, other: string): string | undefined {
  const inside = relative(root, other);
  const isInside = inside !== '' && inside !== '..' && !inside.startsWith(`..${sep}`) && !inside.includes(':');
  return isInside ? `${inside.split(sep).join('/')}/` : undefined;
}

/** Each list is best first. Equal scores: the better rank in its own list first, then the order of the folders. */
function mergeByScore(lists: readonly (readonly Passage[])[]): readonly Passage[] {
  const all = lists.flatMap((passages) => passages.map((passage, rank) => ({ passage, rank })));
  // The sort is stable, so that the folders' order decides last.
  return all.sort((a, b) => b.passage.score - a.passage.score || a.rank - b.rank).map(({ passage }) => passage);
}

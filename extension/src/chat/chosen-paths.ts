/**
 * What can be chosen to be read out of the indexed files, and what was chosen as the server reads it. No editor API here, so
 * that it runs in plain Node tests.
 */
import type { ChosenPath, FolderRef } from '../../../protocol/conversation';
import { nameRoots, toRootedPath } from '../../../protocol/roots';
import { checkRelativePath } from '../source-path';

/** A workspace folder that is asked, with its path on the disk. */
export interface AskedFolder extends FolderRef {
  readonly fsPath: string;
}

/** Something to choose; `files` are those in a folder, null: it is a file. */
export interface Choice extends ChosenPath {
  readonly files: number | null;
}

/** More in one list are hardly chosen from, and slow the editor down. */
export const maxListedFiles = 20_000;

/**
 * Folders and files, each folder before what lies in it. Of very many files only folders are listed. `indexed` has a list
 * of relative paths a folder.
 */
export function listChoices(
  folders: readonly AskedFolder[],
  indexed: readonly (readonly string[])[],
): { readonly choices: readonly Choice[]; readonly isCut: boolean } {
  const isCut = indexed.reduce((sum, paths) => sum + paths.length, 0) > maxListedFiles;
  const told = toldPaths(folders);
  const choices = folders.flatMap(({ uri }, idx) => {
    const paths = indexed[idx] ?? [];
    const toChoice = (path: string, files: number | null): Choice => {
      const label = told(uri, path) + (files === null ? '' : '/');
      return { folderUri: uri, path, label, files };
    };
    const inside = [...countInside(paths)].map(([path, files]) => toChoice(path, files));
    // The one folder that is asked needs no choosing: it is read when nothing is chosen.
    const whole = folders.length > 1 && paths.length > 0 ? [toChoice('', paths.length)] : [];
    return [...whole, ...inside, ...(isCut ? [] : paths.map((path) => toChoice(path, null)))];
  });
  return { choices: choices.toSorted((left, right) => (left.label < right.label ? -1 : 1)), isCut };
}

/**
 * Relative to the one folder that is asked, or beginning with the name of its folder as the server names it; undefined when
 * it lies in none of them.
 */
export function toAskedPath({ folderUri, path }: ChosenPath, folders: readonly AskedFolder[]): string | undefined {
  const isAsked = folders.some(({ uri }) => uri === folderUri);
  if (!isAsked || (path !== '' && checkRelativePath(path) === undefined)) return undefined;
  return toldPaths(folders)(folderUri, path);
}

function toldPaths(folders: readonly AskedFolder[]): (folderUri: string, path: string) => string {
  if (folders.length === 1) return (_folderUri, path) => path;
  const roots = nameRoots(folders.map(({ name, fsPath }) => ({ name, path: fsPath })));
  const byUri = new Map(folders.map(({ uri }, idx) => [uri, roots[idx]]));
  return (folderUri, path) => {
    const root = byUri.get(folderUri);
    if (!root) return path;
    return path === '' ? root.name : toRootedPath(root, path);
  };
}

/** Every folder on the way to a file, with the number of files in it. */
function countInside(paths: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const path of paths) {
    for (let end = path.indexOf('/'); end >= 0; end = path.indexOf('/', end + 1)) {
      const folder = path.slice(0, end);
      counts.set(folder, (counts.get(folder) ?? 0) + 1);
    }
  }
  return counts;
}

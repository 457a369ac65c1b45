/**
 * Checks a workspace path that came from outside the extension (a webview, a trace file, a stored conversation).
 * Only a plain relative path below a workspace folder passes. No editor API here: plain Node tests run it.
 */
import type { FolderRef } from '../../protocol/conversation';
import { fromRootedPath, type SourceRoot } from '../../protocol/roots';

/** Where the paths of an answer begin. */
export interface SourceScope {
  readonly workspaceUri: string;
  /** Of a question about several folders: the names with which paths begin. */
  readonly roots?: readonly SourceRoot[];
}

/** A workspace folder that is open now, by its URI and its path on the disk. */
export interface OpenFolder extends Pick<FolderRef, 'uri'> {
  readonly fsPath: string;
}

/** The open folder that a path of an answer lies in, and the path inside of it; undefined when there is none. */
export function locateSource<Folder extends OpenFolder>(
  { workspaceUri, roots }: SourceScope,
  path: string,
  folders: readonly Folder[],
): { readonly folder: Folder; readonly inside: string } | undefined {
  const rooted = roots && fromRootedPath(roots, path);
  const folder = folders.find(({ uri, fsPath }) => (roots ? fsPath === rooted?.root.path : uri === workspaceUri));
  const inside = checkRelativePath(rooted?.inside ?? path);
  return folder && inside !== undefined ? { folder, inside } : undefined;
}

/** The path when it is safe to join to the workspace folder, else undefined. */
export function checkRelativePath(path: string): string | undefined {
  if (path === '' || path.length > 4096 || hasControlCharacter(path)) return undefined;
  if (path.includes('\\') || path.startsWith('/') || /^[A-Za-z][A-Za-z0-9+.-]*:/.test(path)) return undefined;
  const parts = path.split('/');
  return parts.some((part) => part === '' || part === '.' || part === '..') ? undefined : path;
}

function hasControlCharacter(path: string): boolean {
  return [...path].some((character) => character < ' ' || character === '\u007f');
}

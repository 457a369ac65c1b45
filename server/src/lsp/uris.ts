/** URIs of the wire → absolute paths of the core. Only files of this machine have one. */
import { relative, sep } from 'node:path';
import { URI } from 'vscode-uri';

export function fromWireUri(uri: string): string | undefined {
  const parsed = URI.parse(uri);
  return parsed.scheme === 'file' || parsed.scheme === 'vscode-remote' ? parsed.fsPath : undefined;
}

/** `path` relative to `root` with forward slashes, or undefined when it lies outside. */
export function pathInside(root: string, path: string): string | undefined {
  const inside = relative(root, path);
  return inside === '' || inside.startsWith('..') || inside.includes(':') ? undefined : inside.split(sep).join('/');
}

/** Absolute paths as a folder names what lies in it. */
import { isAbsolute, relative, sep } from 'node:path';

/** `path` relative to `root` with forward slashes, or undefined when it lies outside or is `root` itself. */
export function pathInside(root: string, path: string): string | undefined {
  const inside = relative(root, path);
  // Between two drives of Windows there is no relative path.
  if (inside === '' || isAbsolute(inside) || inside.split(sep)[0] === '..') return undefined;
  return inside.split(sep).join('/');
}

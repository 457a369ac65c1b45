/** Ignore files that hold for a folder, each with where it stands: the one nearest to a path is asked first. */
import { isAbsolute, join, relative, sep } from 'node:path';
import type { FileSystem } from '../platform/ports';
import { IgnoreRules, type IgnoreRule } from './ignore-rules';
import { readBounded } from './read-bounded';

/** A hundred thousand patterns and more; what is larger was not written by anyone. */
const maxIgnoreFileBytes = 4 * 1024 * 1024;

export interface IgnoreLayer {
  readonly rules: IgnoreRules;
  /** Length of the walk's path to the folder of the rules, in bytes; 0 where that folder lies above the walk's root. */
  readonly cut: number;
  /** Bytes of the path from the folder of the rules down to the walk's root, where it lies above. */
  readonly above: string;
}

export interface LayerParts {
  readonly root: string;
  readonly fileSystem: FileSystem;
  readonly foldCase: boolean;
  readonly signal: AbortSignal;
}

/** Reads one ignore file; null when it is missing, cannot be read, is too large, or holds no rule. */
export async function readLayer(
  { root, fileSystem, foldCase, signal }: LayerParts,
  file: string,
  place: Pick<IgnoreLayer, 'cut' | 'above'>,
): Promise<IgnoreLayer | null> {
  const bytes = await readBounded(fileSystem, file, maxIgnoreFileBytes);
  if (bytes === null) return null;
  const rules = await IgnoreRules.parse(displayPath(root, file), bytes, foldCase, signal);
  return rules.isEmpty ? null : { rules, ...place };
}

/** `path` and `name` are bytes of the walk's path, without a slash at the end. */
export function findRule(
  layers: readonly IgnoreLayer[],
  path: string,
  name: string,
  isFolder: boolean,
): IgnoreRule | null {
  for (let at = layers.length - 1; at >= 0; at -= 1) {
    const layer = layers[at];
    const rule = layer?.rules.find({ path: layer.above + path.slice(layer.cut), name, isFolder });
    if (rule) return rule;
  }
  return null;
}

/** Whether a pattern of these could meet something below the folder (bytes, no slash at the end). */
export function layersReachBelow(layers: readonly IgnoreLayer[], folder: string): boolean {
  return layers.some(({ rules, cut, above }) => rules.reachesBelow(above + folder.slice(cut), 'negative'));
}

/** Relative with forward slashes where the file lies below the root. */
function displayPath(root: string, file: string): string {
  const path = relative(root, file);
  const isInside = path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
  return isInside ? path.split(sep).join('/') : join(file);
}

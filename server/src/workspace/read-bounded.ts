/** Reads the small files that say what belongs to a workspace; a file that is no such thing must not fill the memory. */
import type { FileSystem } from '../platform/ports';

/** Null: missing, not a plain file (a pipe would never end), larger than `maxBytes`, or not readable. Follows links. */
export async function readBounded(fileSystem: FileSystem, path: string, maxBytes: number): Promise<Uint8Array | null> {
  try {
    const realPath = await fileSystem.realPath(path);
    const stat = await fileSystem.stat(realPath);
    return stat.kind === 'file' && stat.sizeBytes <= maxBytes ? await fileSystem.readBytes(realPath) : null;
  } catch {
    return null;
  }
}

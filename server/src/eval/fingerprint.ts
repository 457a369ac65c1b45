/** One name for the contents of files, so that results of another model are not taken for those of this one. */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { FileSystem } from '../platform/ports';

/** All files of a folder but its documentation, and single files beside it. @throws FileError */
export async function fingerprintFiles(
  fileSystem: FileSystem,
  folder: string,
  files: readonly string[],
): Promise<string> {
  const entries = await fileSystem.listFolder(folder);
  const names = entries.filter(({ kind, name }) => kind === 'file' && !name.endsWith('.md')).map(({ name }) => name);
  const hash = createHash('sha256');
  for (const file of [...names.sort().map((name) => join(folder, name)), ...files]) {
    hash.update(await fileSystem.readBytes(file));
  }
  return hash.digest('hex');
}

/** How many files lie below an excluded folder: everything that is no folder, as `find FOLDER ! -type d` counts. */
import { join } from 'node:path';
import type { FileSystem } from '../platform/ports';
import { throwIfCancelled } from '../util/cancelled';

const listedAhead = 8;

/** `folder` is absolute; a file counts as one. Links are counted and not followed; a folder that may not be opened counts for nothing. */
export async function countFiles(fileSystem: FileSystem, folder: string, signal: AbortSignal): Promise<number> {
  const start = await fileSystem.stat(folder).catch(() => null);
  if (start?.kind !== 'folder') return start === null ? 0 : 1;
  let files = 0;
  const waiting = [folder];
  while (waiting.length > 0) {
    throwIfCancelled(signal);
    const group = waiting.splice(-listedAhead);
    const listings = await Promise.all(group.map((path) => fileSystem.listFolder(path).catch(() => [])));
    listings.forEach((entries, idx) => {
      for (const { name, kind } of entries) {
        if (kind === 'folder') waiting.push(join(group[idx] ?? '', name));
        else files += 1;
      }
    });
  }
  return files;
}

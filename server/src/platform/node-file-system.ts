/**
 * The machine's disk behind the `FileSystem` port. What Longfold writes is readable by its owner only:
 * files 0600, folders 0700.
 */
import { appendFile, lstat, mkdir, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { toFileError } from './file-error';
import { yieldToLoop } from '../util/cancelled';
import type { FileStat, FileSystem } from './ports';

const fileMode = 0o600;
const folderMode = 0o700;
const entriesEachTurn = 8_192;

export function createNodeFileSystem(): FileSystem {
  return {
    stat: (path) => guarded(path, async () => toFileStat(await lstat(path))),
    realPath: (path) => guarded(path, () => realpath(path)),
    listFolder: (path) => guarded(path, () => listFolder(path)),
    readBytes: (path) => guarded(path, () => readFile(path)),
    writeText: (path, text) =>
      guarded(path, async () => {
        await mkdir(dirname(path), { recursive: true, mode: folderMode });
        await writeFile(path, text, { mode: fileMode });
      }),
    appendText: (path, text) =>
      guarded(path, async () => {
        await mkdir(dirname(path), { recursive: true, mode: folderMode });
        await appendFile(path, text, { mode: fileMode });
      }),
    remove: (path) => guarded(path, () => rm(path, { recursive: true, force: true })),
  };
}

/** What `toFileStat` and the folder listing read of Node's own records. */
interface KindFlags {
  isFile(): boolean;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

export function toFileStat(stats: KindFlags & { readonly size: number; readonly mtimeMs: number }): FileStat {
  return { kind: kindOf(stats), sizeBytes: stats.size, modifiedMs: stats.mtimeMs };
}

function kindOf(entry: KindFlags): FileStat['kind'] {
  if (entry.isSymbolicLink()) return 'link';
  if (entry.isDirectory()) return 'folder';
  return entry.isFile() ? 'file' : 'other';
}

async function listFolder(
  path: string,
): Promise<readonly { readonly name: string; readonly kind: FileStat['kind'] }[]> {
  const entries = await readdir(path, { withFileTypes: true });
  const listed: { readonly name: string; readonly kind: FileStat['kind'] }[] = [];
  for (const entry of entries) {
    listed.push({ name: entry.name, kind: kindOf(entry) });
    // A folder of a hundred thousand files must not keep other work waiting.
    if (listed.length % entriesEachTurn === 0) await yieldToLoop();
  }
  return listed;
}

async function guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toFileError(error, path);
  }
}

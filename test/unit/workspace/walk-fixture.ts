/** A real repository, and what a walk of it shows with git and without, which must be the same. */
import { join } from 'node:path';
import { expect } from 'vitest';
import { createNodeFileSystem } from '../../../server/src/platform/node-file-system';
import { countFiles } from '../../../server/src/workspace/count-files';
import type { WalkOptions, WalkResult } from '../../../server/src/workspace/walk';
import {
  filesOnDisk,
  git,
  noAbort,
  temporaryFolder,
  walk,
  walkWithoutGit,
  writeFiles,
  type Files,
} from './workspace-fixture';

interface Seen {
  readonly files: readonly string[];
  /** `PATH  FILE:LINE:PATTERN`, or the reason where no pattern says it; without git's own folder. */
  readonly out: readonly string[];
}

/** Both ways, and their rows account for every file on the disk. */
export async function see(root: string, options: Partial<WalkOptions> = {}): Promise<Seen> {
  const byHand = await walkWithoutGit(root, options);
  expect(await walk(root, options)).toEqual(byHand);
  expect(await countRows(root, byHand)).toBe(filesOnDisk(root));
  return {
    files: byHand.files.map(({ path }) => path),
    out: byHand.excluded
      .filter(({ path }) => !/(?:^|\/)\.git\/?$/.test(path))
      .map(({ path, reason, rule }) => `${path}  ${rule ? `${rule.file}:${rule.line}:${rule.pattern}` : reason}`),
  };
}

async function countRows(root: string, { files, excluded }: WalkResult): Promise<number> {
  let count = files.length;
  for (const { path } of excluded) {
    count += path.endsWith('/') ? await countFiles(createNodeFileSystem(), join(root, path), noAbort) : 1;
  }
  return count;
}

export async function repository(files: Files): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await temporaryFolder();
  await writeFiles(folder.path, files);
  git(folder.path, 'init', '-q');
  return folder;
}

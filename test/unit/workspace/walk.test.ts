import { rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createNodeFileSystem } from '../../../server/src/platform/node-file-system';
import { runGit } from '../../../server/src/platform/run-git';
import { walkWorkspace } from '../../../server/src/workspace/walk';
import { git, noAbort, temporaryFolder, writeFiles, type Files } from './workspace-fixture';

const walk = (root: string, exclude: readonly string[] = []): Promise<readonly string[]> =>
  walkWorkspace({ root, fileSystem: createNodeFileSystem(), git: runGit, exclude, signal: noAbort });

const tree: Files = {
  '.gitignore': '*.log\n/build/\n!keep.log\n# comment\n\ndocs/**/draft*\n',
  'a.ts': '1',
  'b.log': '1',
  'keep.log': '1',
  'build/out.js': '1',
  'src/build/in.js': '1',
  'src/.gitignore': '!x.log\nsecret.*\nsub/\n',
  'src/x.log': '1',
  'src/y.log': '1',
  'src/secret.txt': '1',
  'src/sub/z.ts': '1',
  'docs/deep/draft1.md': '1',
  'docs/deep/final.md': '1',
  'docs/ä 中 "q".md': '1',
};
const visible = [
  '.gitignore',
  'a.ts',
  'docs/deep/final.md',
  'docs/ä 中 "q".md',
  'keep.log',
  'src/.gitignore',
  'src/build/in.js',
  'src/x.log',
];

describe('walking', () => {
  it('gives the same files with git and without', async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, tree);
    const byHand = await walk(folder.path);
    git(folder.path, 'init', '-q');
    expect({ byHand, byGit: await walk(folder.path) }).toEqual({ byHand: visible, byGit: visible });
  });

  it('takes tracked and new files, leaves out deleted ones, and stays inside its folder', async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, {
      'top.md': '1',
      'in/tracked.md': '1',
      'in/deleted.md': '1',
      'in/ignored.log': '1',
      '.gitignore': '*.log',
    });
    git(folder.path, 'init', '-q');
    git(folder.path, 'add', '-A');
    git(folder.path, 'add', '-f', 'in/ignored.log');
    git(folder.path, 'commit', '-qm', 'first');
    await rm(join(folder.path, 'in/deleted.md'));
    await writeFile(join(folder.path, 'in/new.md'), '1');
    expect(await walk(join(folder.path, 'in'))).toEqual(['ignored.log', 'new.md', 'tracked.md']);
  });

  it('reads a folder that an outer repository ignores as if it were under no git', async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, {
      '.gitignore': 'node_modules/\n',
      'node_modules/pack/index.js': '1',
      'node_modules/pack/docs/a.md': '1',
      'node_modules/pack/node_modules/other/b.js': '1',
    });
    git(folder.path, 'init', '-q');
    expect(await walk(folder.path)).toEqual(['.gitignore']);
    expect(await walk(join(folder.path, 'node_modules/pack'))).toEqual(['docs/a.md', 'index.js']);
  });

  it('leaves out what the settings exclude', async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { 'a.md': '1', 'test/b.md': '1', 'lib/c.snap': '1' });
    expect(await walk(folder.path, ['test', '*.snap'])).toEqual(['a.md']);
  });

  it('lists links without following them, so that a loop ends nothing', async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { 'a/b.md': '1' });
    await symlink('..', join(folder.path, 'a/up'));
    await symlink('self', join(folder.path, 'self'));
    expect(await walk(folder.path)).toEqual(['a/b.md', 'a/up', 'self']);
  });

  it('runs no program that the repository names', async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { 'a.md': '1' });
    git(folder.path, 'init', '-q');
    git(folder.path, 'config', 'core.fsmonitor', 'touch ran-by-git; false');
    expect(await walk(folder.path)).toEqual(['a.md']);
  });

  it('gives nothing for an empty folder and one sentence for a missing one', async () => {
    await using folder = await temporaryFolder();
    expect(await walk(folder.path)).toEqual([]);
    await expect(walk(join(folder.path, 'missing'))).rejects.toThrow(/missing does not exist; check the path\.$/);
  });
});

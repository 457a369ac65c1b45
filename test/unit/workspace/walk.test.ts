/** Ignore rules in real repositories, walked with git and without, and how a walk behaves. */
import { execFileSync } from 'node:child_process';
import { mkdir, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createNodeFileSystem } from '../../../server/src/platform/node-file-system';
import { CancelledError } from '../../../server/src/util/cancelled';
import { countFiles } from '../../../server/src/workspace/count-files';
import { repository, see } from './walk-fixture';
import { git, temporaryFolder, walk, walkWithoutGit, writeFiles, type Files } from './workspace-fixture';

const [home, config] = [process.env['HOME'], process.env['XDG_CONFIG_HOME']];
afterEach(() => {
  process.env['HOME'] = home;
  if (config === undefined) delete process.env['XDG_CONFIG_HOME'];
  else process.env['XDG_CONFIG_HOME'] = config;
});

describe('ignore rules', () => {
  const tree: Files = {
    '.gitignore': '*.log\n/build/\n!keep.log\n# comment\n\ndocs/**/draft*\n',
    'a.ts': '1',
    'b.log': '1',
    'keep.log': '1',
    'build/out.js': '1',
    'src/build/in.js': '1',
    'src/.gitignore': '!x.log\r\nsecret.*\r\nsub/\r\n',
    'src/x.log': '1',
    'src/y.log': '1',
    'src/secret.txt': '1',
    'src/sub/z.ts': '1',
    'docs/deep/draft1.md': '1',
    'docs/deep/final.md': '1',
    'docs/ä 中 "q".md': '1',
  };

  it('hold in a repository and in a plain folder alike, and each names its line', async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, tree);
    const plain = await see(folder.path);
    git(folder.path, 'init', '-q');
    expect(await see(folder.path)).toEqual(plain);
    expect(plain).toEqual({
      files: [
        '.gitignore',
        'a.ts',
        'docs/deep/final.md',
        'docs/ä 中 "q".md',
        'keep.log',
        'src/.gitignore',
        'src/build/in.js',
        'src/x.log',
      ],
      out: [
        'b.log  .gitignore:1:*.log',
        'build/  .gitignore:2:/build/',
        'docs/deep/draft1.md  .gitignore:6:docs/**/draft*',
        'src/secret.txt  src/.gitignore:2:secret.*',
        'src/sub/  src/.gitignore:3:sub/',
        'src/y.log  .gitignore:1:*.log',
      ],
    });
  });

  it('come from info/exclude and the user, the nearer one first', async () => {
    await using folder = await repository({ 'a.tmp': '1', 'b.tmp': '1', 'c.tmp': '1', 'd.bak': '1', 'e.md': '1' });
    await using user = await temporaryFolder();
    process.env['HOME'] = user.path;
    delete process.env['XDG_CONFIG_HOME'];
    await writeFiles(user.path, { '.config/git/ignore': '*.bak\n' });
    await writeFile(join(folder.path, '.git/info/exclude'), '# mine\n!b.tmp\nc.tmp\n');
    expect((await see(folder.path)).out).toEqual([
      'c.tmp  .git/info/exclude:3:c.tmp',
      `d.bak  ${user.path}/.config/git/ignore:1:*.bak`,
    ]);
    await writeFiles(user.path, {
      '.gitconfig': '[core]\n\texcludesFile = "~/my ignore" ; of all projects\n',
      'my ignore': '*.tmp\n',
    });
    expect(await see(folder.path)).toEqual({
      files: ['b.tmp', 'd.bak', 'e.md'],
      out: [`a.tmp  ${user.path}/my ignore:1:*.tmp`, 'c.tmp  .git/info/exclude:3:c.tmp'],
    });
  });

  it('of the folders above hold for a root inside a repository', async () => {
    await using folder = await repository({
      '.gitignore': '*.log\n/in/deep/x.md\nin/*/y.md\n',
      'in/.gitignore': 'z.md\n',
      'in/deep/a.log': '1',
      'in/deep/x.md': '1',
      'in/deep/y.md': '1',
      'in/deep/z.md': '1',
      'in/deep/seen.md': '1',
      'top.md': '1',
    });
    const above = (name: string): string => join(folder.path, name);
    expect(await see(join(folder.path, 'in/deep'))).toEqual({
      files: ['seen.md'],
      out: [
        `a.log  ${above('.gitignore')}:1:*.log`,
        `x.md  ${above('.gitignore')}:2:/in/deep/x.md`,
        `y.md  ${above('.gitignore')}:3:in/*/y.md`,
        `z.md  ${above('in/.gitignore')}:1:z.md`,
      ],
    });
  });

  it('do not hold in a folder that they ignore as a whole, unless something in it is tracked', async () => {
    await using folder = await repository({
      '.gitignore': 'node_modules/\n*.map\n',
      'node_modules/pack/index.js': '1',
      'node_modules/pack/index.js.map': '1',
      'node_modules/pack/node_modules/other/b.js': '1',
    });
    const root = join(folder.path, 'node_modules/pack');
    expect(await see(root)).toEqual({
      files: ['index.js', 'index.js.map'],
      out: ['node_modules/  Folders named node_modules are left out by default.'],
    });
    git(folder.path, 'add', '-f', 'node_modules/pack/index.js');
    expect((await see(root)).files).toEqual(['index.js']);
  });

  it('are read through no link, and not at all where the file is a folder', async () => {
    await using folder = await repository({ rules: '*.md\n', 'a/x.md': '1', 'b/.gitignore/y.md': '1' });
    await symlink('../rules', join(folder.path, 'a/.gitignore'));
    expect((await see(folder.path)).files).toEqual(['a/x.md', 'b/.gitignore/y.md', 'rules']);
  });
});

describe('walking', () => {
  it('runs no program that the repository names', async () => {
    await using folder = await repository({ 'a.md': '1' });
    git(folder.path, 'config', 'core.fsmonitor', 'touch ran-by-git; false');
    expect((await see(folder.path)).files).toEqual(['a.md']);
  });

  it('gives nothing for an empty folder and one sentence for a missing one', async () => {
    await using folder = await temporaryFolder();
    expect(await walk(folder.path)).toEqual({ files: [], excluded: [] });
    await expect(walk(join(folder.path, 'missing'))).rejects.toThrow(/missing does not exist; check the path\.$/);
  });

  it('does not read what only looks like rules: a huge file, a pipe, a folder', async () => {
    await using folder = await repository({ 'a/x.md': '1', 'b/y.md': '1', 'c/.gitignore/z.md': '1' });
    await writeFiles(folder.path, { 'a/.gitignore': '*.md\n', 'a/.git': 'gitdir: ', 'b/.longfoldignore': '*\n' });
    await truncate(join(folder.path, 'a/.git'), 2 ** 33);
    await truncate(join(folder.path, 'b/.longfoldignore'), 2 ** 33);
    if (process.platform !== 'win32') execFileSync('mkfifo', [join(folder.path, 'c/.longfoldignore')]);
    expect((await walkWithoutGit(folder.path)).files.map(({ path }) => path)).toEqual([
      'a/.gitignore',
      'b/.longfoldignore',
      'b/y.md',
      'c/.gitignore/z.md',
    ]);
  });

  it('stops when it is told to', async () => {
    await using folder = await repository({ 'a.md': '1' });
    const stop = new AbortController();
    const listing = createNodeFileSystem();
    const fileSystem = {
      ...listing,
      listFolder: async (path: string) => {
        stop.abort();
        return listing.listFolder(path);
      },
    };
    await expect(walk(folder.path, { fileSystem, signal: stop.signal })).rejects.toThrow(CancelledError);
    await expect(countFiles(fileSystem, folder.path, stop.signal)).rejects.toThrow(CancelledError);
  });

  it('names a fifo and a folder that cannot be listed instead of losing them', async () => {
    await using folder = await repository({ 'a.md': '1', 'shut/b.md': '1' });
    if (process.platform !== 'win32') execFileSync('mkfifo', [join(folder.path, 'pipe')]);
    await mkdir(join(folder.path, 'empty'));
    const listing = createNodeFileSystem();
    const fileSystem = {
      ...listing,
      listFolder: async (path: string) => listing.listFolder(path.endsWith('shut/') ? join(path, 'none') : path),
    };
    const { excluded } = await walkWithoutGit(folder.path, { fileSystem });
    expect(excluded.map(({ path, reason }) => `${path} ${reason}`)).toEqual([
      ".git/ It holds git's own data.",
      ...(process.platform === 'win32' ? [] : ['pipe It is not a plain file.']),
      expect.stringMatching(/^shut\/ .*shut\/none does not exist; check the path\.$/),
    ]);
  });
});

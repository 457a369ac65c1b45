/** What belongs to a workspace, in real repositories; every case is walked with git and without, and must be the same. */
import { execFileSync } from 'node:child_process';
import { mkdir, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createNodeFileSystem } from '../../../server/src/platform/node-file-system';
import { CancelledError } from '../../../server/src/util/cancelled';
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
async function see(root: string, options: Partial<WalkOptions> = {}): Promise<Seen> {
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

async function repository(files: Files): Promise<{ readonly path: string } & AsyncDisposable> {
  const folder = await temporaryFolder();
  await writeFiles(folder.path, files);
  git(folder.path, 'init', '-q');
  return folder;
}

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

describe('the index of git', () => {
  it('shows what is tracked though ignored, and nothing that is deleted', async () => {
    await using folder = await repository({
      '.gitignore': '*.log\nout/\n',
      'kept.log': '1',
      'new.log': '1',
      'out/kept.js': '1',
      'out/new.js': '1',
      'out/deep/new.js': '1',
      'deleted.md': '1',
    });
    git(folder.path, 'add', '-f', 'kept.log', 'out/kept.js', 'deleted.md');
    git(folder.path, 'commit', '-qm', 'first');
    await rm(join(folder.path, 'deleted.md'));
    const expected = {
      files: ['.gitignore', 'kept.log', 'out/kept.js'],
      out: ['new.log  .gitignore:1:*.log', 'out/deep/  .gitignore:2:out/', 'out/new.js  .gitignore:2:out/'],
    };
    expect(await see(folder.path)).toEqual(expected);
    git(folder.path, 'update-index', '--split-index');
    git(folder.path, 'add', '-f', 'out/new.js');
    expect((await see(folder.path)).files).toEqual(['.gitignore', 'kept.log', 'out/kept.js', 'out/new.js']);
  });

  it('leads into submodules and repositories inside, which have rules of their own', async () => {
    await using other = await repository({ '.gitignore': '*.o\n', 'lib.c': '1' });
    git(other.path, 'add', '-A');
    git(other.path, 'commit', '-qm', 'first');
    await using folder = await repository({ '.gitignore': '*.c\nthird/\n', 'own/a.txt': '1' });
    git(folder.path, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', other.path, 'sub');
    git(folder.path, '-c', 'protocol.file.allow=always', 'submodule', 'add', '-q', '-f', other.path, 'third/party');
    await writeFiles(folder.path, {
      'sub/x.o': '1',
      'own/repo/.gitignore': '*.txt',
      'own/repo/b.c': '1',
      'own/repo/b.txt': '1',
    });
    git(join(folder.path, 'own/repo'), 'init', '-q');
    expect(await see(folder.path)).toEqual({
      files: [
        '.gitignore',
        '.gitmodules',
        'own/a.txt',
        'own/repo/.gitignore',
        'own/repo/b.c',
        'sub/.gitignore',
        'sub/lib.c',
        'third/party/.gitignore',
        'third/party/lib.c',
      ],
      out: ['own/repo/b.txt  own/repo/.gitignore:1:*.txt', 'sub/x.o  sub/.gitignore:1:*.o'],
    });
  });

  it('is that of the worktree, whose excludes are those of the repository', async () => {
    await using folder = await repository({ 'a.md': '1', 'b.tmp': '1', 'c.md': '1' });
    git(folder.path, 'add', '-A');
    git(folder.path, 'commit', '-qm', 'first');
    await writeFile(join(folder.path, '.git/info/exclude'), '*.tmp\n');
    await using place = await temporaryFolder();
    const worktree = join(place.path, 'tree');
    git(folder.path, 'worktree', 'add', '-q', worktree);
    await writeFiles(worktree, { 'd.tmp': '1', 'e.md': '1' });
    expect(await see(worktree)).toEqual({
      files: ['a.md', 'b.tmp', 'c.md', 'e.md'],
      out: [`d.tmp  ${folder.path}/.git/info/exclude:1:*.tmp`],
    });
    git(worktree, 'sparse-checkout', 'set', '--no-cone', '/a.md');
    expect((await see(worktree)).files).toEqual(['a.md', 'e.md']);
  });

  it('may be sparse', async () => {
    await using folder = await repository({
      'in/a.md': '1',
      'in/b.log': '1',
      'out/c.md': '1',
      '.gitignore': '*.log\n',
    });
    git(folder.path, 'add', '-A', '-f');
    git(folder.path, 'commit', '-qm', 'first');
    git(folder.path, 'sparse-checkout', 'set', '--cone', '--sparse-index', 'in');
    expect((await see(folder.path)).files).toEqual(['.gitignore', 'in/a.md', 'in/b.log']);
  });

  it('may name its objects by SHA-256', async () => {
    await using folder = await temporaryFolder();
    await writeFiles(folder.path, { '.gitignore': '*.log\n', 'a.log': '1', 'some/long/path/b.log': '1' });
    git(folder.path, 'init', '-q', '--object-format=sha256');
    git(folder.path, 'add', '-f', 'some/long/path/b.log', '.gitignore');
    expect((await see(folder.path)).files).toEqual(['.gitignore', 'some/long/path/b.log']);
  });

  it('does not matter where it is damaged: the rest is shown', async () => {
    await using folder = await repository({ 'a.md': '1', 'b.log': '1', '.gitignore': '*.log' });
    git(folder.path, 'add', '-f', 'b.log');
    await writeFile(join(folder.path, '.git/index'), 'DIRC\0\0\0\u0002\0\0\0\u0009 cut');
    expect((await walk(folder.path)).files.map(({ path }) => path)).toEqual(['.gitignore', 'a.md']);
  });
});

describe('what the user says', () => {
  const vendored: Files = {
    '.gitignore': 'node_modules/\nbuild/\n*.gen\ndist/\n',
    'a.md': '1',
    'build/api/api.h': '1',
    'build/api/deep/x.gen': '1',
    'build/other/o.h': '1',
    'node_modules/@acme/api/dist/index.d.ts': '1',
    'node_modules/@acme/api/node_modules/dep/i.js': '1',
    'node_modules/@acme/other/i.js': '1',
    'node_modules/left/i.js': '1',
  };

  it('in a .longfoldignore adds folders back, with all that is in them', async () => {
    await using folder = await repository({
      ...vendored,
      '.longfoldignore': '!node_modules/@acme/api/\n!/build/**/*.h\n',
    });
    expect(await see(folder.path)).toEqual({
      files: [
        '.gitignore',
        '.longfoldignore',
        'a.md',
        'build/api/api.h',
        'build/other/o.h',
        'node_modules/@acme/api/dist/index.d.ts',
      ],
      out: [
        'build/api/deep/x.gen  .gitignore:2:build/',
        'node_modules/@acme/api/node_modules/  .gitignore:1:node_modules/',
        'node_modules/@acme/other/  .gitignore:1:node_modules/',
        'node_modules/left/  .gitignore:1:node_modules/',
      ],
    });
  });

  it('in a .longfoldignore leaves out what is tracked, anywhere, and is obeyed first', async () => {
    await using folder = await repository({
      'src/a.ts': '1',
      'src/a.snap': '1',
      'src/keep.snap': '1',
      'src/.longfoldignore': '*.snap\n!keep.snap\n',
      'old/b.ts': '1',
      '.longfoldignore': 'old\n',
    });
    git(folder.path, 'add', '-A');
    const seen = await see(folder.path, { include: ['old/b.ts', '*.snap'], exclude: ['keep.snap'] });
    expect(seen).toEqual({
      files: ['.longfoldignore', 'src/.longfoldignore', 'src/a.ts', 'src/keep.snap'],
      out: ['old/  .longfoldignore:1:old', 'src/a.snap  src/.longfoldignore:1:*.snap'],
    });
  });

  it('in index.include wins over git and index.exclude, and reaches into what they leave out', async () => {
    await using folder = await repository({ ...vendored, '.longfoldignore': 'build/api/deep/\n!/build/other/' });
    const options = { include: ['build/', 'docs/api/*.md'], exclude: ['*.h', 'docs'] };
    await writeFiles(folder.path, { 'docs/api/x.md': '1', 'docs/y.md': '1', 'docs/api/z.txt': '1', 'c.h': '1' });
    expect(await see(folder.path, options)).toEqual({
      files: ['.gitignore', '.longfoldignore', 'a.md', 'build/api/api.h', 'build/other/o.h', 'docs/api/x.md'],
      out: [
        'build/api/deep/  .longfoldignore:1:build/api/deep/',
        'c.h  longfold.index.exclude:1:*.h',
        'docs/api/z.txt  longfold.index.exclude:2:docs',
        'docs/y.md  longfold.index.exclude:2:docs',
        'node_modules/  .gitignore:1:node_modules/',
      ],
    });
    const excludeOnly = await see(folder.path, { exclude: ['*.h'] });
    expect(excludeOnly.out).toContain('build/other/o.h  longfold.index.exclude:1:*.h');
  });

  it('is not needed for packages: they are left out unless git knows better', async () => {
    await using folder = await repository({
      'node_modules/a/i.js': '1',
      'kept/node_modules/b/i.js': '1',
      'kept/.gitignore': '!node_modules\n',
      'web/node_modules/c/i.js': '1',
    });
    git(folder.path, 'add', 'web/node_modules/c/i.js');
    expect(await see(folder.path)).toEqual({
      files: ['kept/.gitignore', 'kept/node_modules/b/i.js', 'web/node_modules/c/i.js'],
      out: ['node_modules/  Folders named node_modules are left out by default.'],
    });
    expect((await see(folder.path, { include: ['node_modules/a/'] })).files).toContain('node_modules/a/i.js');
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

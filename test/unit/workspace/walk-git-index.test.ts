/** What git's index says of a folder, read with git and without: tracked, nested, sparse, damaged. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repository, see } from './walk-fixture';
import { git, temporaryFolder, walk, writeFiles } from './workspace-fixture';

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

/** Symbolic links: followed inside the workspace only, nothing read twice, loops end, and each has a row. */
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { WalkOptions } from '../../../server/src/workspace/walk';
import { git, gitOutput, temporaryFolder, walk, walkWithoutGit, writeFiles, type Files } from './workspace-fixture';

/** `links` are paths to where they lead, as they are written. */
async function see(
  files: Files,
  links: Readonly<Record<string, string>>,
  options: Partial<WalkOptions> = {},
): Promise<{ readonly files: readonly string[]; readonly out: readonly string[] }> {
  await using folder = await temporaryFolder();
  const root = join(folder.path, 'root');
  await mkdir(root);
  await writeFiles(folder.path, { 'outside/x.md': '1' });
  await writeFiles(root, files);
  for (const [path, target] of Object.entries(links)) await symlink(target, join(root, path));
  git(root, 'init', '-q');
  const byHand = await walkWithoutGit(root, options);
  expect(await walk(root, options)).toEqual(byHand);
  return {
    files: byHand.files.map(({ path, realPath }) => (path === realPath ? path : `${path} at ${realPath}`)),
    out: byHand.excluded.filter(({ path }) => path !== '.git/').map(({ path, reason }) => `${path}  ${reason}`),
  };
}

it('loops, links to links and links to nothing end nothing', async () => {
  const seen = await see(
    { 'a/b.md': '1' },
    { 'a/up': '..', self: 'self', 'a/round': 'there', 'a/there': 'round', gone: 'nowhere', twice: 'a/up' },
  );
  expect(seen).toEqual({
    files: ['a/b.md'],
    out: [
      'a/round  It is a symbolic link that leads to itself.',
      'a/there  It is a symbolic link that leads to itself.',
      'a/up  It is a symbolic link to the folder ., which is read where it lies.',
      'gone  It is a symbolic link to something that does not exist.',
      'self  It is a symbolic link that leads to itself.',
      'twice  It is a symbolic link to the folder ., which is read where it lies.',
    ],
  });
});

it('nothing outside of the workspace and nothing of git is read through a link', async () => {
  const links = { file: '../outside/x.md', folder: '../outside', root: '/', config: '.git/config', git: '.git' };
  const leaves = 'It is a symbolic link that leads out of the workspace.';
  const ofGit = "It is a symbolic link to git's own data.";
  expect(await see({}, links)).toEqual({
    files: [],
    out: [`config  ${ofGit}`, `file  ${leaves}`, `folder  ${leaves}`, `git  ${ofGit}`, `root  ${leaves}`],
  });
});

it('what is ignored where it lies is read through a link, once', async () => {
  const seen = await see(
    {
      '.gitignore': 'build/\n*.log\nhidden\n',
      'build/docs/a.md': '1',
      'build/docs/b.log': '1',
      'build/docs/deep/.gitignore': 'c.md\n',
      'build/docs/deep/c.md': '1',
      'build/docs/deep/d.md': '1',
      'seen.md': '1',
    },
    {
      docs: 'build/docs',
      again: 'build/docs/deep',
      alias: 'seen.md',
      single: 'build/docs/a.md',
      hidden: 'seen.md',
      'build/docs/deep/back': '../..',
    },
  );
  expect(seen).toEqual({
    files: [
      '.gitignore',
      'again/.gitignore at build/docs/deep/.gitignore',
      'again/d.md at build/docs/deep/d.md',
      'docs/a.md at build/docs/a.md',
      'seen.md',
    ],
    out: [
      'again  It is a symbolic link to the folder build/docs/deep, which is read through it.',
      'again/back  It is a symbolic link to the folder build, which is read through it.',
      'again/back/docs/  It is read as build/docs/.',
      'again/c.md  Git ignores it.',
      'alias  It is a symbolic link to seen.md, which is read where it lies.',
      'build/  Git ignores it.',
      'docs  It is a symbolic link to the folder build/docs, which is read through it.',
      'docs/b.log  Git ignores it.',
      'docs/deep/  It is read as build/docs/deep/.',
      'hidden  Git ignores it.',
      'single  It is a symbolic link to build/docs/a.md, which is read where it lies.',
    ],
  });
});

it('what the user leaves out is not read through a link either', async () => {
  const seen = await see(
    { '.longfoldignore': 'secret/\n', 'secret/deep/a.md': '1', 'old/b.md': '1', 'old/c.md': '1' },
    { a: 'secret/deep', b: 'secret/deep/a.md', c: 'old/b.md' },
    { exclude: ['old'] },
  );
  const told = (target: string): string => `It is a symbolic link to ${target}, which Longfold is told to leave out.`;
  expect(seen).toEqual({
    files: ['.longfoldignore'],
    out: [
      `a  ${told('secret/deep')}`,
      `b  ${told('secret/deep/a.md')}`,
      `c  ${told('old/b.md')}`,
      'old/  The setting longfold.index.exclude leaves it out.',
      'secret/  A .longfoldignore leaves it out.',
    ],
  });
});

it('two links to one another’s folder, each ignored where it lies, are read to an end', async () => {
  const seen = await see(
    { '.gitignore': 'x/\ny/\n', 'x/a.md': '1', 'y/b.md': '1' },
    { 'x/y': '../y', 'y/x': '../x', start: 'x' },
  );
  expect(seen.files).toEqual(['.gitignore', 'start/a.md at x/a.md', 'start/y/b.md at y/b.md']);
  expect(seen.out).toContain('start/y/x  It is a symbolic link to the folder x, which is read where it lies.');
});

it('a tracked link counts as what it leads to, like any other', async () => {
  await using folder = await temporaryFolder();
  await writeFiles(folder.path, { '.gitignore': 'gen/\n', 'gen/a.md': '1' });
  await symlink('gen/a.md', join(folder.path, 'a.md'));
  git(folder.path, 'init', '-q');
  git(folder.path, 'add', '-A');
  expect(gitOutput(folder.path, ['ls-files'])).toBe('.gitignore\na.md\n');
  expect((await walk(folder.path)).files).toEqual([
    { path: '.gitignore', realPath: '.gitignore' },
    { path: 'a.md', realPath: 'gen/a.md' },
  ]);
});

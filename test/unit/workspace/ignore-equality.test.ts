/** Generated rules and paths: what is walked by hand, and the rule that is named, must be what the real git says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createChance, makeTree } from './ignore-generator';
import { git, gitOutput, temporaryFolder, walk, walkWithoutGit, writeFiles } from './workspace-fixture';

const cases = 110;

/** Each case in a folder of its own, so that one repository holds them all. */
async function writeCases(root: string, seed: number): Promise<void> {
  for (let number = 0; number < cases; number += 1) {
    await writeFiles(join(root, `case${number}`), makeTree(createChance(seed, `case ${number}`)));
  }
}

interface GitView {
  readonly shown: readonly string[];
  /** The rule of each path that git looks at, `FILE:LINE:PATTERN`. */
  readonly rules: ReadonlyMap<string, string>;
}

function viewByGit(root: string, paths: readonly string[]): GitView {
  const listed = gitOutput(root, ['ls-files', '-z', '--cached', '--others', '--exclude-standard']);
  const args = ['check-ignore', '-v', '-n', '-z', '--no-index', '--stdin'];
  const fields = gitOutput(root, args, paths.join('\0')).split('\0');
  const rules = new Map<string, string>();
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [file = '', line = '', pattern = '', path = ''] = fields.slice(at, at + 4);
    if (file !== '') rules.set(path, `${file}:${line}:${pattern}`);
  }
  return {
    shown: listed
      .split('\0')
      .filter((path) => path !== '')
      .sort(),
    rules,
  };
}

async function compare(root: string): Promise<{ readonly pairs: number; readonly excluded: number }> {
  const byHand = await walkWithoutGit(root);
  const excluded = byHand.excluded.filter(({ path }) => path !== '.git/');
  const all = [...byHand.files.map(({ path }) => path), ...excluded.map(({ path }) => path.replace(/\/$/, ''))];
  const view = viewByGit(root, all);
  expect(byHand.files.map(({ path }) => path)).toEqual(view.shown);
  const named = excluded.map(({ path, rule }) => `${path} ${rule?.file}:${rule?.line}:${rule?.pattern}`);
  const expected = excluded.map(({ path }) => `${path} ${view.rules.get(path.replace(/\/$/, ''))}`);
  expect(named).toEqual(expected);
  expect(await walk(root)).toEqual(byHand);
  return { pairs: all.length, excluded: excluded.length };
}

describe.each([1, 2])('ignore files made by chance, seed %i', (seed) => {
  it('mean to us what they mean to git', async () => {
    await using folder = await temporaryFolder();
    const root = folder.path;
    await writeCases(root, seed);
    git(root, 'init', '-q');
    const { pairs, excluded } = await compare(root);
    expect(pairs).toBeGreaterThan(600);
    expect(excluded).toBeGreaterThan(120);
  });
});

it.each([2, 3, 4])(
  'a tracked file is shown though rules ignore it, and case may not count: index version %i',
  async (version) => {
    await using folder = await temporaryFolder();
    const root = folder.path;
    await writeCases(root, 30 + version);
    git(root, 'init', '-q');
    if (version !== 2) git(root, 'config', 'core.ignoreCase', 'true');
    const ignored = (await walk(root)).excluded.filter(({ rule }) => rule !== null);
    const chance = createChance(version, 'tracked');
    const forced = ignored.filter(() => chance.isTrue(0.3)).map(({ path }) => path);
    expect(forced.length).toBeGreaterThan(20);
    // Version 3 is written for entries with more flags only, such as files that are yet to be added.
    const add = version === 3 ? ['add', '-N'] : ['add'];
    git(root, 'update-index', '--index-version', String(version), '--force-write-index');
    gitOutput(
      root,
      [...add, '-f', '--pathspec-from-file=-', '--pathspec-file-nul'],
      forced.map((path) => `:(literal)${path}`).join('\0'),
    );
    expect(readFileSync(join(root, '.git/index'))[7]).toBe(version);
    const { pairs } = await compare(root);
    expect(pairs).toBeGreaterThan(600);
  },
);

const rarePatterns = [
  ...['x[!a]y', 'x[^b]y', 'x[/]y', 'x[+-z]y', 'x?y', 'x*y', 'a/[!q]', 'a/[!q]/', '[!-~]'],
  ...['[F-G]oo', '[f-g]OO', '[[:upper:]]oo', '[[:lower:]]oo', '[A]bc', '[a]BC', '\\Foo', 'F\\oo', 'FOO', '/fOO', 'A/B'],
  ...[
    'a**/c',
    'a**c',
    'a/**/c',
    '**/c',
    '/**/c',
    'a/**',
    'a/**/',
    '**',
    '/**/',
    '***',
    'a/***',
    '**/b/**',
    '*/c',
    'a/*/c',
  ],
  ...['**\\/c', 'a/**\\/c', 'a/**b/c', '**/*c', '*', '/*', '*/', '!*', 'a//b', 'a/', 'a/b/', 'abc/', '/a', 'b', 'b/c'],
  ...[
    '[a-c-e]',
    '[]-a]',
    '[!]a]',
    '[a-]',
    '[-a]',
    '[\\a-\\c]',
    '[[:alpha:][:digit:]]',
    '[[:punct:]]',
    '[[:xdigit:]-]bc',
  ],
  ...['[[:space:]]b', '[[.a.]]', '[[=a=]]', '[:alpha:]', '[a', 'ab[', 'ab\\', '\\', 'a\\ ', '??', '???', '[ä]b', '\\ä'],
];
const rarePaths = [
  'a/b/c',
  'a/c',
  'a/x/y/c',
  'abc',
  'aBC',
  'foo',
  'Foo',
  'x/y',
  'xby',
  'b',
  'c/b/c',
  '-',
  ']',
  'ä',
  'e',
  'ab',
];

it.each([false, true])(
  'rare patterns mean to us what they mean to git, with core.ignoreCase %s',
  async (ignoreCase) => {
    await using folder = await temporaryFolder();
    const root = folder.path;
    for (const [idx, pattern] of rarePatterns.entries()) {
      const files = Object.fromEntries(rarePaths.map((path) => [path, '1']));
      await writeFiles(join(root, `rare${idx}`), { ...files, '.gitignore': `${pattern}\n` });
    }
    git(root, 'init', '-q');
    git(root, 'config', 'core.ignoreCase', String(ignoreCase));
    expect((await compare(root)).pairs).toBeGreaterThan(800);
  },
);

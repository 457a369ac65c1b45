/** Trees with ignore files in them, made by chance that is the same in every run; patterns are made out of the paths. */
import { createSeededRandom } from '../../../server/src/eval/seeded-random';
import type { Files } from './workspace-fixture';

const plainNames = [
  'a',
  'b',
  'ab',
  'abc',
  'foo',
  'Foo',
  'bar',
  'x.c',
  'y.c',
  'foo.log',
  'A.LOG',
  'b1',
  'b-2',
  '.env',
  '_',
];
const oddNames = ['a b', 'x ', ' y', 'ä', 'äb', '中.md', '#note', '!bang', '[a]', 'a*', '{b}', 'a\\b', '😀', 'x.c~'];
// Windows has no names like some of these.
const names = process.platform === 'win32' ? plainNames : [...plainNames, ...oddNames];
const classes = [
  '[a-c]',
  '[!a]',
  '[^b]',
  '[[:alpha:]]',
  '[[:digit:]-]',
  '[]a]',
  '[a-]',
  '[[:upper:]]',
  '[F-G]',
  '[\\]a]',
];
const broken = [
  '[',
  '[a',
  '[[:nope:]]',
  '[!',
  'a\\',
  '[[:alpha:',
  '**a**',
  '***/a',
  'a**/b',
  '[a-\\c]',
  '[[:]',
  '[--0]',
];

export interface Chance {
  next(): number;
  below(count: number): number;
  pick<Item>(items: readonly [Item, ...Item[]] | readonly Item[]): Item;
  isTrue(share: number): boolean;
}

export function createChance(seed: number, name: string): Chance {
  const next = createSeededRandom(seed, name);
  const below = (count: number): number => Math.floor(next() * count);
  return {
    next,
    below,
    isTrue: (share) => next() < share,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('Nothing to choose from.');
      return item;
    },
  };
}

/** One folder with files, folders, and ignore files at one to three places in it. */
export function makeTree(chance: Chance): Files {
  const folders = [''];
  const paths = new Set<string>();
  for (let count = 4 + chance.below(8); count > 0; count -= 1) {
    const parent = chance.pick(folders);
    const path = parent + chance.pick(names);
    if ([...paths].some((other) => other.startsWith(`${path}/`)) || folders.includes(`${path}/`)) continue;
    if (chance.isTrue(0.35) && parent.split('/').length < 5) {
      folders.push(`${path}/`);
      paths.add(`${path}/${chance.pick(names)}`);
    } else if (!paths.has(path)) paths.add(path);
  }
  const files = [...paths].filter((path) => !folders.includes(`${path}/`));
  const tree: Record<string, string> = Object.fromEntries(files.map((path) => [path, '1']));
  for (let count = 1 + chance.below(3); count > 0; count -= 1) {
    const folder = chance.pick(folders);
    tree[`${folder}.gitignore`] = makeIgnoreFile(
      chance,
      files.filter((path) => path.startsWith(folder)).map((path) => path.slice(folder.length)),
    );
  }
  return tree;
}

export function makeIgnoreFile(chance: Chance, paths: readonly string[]): string {
  const lines = Array.from({ length: 1 + chance.below(4) }, () => makeLine(chance, paths));
  const text = lines.join(chance.isTrue(0.1) ? '\r\n' : '\n');
  return (chance.isTrue(0.05) ? '\uFEFF' : '') + text + (chance.isTrue(0.7) ? '\n' : '');
}

function makeLine(chance: Chance, paths: readonly string[]): string {
  if (chance.isTrue(0.04)) return chance.pick(['', '# comment', '   ', '/', '!', '!/', '\t', '//']);
  const path = paths.length > 0 && chance.isTrue(0.9) ? chance.pick(paths) : chance.pick(names);
  const parts = path.split('/');
  const length = 1 + chance.below(parts.length);
  const start = chance.isTrue(0.6) ? 0 : chance.below(parts.length - length + 1);
  const pattern = parts
    .slice(start, start + length)
    .map((part) => (chance.isTrue(0.4) ? blur(chance, part) : escape(part)))
    .join(chance.isTrue(0.15) ? '/**/' : '/');
  const deep = chance.isTrue(0.12) ? `**/${pattern}` : chance.isTrue(0.1) ? `${pattern}/**` : pattern;
  const anchored = chance.isTrue(0.2) ? `/${deep}` : deep;
  const signed = chance.isTrue(0.25) ? `!${anchored}` : anchored;
  return signed + (chance.isTrue(0.2) ? '/' : '') + chance.pick(['', '', '', '', '', '', ' ', '  ', '\\ ', '\t']);
}

/** One part of a path as a pattern that may or may not meet it. */
function blur(chance: Chance, part: string): string {
  const at = chance.below(part.length + 1);
  switch (chance.below(7)) {
    case 0:
      return '*';
    case 1:
      return `*${part.slice(at)}`;
    case 2:
      return `${part.slice(0, at)}*`;
    case 3:
      return `${part.slice(0, at)}?${part.slice(at + 1)}`;
    case 4:
      return `${part.slice(0, at)}${chance.pick(classes)}${part.slice(at + 1)}`;
    case 5:
      return chance.pick(broken);
    default:
      return `${part.slice(0, at)}\\${part.slice(at)}`;
  }
}

/** Sometimes left as it is: then `[a]` is a class and `#note` a comment. */
function escape(part: string): string {
  return part.replace(/^[#!]|[\\[*?]| $/g, '\\$&');
}

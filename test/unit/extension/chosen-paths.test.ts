/** Choosing what is read: the list out of the index, and the paths as the server takes them, of one folder and of several. */
import { expect, test } from 'vitest';
import { listChoices, maxListedFiles, toAskedPath } from '../../../extension/src/chat/chosen-paths';

const web = { uri: 'file:///w/api', name: 'api', fsPath: '/w/api' };
const post = { uri: 'file:///post/api', name: 'api', fsPath: '/post/api' };
const labels = (...args: Parameters<typeof listChoices>): readonly string[] =>
  listChoices(...args).choices.map(({ label, files }) => (files === null ? label : `${label} ${files}`));

test('lists each folder with its files before what lies in it', () => {
  expect(labels([web], [['readme.md', 'docs/b.md', 'docs/old/a.md']])).toEqual([
    'docs/ 2',
    'docs/b.md',
    'docs/old/ 1',
    'docs/old/a.md',
    'readme.md',
  ]);
});

test('of several folders each begins with the name that the server gives it, and can be chosen whole', () => {
  expect(labels([web, post], [['docs/a.md'], ['docs/a.md']])).toEqual([
    'api (post)/ 1',
    'api (post)/docs/ 1',
    'api (post)/docs/a.md',
    'api (w)/ 1',
    'api (w)/docs/ 1',
    'api (w)/docs/a.md',
  ]);
});

test('of more files than a list holds, only folders are listed', () => {
  const files = Array.from({ length: maxListedFiles + 1 }, (_, idx) => `logs/${idx}.txt`);
  const { choices, isCut } = listChoices([web], [files]);
  expect([choices.map(({ label }) => label), isCut]).toEqual([['logs/'], true]);
  expect(listChoices([web], [files.slice(1)]).choices).toHaveLength(maxListedFiles + 1);
});

test.each([
  ['docs/', [web], 'docs'],
  ['docs/', [web, post], 'api (w)/docs'],
  ['', [web, post], 'api (w)'],
  ['', [web], ''],
  ['docs', [post], undefined],
  ['../secret', [web], undefined],
  ['/etc/passwd', [web, post], undefined],
])('%j of the folders asked is told as %j', (path, folders, expected) => {
  const chosen = { folderUri: web.uri, path: path.replace(/(?<=.)\/$/, ''), label: path };
  expect(toAskedPath(chosen, folders)).toBe(expected);
});

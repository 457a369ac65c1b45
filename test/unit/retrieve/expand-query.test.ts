import { expect, test } from 'vitest';
import { searchWords } from '../../../server/src/index/search-words';
import { expandQuery } from '../../../server/src/retrieve/expand-query';

test.each([
  ['where is the file name set', 'filename nameset'],
  ['init the db', 'initdb initialize initialise database'],
  ['How are parameters parsed?', 'parametersparsed param'],
  ['configuration of `maxSize`', 'configurationmaxsize cfg conf config maximum len length'],
  ['How do I delete directories?', 'deletedirectories del remove unlink'],
  ['数据库连接', ''],
  ['the', ''],
  ['', ''],
  ['a b', ''],
])('%s', (question, expected) => {
  expect(expandQuery(question).join(' ')).toBe(expected);
});

test('a long question is not joined into words that nobody writes, and no word comes twice', () => {
  const words = expandQuery(`${'x'.repeat(20)} ${'y'.repeat(20)} err error errors err`);
  expect(words).toEqual([...new Set(words)]);
  expect(words.every((word) => word.length <= 30)).toBe(true);
});

test('every form is a word that the index stores', () => {
  for (const word of expandQuery('calc cfg init str img repo auth database')) expect(searchWords(word)).toEqual([word]);
});

/** A block of code that an answer left open is closed; an opening with nothing in it goes. */
import { expect, it } from 'vitest';
import { closeFence } from '../../../server/src/answer/close-fence';
import { quoteWithId } from '../../../server/src/answer/evidence-answer';

it.each([
  ['a block that is open', 'Wait:\n```js\nwait(5)', 'Wait:\n```js\nwait(5)\n```\n'],
  ['a longer fence', '````md\n```\ncode\n```', '````md\n```\ncode\n```\n````\n'],
  ['tildes', '~~~\n```\ncode', '~~~\n```\ncode\n~~~\n'],
  ['an opening with nothing behind it', 'It waits.\n\n```js\n\n', 'It waits.'],
  ['the second of two blocks, which is empty', '```\na\n```\nthen\n```', '```\na\n```\nthen'],
])('ends %s', (_name, answer, expected) => {
  expect(closeFence(answer)).toBe(expected);
});

it.each([
  ['an answer without blocks', 'It waits.\n'],
  ['a closed block', '```js\nwait(5)\n```'],
  ['words in backticks at the start of a line', '```wait``` is a call.'],
  ['a source that holds a single fence', quoteWithId('before\n```\nafter', 'S1')],
])('leaves %s', (_name, answer) => {
  expect(closeFence(answer)).toBe(answer);
});

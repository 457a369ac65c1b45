/** Cited words are found again after a file changed: at their place, moved, or gone. */
import { expect, it } from 'vitest';
import { locateSlices } from '../../../server/src/session/locate-slices';

const was = 'one\ntwo words here\nthree\ntwo words here\n';
const cited = { path: 'a.md', start: was.indexOf('two', 20), end: was.indexOf('two', 20) + 9, text: 'two words' };

async function locate(now: string | null, slice = cited): Promise<unknown> {
  const read = (): Promise<string> => (now === null ? Promise.reject(new Error('gone')) : Promise.resolve(now));
  return (await locateSlices([slice], read))[0];
}

it.each([
  ['nothing changed', was, { kind: 'same', start: 25, end: 34, startLine: 4, endLine: 4 }],
  ['changed behind it', `${was}more`, { kind: 'same', startLine: 4 }],
  ['lines came before it: the nearer of two', `x\n${was}`, { kind: 'moved', start: 27, end: 36, startLine: 5 }],
  ['only the earlier one is left', 'one\ntwo words here\n', { kind: 'moved', start: 4, startLine: 2 }],
  ['a line break between the words', 'zero\none\r\n  two\r\n  words here', { kind: 'moved', startLine: 3, endLine: 4 }],
  ['one word changed', was.replaceAll('two words', 'two terms'), { kind: 'stale', problem: 'The cited words no longer stand in a.md.' }],
  ['an empty file', '', { kind: 'stale' }],
  ['the file is gone', null, { kind: 'stale', problem: 'a.md is gone or cannot be read.' }],
])('%s', async (_name, now, expected) => {
  expect(await locate(now)).toMatchObject(expected);
}); // prettier-ignore

it.each(['../secret.txt', '/etc/passwd', 'a/../../b', 'C:\\b', '..\\b'])('never reads %s', async (path) => {
  expect(await locate('two words', { ...cited, path })).toMatchObject({ kind: 'stale' });
});

it('reads a file once, and finds 500 slices in a long one in linear time', async () => {
  const lines = Array.from({ length: 40_000 }, (_unused, idx) => `line ${idx} of the text`);
  let reads = 0;
  const slices = Array.from({ length: 500 }, (_unused, idx) => ({
    path: 'a',
    start: 0,
    end: 9,
    text: `line ${idx * 70} of`,
  }));
  const startedMs = performance.now();
  const anchors = await locateSlices(slices, () => Promise.resolve(((reads += 1), lines.join('\n'))));
  expect(anchors.every(({ kind }, idx) => kind === (idx === 0 ? 'same' : 'moved'))).toBe(true);
  expect(reads).toBe(1);
  expect(performance.now() - startedMs).toBeLessThan(5000);
});

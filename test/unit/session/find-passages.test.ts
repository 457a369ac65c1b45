/** Words that were cited earlier lead to the passages in which they stand now, by what the index has of the files. */
import { expect, it } from 'vitest';
import type { StoredChunk } from '../../../server/src/index/index-store';
import { findPassages } from '../../../server/src/session/find-passages';

const text = 'Boats sail at nine.\n\nThe Heron waits\nfor ten minutes.\n\nThe Gull does not wait.\n';
const words = 'The Heron waits\nfor ten minutes.';
const cited = { path: 'ferry.md', start: text.indexOf(words), end: text.indexOf(words) + words.length, text: words };

/** Chunks between these offsets of a text; blanks at their ends belong to none. */
function chunksOf(now: string, ...borders: readonly number[]): readonly StoredChunk[] {
  return [0, ...borders].map((start, idx) => {
    const part = now.slice(start, borders[idx] ?? now.length);
    const startOffset = start + (part.length - part.trimStart().length);
    const own = part.trim();
    const place = { startOffset, endOffset: startOffset + own.length, startLine: 0, endLine: 0 };
    return { id: idx, path: 'ferry.md', ...place, heading: 'h', text: own, score: 3 };
  });
}

async function find(chunks: readonly StoredChunk[], slice = cited): Promise<readonly string[]> {
  const files = new Map([['ferry.md', chunks]]);
  const [passages = []] = await findPassages([slice], async (path) => files.get(path) ?? []);
  return passages.map((passage) => passage.text);
}

const [heron, gull] = [text.indexOf('The Heron'), text.indexOf('The Gull')];

it.each([
  ['whole in one chunk', chunksOf(text, heron, gull), [words]],
  ['across a border of now', chunksOf(text, heron + 16, gull), ['Boats sail at nine.\n\nThe Heron waits', 'for ten minutes.']],
  ['moved', chunksOf(`# Ferries\n\n${text}`, heron + 11), [`${words}\n\nThe Gull does not wait.`]],
  ['with other line ends', chunksOf(text.replace('waits\nfor', 'waits\r\n  for'), heron, gull + 3), ['The Heron waits\r\n  for ten minutes.']],
  ['gone', chunksOf(text.replace('ten minutes', 'nobody'), heron, gull), []],
  ['of a file that is not indexed', [], []],
])('%s', async (_name, chunks, expected) => {
  expect(await find(chunks)).toEqual(expected);
}); // prettier-ignore

it('finds words as they stand in a long text, and no others, without keeping the loop', async () => {
  const long = `${'Nothing happens here at all.\n'.repeat(80_000)}\n${words}\n`;
  const at = long.indexOf(words);
  const chunks = chunksOf(long, 1_000_000, at);
  expect(await find(chunks)).toEqual([words]);
  const startedMs = performance.now();
  expect(await find(chunks, { ...cited, text: words.replace('\n', ' ') })).toEqual([]);
  expect(performance.now() - startedMs).toBeLessThan(100);
});

it.each(['../ferry.md', '/ferry.md', 'C:\\ferry.md'])('never follows %s out of the workspace', async (path) => {
  expect(await findPassages([{ ...cited, path }], async () => chunksOf(text))).toEqual([[]]);
});

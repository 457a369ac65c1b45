/** The joint reading over the real model: which range it prefers, and what a range's relevance may depend on. */
import { afterAll, expect, test } from 'vitest';
import { createCritic, readSources } from './critic-fixtures';

const [one, two] = [createCritic(1), createCritic(2)];
afterAll(async () => {
  await Promise.all([one.dispose(), two.dispose()]);
});

const signal = new AbortController().signal;
const sentences = [
  'The museum in the old harbour opens at nine.',
  'Ada Lovelace was born in London in 1815.',
  'Bread is baked from flour and water.',
  'The engine was built by Charles Babbage, who had met her in 1833.',
];
const text = sentences.join('\n');
const ranges = sentences.map((sentence) => {
  const startOffset = text.indexOf(sentence);
  return { context: 0, startOffset, endOffset: startOffset + sentence.length };
});
const read = async (critic: typeof one, question: string, some = ranges): Promise<readonly number[]> =>
  critic.reread({ kind: 'query', question, contexts: [{ id: 'a', text }], ranges: some }, { signal });

test.each([
  ['Where was the mathematician Ada Lovelace born?', 1],
  ['Who built the engine?', 3],
])('%s: the sentence that answers is the most relevant', async (question, place) => {
  const relevance = await read(one, question);
  expect(relevance.indexOf(Math.max(...relevance))).toBe(place);
});

test('a relevance depends on its own range alone', async () => {
  const question = 'Who built the engine?';
  const together = await read(two, question);
  for (const [place, range] of ranges.entries()) {
    const [alone] = await read(one, question, [range]);
    expect(alone).toBeCloseTo(together[place] ?? NaN, 3);
  }
});

test('a range over several units, and over several sections, is worth as much as the best one in it', async () => {
  const question = 'Who built the engine?';
  const apart = await read(one, question);
  const [whole] = await read(one, question, [{ context: 0, startOffset: 0, endOffset: text.length }]);
  expect(whole).toBeCloseTo(Math.max(...apart), 3);

  const long = `${readSources()
    .map((source) => source.text)
    .join('\n')
    .slice(0, 7000)}\n${text}`;
  const contexts = [
    { id: 'other', text: 'Nothing is asked of this one.' },
    { id: 'long', text: long },
  ];
  const halves = [0, 3500, long.length].map((startOffset, index, all) => ({
    context: 1,
    startOffset,
    endOffset: all[index + 1] ?? startOffset,
  }));
  const [first = NaN, second = NaN] = await two.reread(
    { kind: 'query', question, contexts, ranges: halves.slice(0, 2) },
    { signal },
  );
  const all = [{ context: 1, startOffset: 0, endOffset: long.length }];
  const [both] = await two.reread({ kind: 'query', question, contexts, ranges: all }, { signal });
  expect(both).toBeCloseTo(Math.max(first, second), 3);
});

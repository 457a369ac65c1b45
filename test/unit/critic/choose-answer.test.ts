/** Which words of ranked sentences answer a question; the sentences are ranked by hand, so that no model is in play. */
import { expect, test } from 'vitest';
import { findCandidates } from '../../../server/src/critic/answer-candidates';
import { readQuestion } from '../../../server/src/critic/answer-question';
import { cutAnswerWords } from '../../../server/src/critic/answer-words';
import { chooseAnswer, mostAgreed } from '../../../server/src/critic/choose-answer';
import type { RankedUnit } from '../../../server/src/critic/unit-ranker';
import { cutUnits } from '../../../server/src/critic/units';
import { cutWordTokens } from '../../../server/src/critic/word-tokens';

/** The sentences of a text, ranked in their order; every token has the value 0. */
function rankText(text: string): { readonly ranked: readonly RankedUnit[]; readonly texts: readonly [LabelledText] } {
  const { starts, ends } = cutWordTokens(text);
  const logits = new Float32Array(4 * starts.length);
  const units = cutUnits(text, 'sentence').map((unit, unitPlace): RankedUnit => {
    const inside = [...starts.keys()].filter((token) => {
      return (starts[token] ?? 0) >= unit.startOffset && (ends[token] ?? 0) <= unit.endOffset;
    });
    const score = unit.isHeading ? -Infinity : -unitPlace / 4;
    return {
      ...unit,
      contextId: 'text',
      contextPlace: 0,
      unitPlace,
      firstToken: inside[0] ?? 0,
      lastToken: (inside.at(-1) ?? -1) + 1,
      criticScore: 0.7,
      bm25Score: 0,
      score,
      probability: 0.5,
    };
  });
  const ranked = [...units].sort((one, other) => Number(one.isHeading) - Number(other.isHeading));
  return { ranked, texts: [{ text, labelled: { id: 'text', starts, ends, logits } }] };
}
type LabelledText = Parameters<typeof chooseAnswer>[2][number];

function choose(question: string, text: string): string | undefined {
  const { ranked, texts } = rankText(text);
  const found = chooseAnswer(question, ranked, texts);
  return found ? text.slice(found.startOffset, found.endOffset) : undefined;
}

const harbour = '# Lisk\nThe harbour of Lisk was built on 4 May 1931 by Ada Brandt. Nine boats lie in it.';
const keeper = '# Tamsin Ofori\nTamsin Ofori, born in Lisk in 1951, keeps the lamp and paints.';
const rivers = '# Arda\nThe Arda is a river of 80 km.\n# Velm\nThe Velm is a longer river of 120 km.';

test.each([
  ['Who keeps the lamp on Garrow Point?', '# Garrow Point\nTamsin Ofori keeps the lamp since 1987.', 'Tamsin Ofori'],
  ['When was the harbour of Lisk built?', harbour, '4 May 1931'],
  ['Who built the harbour of Lisk?', harbour, 'Ada Brandt'],
  [
    'How many boats lie in the harbour of Lisk?',
    '# Lisk\nNine boats lie in it, which Ada Brandt built in 1931.',
    'Nine',
  ],
  ['In which city was Tamsin Ofori born?', keeper, 'Lisk'],
  ['Which river is longer, Arda or Velm?', rivers, /^(?:Arda|Velm)$/],
  ['渡口的灯是哪一年修的？', '渡口在河边。渡口的灯是1987年由李明修的，共有三层。', '1987年'],
  ['谁修了渡口的灯？', '渡口在河边。1987年，李明修了渡口的灯。', '李明'],
  ['灯塔有多高？', '灯塔建于1931年，高约25米，共有三层。', /25米/],
])('%s', (question, text, answer) => {
  expect(choose(question, text)).toMatch(answer);
});

test.each([
  ['The player who won in 1990 was born in which city?', 'place', false],
  ['Who was born first, Ada Brandt or Tamsin Ofori?', 'person', true],
  ['In what year was the harbour built?', 'time', false],
  ['How many boats are there?', 'number', false],
  ['How does a lamp work?', 'reason', false],
  ['Name the keeper.', 'thing', false],
  ['小雨哪一年出生？', 'time', false],
  ['他是哪里人？', 'place', false],
  ['灯塔是谁修的？', 'person', false],
  ['一共有几条船？', 'number', false],
  ['为什么修灯塔？', 'reason', false],
] as const)('%s asks for a %s', (question, kind, isChoice) => {
  expect(readQuestion(question)).toMatchObject({ kind, isChoice });
});

test.each([
  harbour,
  'She (born 1951) wrote "The Lamp of Garrow Point" and \ud800 “Nine Boats”; the U.S. film, by J. R. Brandt, cost $4.5 million.',
  '《灯塔》（1931年）是李明写的小说，讲述了“九条船”的故事😀。罗尼·奥沙利文于2008年夺冠。',
])('candidates are slices that begin and end with a word and hold whole pairs: %s', (text) => {
  const words = cutAnswerWords(text, 0, text.length);
  const slices = findCandidates(text, words).map(({ first, last }) =>
    text.slice(words[first]?.start, words[last - 1]?.end),
  );
  expect(slices.length).toBeGreaterThan(20);
  for (const slice of slices) {
    expect(slice, slice).toMatch(/[\p{L}\p{N}]/u);
    expect(slice.trim(), slice).toBe(slice);
    for (const [open, close] of ['()', '“”', '《》', '（）']) {
      expect(slice.split(open ?? '').length, slice).toBe(slice.split(close ?? '').length);
    }
    expect(slice.split('"').length % 2, slice).toBe(1);
  }
  const wanted = {
    harbour: ['4 May 1931', 'Ada Brandt'],
    she: ['The Lamp of Garrow Point', 'J. R. Brandt', '$4.5 million'],
  };
  if (text === harbour) expect(slices).toEqual(expect.arrayContaining(wanted.harbour));
  else if (text.startsWith('She')) expect(slices).toEqual(expect.arrayContaining(wanted.she));
  else expect(slices).toEqual(expect.arrayContaining(['1931年', '九条船', '罗尼·奥沙利文']));
});

test('the candidates of a sentence grow with its words, not with their square', () => {
  const [short, long] = [50, 500].map((count) => {
    const text = 'Lisk harbour '.repeat(count);
    return findCandidates(text, cutAnswerWords(text, 0, text.length)).length;
  });
  expect(long).toBeLessThan(11 * (short ?? 0));
});

test('the choice agrees with the other probable candidates', () => {
  const texts = ['Velm', 'the harbour of Lisk', 'harbour', 'Lisk harbour'];
  expect(mostAgreed(texts, [1, 0.9, 0.9, 0.9], 1)).toBe(3);
  expect(mostAgreed(texts, [1, 0.9, 0.9, 0.9], 0.01)).toBe(0);
  expect(mostAgreed(['九条船', '船', '九条船在港口'], [0, 0, 0], 1)).toBe(0);
  expect(mostAgreed([], [], 1)).toBe(-1);
});

test('a text without a word that says something has no answer', () => {
  expect(choose('Who?', 'It was. 的。')).toBeUndefined();
  expect(choose('', '')).toBeUndefined();
});

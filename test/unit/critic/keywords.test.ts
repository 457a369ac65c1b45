/** Keywords out of made-up labels: whole words, few of them, inside the best units, within the budget. */
import { expect, test } from 'vitest';
import type { LabelledContext } from '../../../server/src/critic/critic';
import { findKeywords, selectKeywords } from '../../../server/src/critic/keywords';
import { UnitRanker, type RankedUnit } from '../../../server/src/critic/unit-ranker';
import { cutWordTokens } from '../../../server/src/critic/word-tokens';

/** Tokens that overlap one of `valued` are worth `high`, all others `low`. */
function label(text: string, valued: readonly string[], [low, high] = [0.2, 0.9]): LabelledContext {
  const { starts, ends } = cutWordTokens(text);
  const logits = new Float32Array(4 * starts.length);
  const ranges = valued.map((part) => [text.indexOf(part), text.indexOf(part) + part.length] as const);
  starts.forEach((start, token) => {
    const isValued = ranges.some(([first, last]) => start < last && (ends[token] ?? 0) > first);
    logits.set([-4, isValued ? high : low, 0, -4], 4 * token);
  });
  return { id: 'text', starts, ends, logits };
}

function rank(text: string, labelled: LabelledContext): readonly RankedUnit[] {
  const ranker = new UnitRanker({ question: '', granularity: 'keyword' });
  ranker.add(0, text, labelled);
  return ranker.rank();
}

function keywords(text: string, valued: readonly string[], levels?: [number, number]): readonly string[] {
  const labelled = label(text, valued, levels);
  return rank(text, labelled).flatMap((unit) =>
    findKeywords(unit, { text, labelled }).map((span) => text.slice(span.startOffset, span.endOffset)),
  );
}

test.each<[what: string, text: string, valued: string[], expected: string[]]>([
  ['joins over a small gap', 'It waits for 30 long seconds before it stops.', ['30', 'seconds'], ['30 long seconds']],
  ['does not join over more', 'The queue in the old hall has a limit.', ['queue', 'limit'], ['queue', 'limit']],
  [
    'widens to whole words',
    'They don’t ever run getSchemaController twice.',
    ['Schema', 'don'],
    ['getSchemaController', 'don’t'],
  ],
  ['leaves out empty words at the ends', 'He saw the roof of the house burn down.', ['the roof of'], ['roof']],
  ['needs a word with content', 'It is on the one that we have over there.', ['It is', 'over'], ['over']],
  ['takes Chinese characters as they are', '公司的年假一共有十五天，从入职开始计算。', ['十五天'], ['十五天']],
  ['keeps a number with its point', 'The rate rose by 3.5 points over all.', ['3.5'], ['3.5']],
])('%s', (_what, text, valued, expected) => {
  expect([...keywords(text, valued)].sort()).toEqual([...expected].sort());
});

test('has at most twelve words, the best ones, and takes the first where all are alike', () => {
  const words = Array.from({ length: 30 }, (_, index) => `word${index}`).join(' ');
  const [alike] = keywords(words, []);
  expect(alike?.split(' ')).toEqual(Array.from({ length: 12 }, (_, index) => `word${index}`));
  const [best] = keywords(words, [words.slice(words.indexOf('word9'))]);
  expect(best?.split(' ').length).toBe(12);
});

test('the best unit comes first, the budget holds, and a unit without keywords falls back to its first tokens', () => {
  const text = 'Nothing much here today. The red fox sleeps now. Birds also fly sometimes.';
  const labelled = label(text, ['red fox', 'Birds'], [0.1, 0.9]);
  const ranked = rank(text, labelled);
  const select = (budget: number): readonly string[] =>
    selectKeywords(ranked, [{ text, labelled }], budget).map((span) => text.slice(span.startOffset, span.endOffset));
  expect(select(2)).toEqual(['red fox']);
  expect(select(3)).toEqual(['red fox', 'Birds']);
  expect(select(0)).toEqual([]);
  const empty = 'It is on.';
  const plain = label(empty, []);
  const kept = selectKeywords(rank(empty, plain), [{ text: empty, labelled: plain }], 2);
  expect(kept.map((span) => empty.slice(span.startOffset, span.endOffset))).toEqual(['It is']);
});

test('a unit of several lines is worth as much as its best stretch', () => {
  const text = 'first = 1\nsecond = 2\nthird = 3\nother = 4';
  const labelled = label(text, ['second = 2']);
  const winners = [0, text.indexOf('second'), text.indexOf('third'), text.indexOf('other')];
  labelled.starts.forEach((start, token) => {
    if (winners.includes(start)) labelled.logits[4 * token] = labelled.logits[4 * token + 1] ?? 0;
  });
  const ranker = new UnitRanker({ question: '', granularity: 'block' });
  const unit = { isKeepable: true, isHeading: false, heading: -1 };
  const half = text.indexOf('third');
  ranker.add(0, text, labelled, [
    { ...unit, startOffset: 0, endOffset: half - 1 },
    { ...unit, startOffset: half, endOffset: text.length },
  ]);
  const [best, rest] = ranker.rank();
  expect(best?.startOffset).toBe(0);
  expect(best?.criticScore).toBeCloseTo(0.9);
  expect(rest?.criticScore).toBeCloseTo(0.2);
});

/** Spans, tokens and labels as properties of random texts with characters above U+FFFF. */
import { expect, test } from 'vitest';
import { repairReach, SpanChecker } from '../../../server/src/critic/span-check';
import { labelSpans } from '../../../server/src/critic/span-labels';
import { countWordTokens, cutWordTokens } from '../../../server/src/critic/word-tokens';
import { createRandom } from './critic-fixtures';
import { markedTexts, winners } from './remote-critic-bench';

const pieces = [
  ...[
    'ferry',
    'Pier',
    'x1',
    '年',
    '假',
    '天',
    'ナ',
    '👩🏽‍💻',
    '🚢',
    '𠀀',
    '𝒜',
    'é',
    'e\u0301',
    '\u0301',
    '.',
    '。',
    '"',
    '_',
    '\u200b',
  ],
  ...[' ', '  ', '\n', '\r\n', '\t', '\u3000', '\u00a0', '\ufeff', '\u0085', '\u001c', '\u2028'],
];
const random = createRandom(11);
const below = (limit: number): number => Math.floor(random() * limit);
const createText = (): string => Array.from({ length: below(120) }, () => pieces[below(pieces.length)]).join('');
/** As Python strips a string. */
const strip = (text: string): string => text.replace(/^[\s\u001c-\u001f\u0085]+|[\s\u001c-\u001f\u0085]+$/g, '');

test('a true span is placed at its own text, whatever stands before it', () => {
  let [placed, astral] = [0, 0];
  for (let round = 0; round < 4_000; round++) {
    const text = createText();
    const points = [...text];
    const start = below(points.length + 1);
    const end = start + below(points.length + 1 - start);
    const kept = strip(points.slice(start, end).join(''));
    const range = new SpanChecker(text).place({ text: kept, start, end });
    if (kept === '') {
      expect(range).toBeUndefined();
      continue;
    }
    const before = points.slice(0, start).join('').length;
    const startOffset = text.indexOf(kept, before);
    expect(range).toEqual({ startOffset, endOffset: startOffset + kept.length, isRepaired: false });
    placed++;
    if (before > start) astral++;
  }
  expect(placed).toBeGreaterThan(3_000);
  expect(astral).toBeGreaterThan(2_000);
});

test('what is placed by any offsets has the text of the span, and stands no farther away than the reach', () => {
  let [repaired, rejected] = [0, 0];
  for (let round = 0; round < 4_000; round++) {
    const text = createText();
    const points = [...text];
    const start = below(points.length + 1);
    const end = Math.min(points.length, start + 1 + below(20));
    const kept = strip(points.slice(start, end).join(''));
    const [from, to] = [start + below(200) - 100, end + below(200) - 100];
    const range = new SpanChecker(text).place({ text: kept, start: from, end: to });
    if (!range) {
      rejected++;
      continue;
    }
    const ink = (part: string): string => part.replace(/[\s\u001c-\u001f\u0085]+/g, '');
    expect(ink(text.slice(range.startOffset, range.endOffset))).toBe(ink(kept));
    expect(strip(text.slice(range.startOffset, range.endOffset))).toBe(text.slice(range.startOffset, range.endOffset));
    const claimed = ink(points.slice(0, Math.max(0, from)).join('')).length;
    expect(Math.abs(ink(text.slice(0, range.startOffset)).length - claimed)).toBeLessThanOrEqual(repairReach);
    if (range.isRepaired) repaired++;
  }
  expect(repaired).toBeGreaterThan(300);
  expect(rejected).toBeGreaterThan(300);
});

test('half a surrogate pair never matches the half of a character', () => {
  const checker = new SpanChecker('a🚢b');
  for (const half of ['\ud83d', '\udea2']) {
    expect(checker.place({ text: half, start: 1, end: 2 })).toBeUndefined();
  }
  expect(checker.place({ text: '🚢', start: 1, end: 2 })).toEqual({ startOffset: 1, endOffset: 3, isRepaired: false });
});

test('tokens are sorted, apart, within bounds, and cover all that is not white space', () => {
  for (let round = 0; round < 2_000; round++) {
    const text = createText();
    const { starts, ends } = cutWordTokens(text);
    let [rest, before] = ['', 0];
    starts.forEach((start, token) => {
      const end = ends[token] ?? 0;
      expect(start).toBeGreaterThanOrEqual(before);
      expect(end).toBeGreaterThan(start);
      expect(text.slice(start, end)).toBe(text.slice(start, end).toWellFormed());
      rest += text.slice(before, start);
      before = end;
    });
    expect((rest + text.slice(before)).trim()).toBe('');
    expect(countWordTokens(text)).toBe(starts.length);
  }
});

test('tokens are runs of letters and digits, single CJK characters and single signs; long runs are cut', () => {
  const cut = (text: string): readonly string[] => {
    const { starts, ends } = cutWordTokens(text);
    return [...starts].map((start, token) => text.slice(start, ends[token]));
  };
  expect(cut('The body_limit2 is 1.5 MiB。年假ナイス🚢!')).toEqual(
    'The body _ limit2 is 1 . 5 MiB 。 年 假 ナ イ ス 🚢 !'.split(' '),
  );
  expect(cut('x'.repeat(40)).map((token) => token.length)).toEqual([16, 16, 8]);
  expect(countWordTokens('x'.repeat(500_000))).toBe(31_250);
});

test('labels begin with B, go on with I, end with E, and join what overlaps', () => {
  const text = 'one two three four five six';
  const labelOf = (...ranges: readonly (readonly [number, number])[]): string =>
    winners(
      labelSpans(
        'c',
        text,
        ranges.map(([startOffset, endOffset]) => ({ startOffset, endOffset })),
      ),
    );
  expect(labelOf()).toBe('OOOOOO');
  expect(labelOf([4, 7])).toBe('OBOOOO');
  expect(labelOf([4, 13])).toBe('OBEOOO');
  expect(labelOf([0, 27])).toBe('BIIIIE');
  expect(labelOf([14, 18], [0, 7])).toBe('BEOBOO');
  expect(labelOf([0, 7], [8, 18])).toBe('BEBEOO');
  expect(labelOf([0, 7], [4, 18])).toBe('BIIEOO');
  expect(labelOf([5, 9])).toBe('OBEOOO');
});

test('labels mark exactly the tokens that a span touches', () => {
  for (let round = 0; round < 2_000; round++) {
    const text = createText();
    const startOffset = below(text.length + 1);
    const endOffset = startOffset + below(text.length + 1 - startOffset);
    const labelled = labelSpans('c', text, startOffset < endOffset ? [{ startOffset, endOffset }] : []);
    const { starts, ends } = labelled;
    const expected = [...starts].map((start, token) => start < endOffset && (ends[token] ?? 0) > startOffset);
    expect([...winners(labelled)].map((winner) => winner !== 'O')).toEqual(
      expected.map((isTouched) => isTouched && startOffset < endOffset),
    );
    expect(markedTexts(text, labelled).length).toBe(
      expected.some((isTouched) => isTouched) && startOffset < endOffset ? 1 : 0,
    );
  }
});

/** The head: the same scores as training computes, on made-up figures. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseUnitHead, sumOfZScores } from '../../../server/src/critic/unit-head';

interface Fixture {
  readonly scorer: unknown;
  readonly cases: readonly {
    readonly texts: readonly string[];
    readonly heads: readonly string[];
    readonly asked: readonly string[];
    readonly found: readonly number[];
    readonly contexts: readonly number[];
    readonly critic: readonly number[];
    readonly bm25: readonly number[];
    readonly further: readonly (readonly number[])[];
    readonly probabilities: readonly number[];
    readonly expected: Readonly<Record<'first' | 'second' | 'last', readonly number[]>>;
  }[];
}

const { scorer, cases }: Fixture = JSON.parse(readFileSync(resolve('test/fixtures/critic/head.json'), 'utf8'));

describe('the head', () => {
  it.each(cases.map((made, place) => [place, made] as const))('scores like training, case %d', (_place, made) => {
    const { texts, heads, contexts, found, expected } = made;
    const [critic, bm25] = [Float64Array.from(made.critic), Float64Array.from(made.bm25)];
    const further = made.further.map((values) => Float64Array.from(values));
    const head = parseUnitHead(scorer);
    const figures = { texts, heads, contexts, asked: new Set(made.asked), found, critic, bm25 };
    for (const [scores, wanted] of [
      [head.score({ ...figures, further: [] }), expected.first],
      [head.score({ ...figures, further: further.slice(0, 1) }), expected.second],
      [head.score({ ...figures, further }), expected.last],
    ] as const) {
      expect(scores.length).toBe(texts.length);
      scores.forEach((score, unit) => expect(score).toBeCloseTo(wanted[unit] ?? NaN, 4));
    }
    const probabilities = head.probabilities?.(Float64Array.from(expected.last), critic) ?? [];
    probabilities.forEach((value, unit) => expect(value).toBeCloseTo(made.probabilities[unit] ?? NaN, 5));
    expect(probabilities).toHaveLength(texts.length);
  });

  it('says what is wrong with a file of another form', () => {
    for (const bad of [
      null,
      {},
      { first: {}, last: {} },
      { ...Object(scorer), last: Object(scorer).first },
      { ...Object(scorer), probability: { weights: [1, 2, 3], bias: 0 } },
    ]) {
      expect(() => parseUnitHead(bad)).toThrow('scorer.json is damaged');
    }
  });

  it('is the sum of z-scores for a critic without one', () => {
    const where = { texts: ['a', 'b'], heads: ['', ''], contexts: [0, 0], asked: new Set<string>() };
    const figures = { ...where, further: [], found: [] };
    const scores = sumOfZScores.score({ ...figures, critic: Float64Array.of(0, 2), bm25: Float64Array.of(5, 1) });
    expect([...scores]).toEqual([0, 0]);
  });
});

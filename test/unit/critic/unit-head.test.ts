/** The head: the same scores as training computes, on made-up figures. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseUnitHead, sumOfZScores } from '../../../server/src/critic/unit-head';

interface Fixture {
  readonly scorer: unknown;
  readonly cases: readonly {
    readonly texts: readonly string[];
    readonly families: readonly string[];
    readonly contexts: readonly number[];
    readonly critic: readonly number[];
    readonly bm25: readonly number[];
    readonly further: readonly (readonly number[])[];
    readonly expected: { readonly first: readonly number[]; readonly last: readonly number[] };
  }[];
}

const { scorer, cases }: Fixture = JSON.parse(readFileSync(resolve('test/fixtures/critic/head.json'), 'utf8'));

describe('the head', () => {
  it.each(cases.map((made, place) => [place, made] as const))('scores like training, case %d', (_place, made) => {
    const { texts, families, contexts, expected } = made;
    const [critic, bm25] = [Float64Array.from(made.critic), Float64Array.from(made.bm25)];
    const further = made.further.map((values) => Float64Array.from(values));
    const head = parseUnitHead(scorer);
    const figures = { texts, families, contexts, critic, bm25 };
    for (const [scores, wanted] of [
      [head({ ...figures, further: [] }), expected.first],
      [head({ ...figures, further }), expected.last],
    ] as const) {
      expect(scores.length).toBe(texts.length);
      scores.forEach((score, unit) => expect(score).toBeCloseTo(wanted[unit] ?? NaN, 4));
    }
  });

  it('says what is wrong with a file of another form', () => {
    for (const bad of [null, {}, { first: {}, last: {} }, { ...Object(scorer), last: Object(scorer).first }]) {
      expect(() => parseUnitHead(bad)).toThrow('scorer.json is damaged');
    }
  });

  it('is the sum of z-scores for a critic without one', () => {
    const figures = { texts: ['a', 'b'], families: ['', ''], contexts: [0, 0], further: [] };
    const scores = sumOfZScores({ ...figures, critic: Float64Array.of(0, 2), bm25: Float64Array.of(5, 1) });
    expect([...scores]).toEqual([0, 0]);
  });
});

/** The head: the same scores as training computes, on made-up figures. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseCandidates, parseUnitHead, sumOfZScores } from '../../../server/src/critic/unit-head';

interface Fixture {
  readonly scorer: unknown;
  readonly cases: readonly {
    readonly texts: readonly string[];
    readonly families: readonly string[];
    readonly contexts: readonly number[];
    readonly critic: readonly number[];
    readonly bm25: readonly number[];
    readonly further: readonly (readonly number[])[];
    /** By pass: places that the joint layers read, and the relevance of each unit, null where they did not. */
    readonly candidates: readonly (readonly number[])[];
    readonly relevances: readonly (readonly (number | null)[])[];
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
    const joint = made.relevances.map((values, pass) => {
      const own = pass === 0 ? new Float64Array(texts.length) : (further[pass - 1] ?? new Float64Array());
      expect(chooseCandidates(critic, bm25, own)).toEqual(made.candidates[pass]);
      const relevance = Float64Array.from(values, (value) => value ?? NaN);
      return head.jointScores?.({ critic, bm25, further: own, relevance }) ?? new Float64Array();
    });
    for (const [scores, wanted] of [
      [head.score({ ...figures, further: [], joint: [] }), expected.first],
      [head.score({ ...figures, further, joint }), expected.last],
    ] as const) {
      expect(scores.length).toBe(texts.length);
      scores.forEach((score, unit) => expect(score).toBeCloseTo(wanted[unit] ?? NaN, 4));
    }
  });

  it('says what is wrong with a file of another form', () => {
    for (const bad of [
      null,
      {},
      { first: {}, last: {} },
      { ...Object(scorer), last: Object(scorer).first },
      { ...Object(scorer), shares: [1] },
    ]) {
      expect(() => parseUnitHead(bad)).toThrow('scorer.json is damaged');
    }
  });

  it('is the sum of z-scores for a critic without one', () => {
    const figures = { texts: ['a', 'b'], families: ['', ''], contexts: [0, 0], further: [], joint: [] };
    const scores = sumOfZScores.score({ ...figures, critic: Float64Array.of(0, 2), bm25: Float64Array.of(5, 1) });
    expect([...scores]).toEqual([0, 0]);
  });
});

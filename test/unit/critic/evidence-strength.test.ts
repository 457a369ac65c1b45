/** How strong evidence is: more where a unit stands out and holds the words of the question, and none without units. */
import { expect, it } from 'vitest';
import { evidenceStrength } from '../../../server/src/critic/evidence-strength';
import type { RankedUnit } from '../../../server/src/critic/unit-ranker';

const question = 'When was the old bridge at Corrie built?';
const answers = 'The old bridge at Corrie was built in 1871.';
const misses = 'The new harbour at Aldmouth opened in 1902.';

function unit(text: string, criticScore: number): RankedUnit {
  const range = { startOffset: 0, endOffset: text.length, firstToken: 0, lastToken: 9 };
  const scores = { criticScore, bm25Score: 1, score: criticScore, probability: criticScore };
  return { contextId: text, contextPlace: 0, unitPlace: 0, isHeading: false, isKeepable: true, ...range, ...scores };
}

const strength = (text: string, ...values: readonly number[]): number | null =>
  evidenceStrength(question, values.map((value) => unit(text, value)), [text]); // prettier-ignore

it('is high for a sentence that stands out and has the words of the question, low for a near miss', () => {
  expect(strength(answers, 0.85, 0.5, 0.3, 0.2, 0.2)).toBeGreaterThan(0.7);
  expect(strength(misses, 0.55, 0.5, 0.4, 0.35, 0.3)).toBeLessThan(0.3);
});

it('grows with the value of the best unit and with the words of the question in it', () => {
  const weak = strength(misses, 0.5, 0.4) ?? 1;
  expect(strength(misses, 0.7, 0.4)).toBeGreaterThan(weak);
  expect(strength(answers, 0.5, 0.4)).toBeGreaterThan(weak);
});

it('is unknown without units', () => {
  expect(evidenceStrength(question, [], [])).toBeNull();
});

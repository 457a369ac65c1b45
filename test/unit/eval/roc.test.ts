/** AUC and calibration error against cases computed by hand. */
import { expect, test } from 'vitest';
import { areaUnderRoc, calibrationError, type Prediction } from '../../../server/src/eval/roc';

function predict(positives: readonly number[], negatives: readonly number[]): readonly Prediction[] {
  return [
    ...negatives.map((probability) => ({ probability, isPositive: false })),
    ...positives.map((probability) => ({ probability, isPositive: true })),
  ];
}

test.each<[what: string, positives: number[], negatives: number[], auc: number | null]>([
  ['all right', [0.9, 0.8], [0.1, 0.2, 0.3], 1],
  ['all wrong', [0.1], [0.2, 0.9], 0],
  ['all alike', [0.5, 0.5], [0.5], 0.5],
  // 0.9 wins 4 of 4, 0.8 wins 4, 0.6 wins 2 and ties 2, 0.4 wins 2: 13 of 16.
  ['some ties', [0.9, 0.4, 0.8, 0.6], [0.2, 0.6, 0.1, 0.6], 13 / 16],
  ['one kind only', [0.9], [], null],
])('the area under the curve: %s', (_what, positives, negatives, auc) => {
  expect(areaUnderRoc(predict(positives, negatives))).toBe(auc);
});

test.each<[what: string, positives: number[], negatives: number[], error: number | null]>([
  ['certain and right', [1, 1], [0], 0],
  ['certain and wrong', [0], [1], 1],
  // One bin, said 0.75, so 3 of 4.
  ['right on average', [0.72, 0.78, 0.75], [0.75], 0],
  // Bin 0: 2 cases, said 0.05, so 0.5. Bin 9: 2 cases, said 0.95, so 1. (2 × 0.45 + 2 × 0.05) / 4.
  ['two bins', [0.05, 0.94, 0.96], [0.05], 0.25],
  // Just above and just below an edge do not make up for each other.
  ['an edge', [0.55], [0.45], 0.45],
  ['nothing', [], [], null],
])('the calibration error: %s', (_what, positives, negatives, error) => {
  const found = calibrationError(predict(positives, negatives));
  if (error === null) expect(found).toBeNull();
  else expect(found).toBeCloseTo(error, 12);
});

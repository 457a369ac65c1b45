/** How well a probability tells two kinds of cases apart (AUC), and whether it means what it says (calibration error). */
export interface Prediction {
  /** From 0 to 1. */
  readonly probability: number;
  readonly isPositive: boolean;
}

/**
 * Area under the ROC curve: how often a positive case has a higher probability than a negative one, ties counted half.
 * Null where there are none of either kind. Sorts, so n log n.
 */
export function areaUnderRoc(predictions: readonly Prediction[]): number | null {
  const positives = predictions.filter(({ isPositive }) => isPositive).length;
  const negatives = predictions.length - positives;
  if (positives === 0 || negatives === 0) return null;
  const sorted = [...predictions].sort((left, right) => left.probability - right.probability);
  let [below, won] = [0, 0];
  for (let first = 0; first < sorted.length;) {
    const probability = sorted[first]?.probability;
    let [tiedPositives, end] = [0, first];
    for (; end < sorted.length && sorted[end]?.probability === probability; end++) {
      if (sorted[end]?.isPositive) tiedPositives++;
    }
    const tiedNegatives = end - first - tiedPositives;
    won += tiedPositives * (below + tiedNegatives / 2);
    below += tiedNegatives;
    first = end;
  }
  return won / (positives * negatives);
}

const binCount = 10;

/**
 * Expected calibration error: how far the share of positive cases lies from the mean probability, in ten bins of equal
 * width, weighted by the cases in each. Null where there are none.
 */
export function calibrationError(predictions: readonly Prediction[]): number | null {
  if (predictions.length === 0) return null;
  // Of each bin the sum of what was said minus what was so: cases times the distance of their means.
  const differences = new Float64Array(binCount);
  for (const { probability, isPositive } of predictions) {
    const bin = Math.min(binCount - 1, Math.floor(probability * binCount));
    differences[bin] = (differences[bin] ?? 0) + probability - (isPositive ? 1 : 0);
  }
  return differences.reduce((sum, difference) => sum + Math.abs(difference), 0) / predictions.length;
}

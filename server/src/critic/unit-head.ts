/**
 * From a unit's figures to its score: a weighted sum of them plus what a small network learned to add, whose output
 * started at zero (`training/train_head.py`). Pure and deterministic; linear in units.
 */
import {
  firstColumns,
  firstWidth,
  furtherColumns,
  furtherPasses,
  lastWidth,
  passScores,
  toZScores,
  type UnitFigures,
} from './unit-figures';

export interface UnitHead {
  /** After one pass, after two (which says what the third one asks with) or after all three. */
  score(figures: UnitFigures): Float64Array;
  /**
   * How probable it is that a unit helps to answer, from the scores of all units of the request and the critic's values of
   * the first pass. Without it a value counts as the logit of that.
   */
  probabilities?(scores: Float64Array, critic: Float64Array): Float64Array;
}

/** A weighted sum of the figures [1 × width] plus two layers, tanh between: inner [hidden × width], outer [1 × hidden]. */
export interface HeadWeights {
  readonly 'direct.weight': readonly (readonly number[])[];
  readonly 'inner.weight': readonly (readonly number[])[];
  readonly 'inner.bias': readonly number[];
  readonly 'outer.weight': readonly (readonly number[])[];
  readonly 'outer.bias': readonly number[];
}

/** For a critic without a head of its own. */
export const sumOfZScores: UnitHead = {
  score: (figures) => {
    const parts = [figures.critic, figures.bm25, ...figures.further].map(toZScores);
    return figures.critic.map((_, unit) => parts.reduce((sum, part) => sum + (part[unit] ?? 0), 0));
  },
};

/** @throws Error when the file is of another form. */
export function parseUnitHead(file: unknown): UnitHead {
  const first = readHead(file, 'first', firstWidth);
  const last = readHead(file, 'last', lastWidth);
  const calibration = readCalibration(field(file, 'probability'));
  return {
    score: (figures) => {
      const columns = firstColumns(figures);
      const early = new Float64Array(figures.critic.length);
      addScores(early, columns, first);
      if (figures.further.length < furtherPasses) return passScores(early, figures.further);
      // Both heads give listwise logits; the last one was learned on top of the first.
      const scores = early.slice();
      addScores(scores, [...columns, ...furtherColumns(figures, early)], last);
      return scores;
    },
    probabilities: (scores, critic) => toProbabilities(scores, critic, calibration),
  };
}

class DamagedHead extends Error {
  constructor() {
    super('The critic scorer.json is damaged; restore the file that came with Longfold.');
  }
}

interface Calibration {
  readonly weights: readonly number[];
  readonly bias: number;
}

function toProbabilities(scores: Float64Array, critic: Float64Array, { weights, bias }: Calibration): Float64Array {
  const best = scores.reduce((peak, score) => Math.max(peak, score), -Infinity);
  const all = logSum(scores);
  const size = Math.log(Math.max(1, scores.length)) - 4;
  return scores.map((score, unit) => {
    const figures = [score - best, score - all, 10 * ((critic[unit] ?? 0) - 0.8), size];
    return toProbability(figures.reduce((sum, figure, place) => sum + figure * (weights[place] ?? 0), bias));
  });
}

function logSum(values: Float64Array): number {
  const peak = values.reduce((most, value) => Math.max(most, value), -Infinity);
  return peak + Math.log(values.reduce((sum, value) => sum + Math.exp(value - peak), 0));
}

export function toProbability(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

/** Adds a head's score of each unit. Written without an array a unit: a long text has a hundred thousand of them. */
function addScores(scores: Float64Array, columns: readonly ArrayLike<number>[], head: HeadWeights): void {
  const direct = head['direct.weight'][0] ?? [];
  const outer = head['outer.weight'][0] ?? [];
  const row = new Float64Array(columns.length);
  for (let unit = 0; unit < scores.length; unit++) {
    let score = head['outer.bias'][0] ?? 0;
    columns.forEach((column, place) => {
      const value = Math.min(6, Math.max(-6, column[unit] ?? 0));
      row[place] = value;
      score += value * (direct[place] ?? 0);
    });
    head['inner.weight'].forEach((weights, hidden) => {
      let sum = head['inner.bias'][hidden] ?? 0;
      for (let place = 0; place < row.length; place++) sum += (row[place] ?? 0) * (weights[place] ?? 0);
      score += (outer[hidden] ?? 0) * Math.tanh(sum);
    });
    scores[unit] = (scores[unit] ?? 0) + score;
  }
}

function readCalibration(value: unknown): Calibration {
  const [weights, bias] = [field(value, 'weights'), field(value, 'bias')];
  if (!isRow(weights) || weights.length !== 4 || typeof bias !== 'number') throw new DamagedHead();
  return { weights, bias };
}

function readHead(file: unknown, stage: string, width: number): HeadWeights {
  const head = field(file, stage);
  const direct = field(head, 'direct.weight');
  const inner = field(head, 'inner.weight');
  const outer = field(head, 'outer.weight');
  const [innerBias, outerBias] = [field(head, 'inner.bias'), field(head, 'outer.bias')];
  const areMatrices = isMatrix(direct) && isMatrix(inner) && isMatrix(outer);
  if (!areMatrices || !isRow(innerBias) || !isRow(outerBias) || inner[0]?.length !== width) {
    throw new DamagedHead();
  }
  return {
    'direct.weight': direct,
    'inner.weight': inner,
    'inner.bias': innerBias,
    'outer.weight': outer,
    'outer.bias': outerBias,
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function isRow(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'number' && Number.isFinite(entry));
}

function isMatrix(value: unknown): value is readonly (readonly number[])[] {
  return Array.isArray(value) && value.length > 0 && value.every(isRow);
}

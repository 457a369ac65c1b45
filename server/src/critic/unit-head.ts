/**
 * From a unit's figures to its score: a weighted sum of them plus what a small network learned to add, whose output
 * started at zero (`training/train_head.py`). Pure and deterministic; linear in units.
 */

/** One entry a unit of the request, in the order of the text; all lists have the same length. */
export interface UnitFigures {
  readonly texts: readonly string[];
  /** Context and head that a unit stands under: equal keys are one family. */
  readonly families: readonly string[];
  /** Place of the unit's context; neighbours share it. */
  readonly contexts: readonly number[];
  readonly critic: Float64Array;
  readonly bm25: Float64Array;
  /** The critic's values of the second and third pass, whose questions hold what was found; empty before them. */
  readonly further: readonly Float64Array[];
  /** What `jointScores` made of each of the three passes; empty before them. */
  readonly joint: readonly Float64Array[];
}

export interface UnitHead {
  score(figures: UnitFigures): Float64Array;
  /**
   * Listwise logits of a pass: shares of critic, BM25 and the pass's own critic values, plus the joint layers'
   * relevance. Units that they did not read (NaN) count as the least relevant that they did.
   */
  jointScores?(pass: JointFigures): Float64Array;
}

/** One entry a unit. `further` is empty in the first pass. */
export interface JointFigures {
  readonly critic: Float64Array;
  readonly bm25: Float64Array;
  readonly further: Float64Array;
  readonly relevance: Float64Array;
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
  const last = readHead(file, 'last', firstWidth + furtherPasses + jointPasses);
  const shares = field(file, 'shares');
  if (!isRow(shares) || shares.length !== 3) throw new DamagedHead();
  return {
    score: (figures) => {
      const columns = toColumns(figures);
      const scores = new Float64Array(figures.critic.length);
      addScores(scores, columns.slice(0, firstWidth), first);
      // Both heads give listwise logits; the last one was learned on top of the first.
      if (columns.length > firstWidth) addScores(scores, columns, last);
      return scores;
    },
    jointScores: ({ critic, bm25, further, relevance }) => {
      const columns = [critic, bm25, further].map(toZScores);
      const least = relevance.reduce((low, value) => (value < low ? value : low), Infinity);
      return relevance.map((value, unit) => {
        const sum = columns.reduce((total, column, place) => total + (shares[place] ?? 0) * (column[unit] ?? 0), 0);
        return sum + (Number.isNaN(value) ? least : value);
      });
    },
  };
}

class DamagedHead extends Error {
  constructor() {
    super('The critic scorer.json is damaged; restore the file that came with Longfold.');
  }
}

/**
 * Places of the units that the joint layers read in a pass: the best third by the plain sum of z-scores, within bounds
 * that keep short texts whole and long ones affordable.
 */
export function chooseCandidates(critic: Float64Array, bm25: Float64Array, further: Float64Array): readonly number[] {
  const count = Math.min(mostCandidates, Math.max(leastCandidates, Math.ceil(critic.length / 3)));
  const [first, second, third] = [toZScores(critic), toZScores(bm25), toZScores(further)];
  const sums = first.map((value, unit) => value + (second[unit] ?? 0) + furtherShare * (third[unit] ?? 0));
  return [...sums.keys()].sort((left, right) => (sums[right] ?? 0) - (sums[left] ?? 0)).slice(0, count);
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

/** Passes after the first. */
export const furtherPasses = 2;
const jointPasses = furtherPasses + 1;
const furtherShare = 0.6;
const [leastCandidates, mostCandidates] = [24, 400];
const firstWidth = 15;
/** Units before and after one whose mean says whether a subject goes on there. */
const [nearReach, farReach] = [2, 8];

/** The columns of `figures` and `Passes.run` in `training/train_head.py`, in their order. */
function toColumns(figures: UnitFigures): readonly ArrayLike<number>[] {
  const { texts, families, contexts, critic, bm25, further, joint } = figures;
  const size = texts.length;
  const [criticZ, bm25Z] = [toZScores(critic), toZScores(bm25)];
  const best = Math.max(1e-6, largest(critic));
  const bestBm25 = Math.max(1e-6, largest(bm25));
  const mean = critic.reduce((sum, value) => sum + value, 0) / Math.max(1, size);
  return [
    criticZ,
    bm25Z,
    critic.map((value) => 10 * (value - best)),
    bm25.map((value) => value / bestBm25),
    betterNeighbour(criticZ, contexts),
    familyMeans(criticZ, families),
    texts.map((text) => Math.log(text.length / 100 + 0.01)),
    texts.map((text) => (text.match(/[\u3400-\u9fff]/g)?.length ?? 0) / Math.max(1, text.length)),
    new Float64Array(size).fill(Math.log(Math.max(1, size)) - 4),
    critic.map((value) => 10 * (value - mean)),
    meansAround(criticZ, contexts, nearReach),
    meansAround(criticZ, contexts, farReach),
    meansAround(bm25Z, contexts, farReach),
    new Float64Array(size).fill(3 * neighbourLikeness(criticZ, contexts)),
    new Float64Array(size).fill(3 * neighbourLikeness(bm25Z, contexts)),
    ...(joint.length === jointPasses ? [...further.map(toZScores), ...joint.map(belowBest)] : []),
  ];
}

function belowBest(values: Float64Array): Float64Array {
  const best = largest(values);
  return values.map((value) => (value - best) / 3);
}

/** Mean over the units up to `reach` places before and after, in the same context. */
function meansAround(values: Float64Array, contexts: readonly number[], reach: number): Float64Array {
  const means = new Float64Array(values.length);
  for (let start = 0; start < values.length;) {
    let end = start + 1;
    while (end < values.length && contexts[end] === contexts[start]) end++;
    const sums = new Float64Array(end - start + 1);
    for (let unit = start; unit < end; unit++) sums[unit - start + 1] = (sums[unit - start] ?? 0) + (values[unit] ?? 0);
    for (let unit = start; unit < end; unit++) {
      const [low, high] = [Math.max(0, unit - start - reach), Math.min(end - start, unit - start + reach + 1)];
      means[unit] = ((sums[high] ?? 0) - (sums[low] ?? 0)) / (high - low);
    }
    start = end;
  }
  return means;
}

/** Mean product of neighbours' values: how much a subject goes on from unit to unit. */
function neighbourLikeness(values: Float64Array, contexts: readonly number[]): number {
  let [sum, count] = [0, 0];
  for (let unit = 0; unit + 1 < values.length; unit++) {
    if (contexts[unit] !== contexts[unit + 1]) continue;
    sum += (values[unit] ?? 0) * (values[unit + 1] ?? 0);
    count++;
  }
  return count === 0 ? 0 : sum / count;
}

function largest(values: Float64Array): number {
  return values.reduce((peak, value) => Math.max(peak, value), -Infinity);
}

function betterNeighbour(values: Float64Array, contexts: readonly number[]): Float64Array {
  return values.map((_, unit) =>
    [unit - 1, unit + 1].reduce(
      (peak, other) => (contexts[other] === contexts[unit] ? Math.max(peak, values[other] ?? -1) : peak),
      -1,
    ),
  );
}

function familyMeans(values: Float64Array, families: readonly string[]): Float64Array {
  const sums = new Map<string, { total: number; count: number }>();
  families.forEach((family, unit) => {
    const sum = sums.get(family) ?? { total: 0, count: 0 };
    sums.set(family, { total: sum.total + (values[unit] ?? 0), count: sum.count + 1 });
  });
  return values.map((_, unit) => {
    const sum = sums.get(families[unit] ?? '');
    return sum === undefined ? 0 : sum.total / sum.count;
  });
}

export function toZScores(values: ArrayLike<number>): Float64Array {
  const all = Float64Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / Math.max(1, all.length);
  const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, all.length);
  const deviation = Math.sqrt(variance);
  return all.map((value) => (deviation > 1e-9 ? (value - mean) / deviation : 0));
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

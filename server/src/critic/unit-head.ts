/**
 * From a unit's figures to its score: the sum of z-scores (critic, BM25, further passes) plus what a small network learned
 * to add, whose output started at zero (`training/train_head.py`). Pure and deterministic; linear in units.
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
}

export type UnitHead = (figures: UnitFigures) => Float64Array;

/** Two layers, tanh between: inner [hidden × width], outer [1 × hidden]. */
export interface HeadWeights {
  readonly 'inner.weight': readonly (readonly number[])[];
  readonly 'inner.bias': readonly number[];
  readonly 'outer.weight': readonly (readonly number[])[];
  readonly 'outer.bias': readonly number[];
}

/** For a critic without a head of its own. */
export const sumOfZScores: UnitHead = (figures) => {
  const parts = [figures.critic, figures.bm25, ...figures.further].map(toZScores);
  return figures.critic.map((_, unit) => parts.reduce((sum, part) => sum + (part[unit] ?? 0), 0));
};

/** @throws Error when the file is of another form. */
export function parseUnitHead(file: unknown): UnitHead {
  const first = readHead(file, 'first', firstWidth);
  const last = readHead(file, 'last', firstWidth + furtherPasses);
  return (figures) => {
    const columns = toColumns(figures);
    const head = figures.further.length === furtherPasses ? last : first;
    return figures.critic.map((_, unit) => scoreUnit(columns, unit, head));
  };
}

function scoreUnit(columns: readonly ArrayLike<number>[], unit: number, head: HeadWeights): number {
  const row = columns.map((column) => Math.min(6, Math.max(-6, column[unit] ?? 0)));
  const further = row.slice(firstWidth).reduce((sum, value) => sum + value, 0);
  let score = (row[0] ?? 0) + (row[1] ?? 0) + furtherShare * further + (head['outer.bias'][0] ?? 0);
  head['inner.weight'].forEach((weights, hidden) => {
    const sum = row.reduce((total, value, column) => total + value * (weights[column] ?? 0), 0);
    score += (head['outer.weight'][0]?.[hidden] ?? 0) * Math.tanh(sum + (head['inner.bias'][hidden] ?? 0));
  });
  return score;
}

/** Passes after the first, and what each counts beside it before training. */
export const furtherPasses = 2;
const furtherShare = 0.6;
const firstWidth = 10;

/** The columns of `figures` in `training/train_head.py`, in its order. */
function toColumns({ texts, families, contexts, critic, bm25, further }: UnitFigures): readonly ArrayLike<number>[] {
  const size = texts.length;
  const criticZ = toZScores(critic);
  const best = Math.max(1e-6, largest(critic));
  const bestBm25 = Math.max(1e-6, largest(bm25));
  const mean = critic.reduce((sum, value) => sum + value, 0) / Math.max(1, size);
  return [
    criticZ,
    toZScores(bm25),
    critic.map((value) => 10 * (value - best)),
    bm25.map((value) => value / bestBm25),
    betterNeighbour(criticZ, contexts),
    familyMeans(criticZ, families),
    texts.map((text) => Math.log(text.length / 100 + 0.01)),
    texts.map((text) => (text.match(/[\u3400-\u9fff]/g)?.length ?? 0) / Math.max(1, text.length)),
    new Float64Array(size).fill(Math.log(Math.max(1, size)) - 4),
    critic.map((value) => 10 * (value - mean)),
    ...(further.length === furtherPasses ? further.map(toZScores) : []),
  ];
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
  const inner = field(head, 'inner.weight');
  const outer = field(head, 'outer.weight');
  const [innerBias, outerBias] = [field(head, 'inner.bias'), field(head, 'outer.bias')];
  if (!isMatrix(inner) || !isMatrix(outer) || !isRow(innerBias) || !isRow(outerBias) || inner[0]?.length !== width) {
    throw new Error('The critic scorer.json is damaged; restore the file that came with Longfold.');
  }
  return { 'inner.weight': inner, 'inner.bias': innerBias, 'outer.weight': outer, 'outer.bias': outerBias };
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

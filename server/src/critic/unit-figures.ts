/**
 * What the head knows of a unit: values of the critic, BM25 and the passes, where the unit stands, and what its head names.
 * The same as `training/unit_figures.py`. Pure and deterministic; linear in units.
 */
import { askedWords } from './bm25';

/** One entry a unit of the request, in the order of the text; all lists have the same length. */
export interface UnitFigures {
  readonly texts: readonly string[];
  /** What a unit stands under; empty when nothing. */
  readonly heads: readonly string[];
  /** Place of the unit's context; neighbours share it. */
  readonly contexts: readonly number[];
  /** The words that the question asks for. */
  readonly asked: ReadonlySet<string>;
  readonly critic: Float64Array;
  readonly bm25: Float64Array;
  /** The critic's values of the second and third pass, whose questions hold what was found; empty before them. */
  readonly further: readonly Float64Array[];
  /** Places of the units that the questions of the further passes held. */
  readonly found: readonly number[];
}

/** Passes after the first. */
export const furtherPasses = 2;
/** Of what the further passes say, beside the first head's score, when the next found unit is chosen. */
const furtherShare = 0.6;
/** Columns before the further passes, and after them. */
export const firstWidth = 17;
export const lastWidth = firstWidth + furtherPasses + 5;
/** Units before and after one whose mean says whether a subject goes on there. */
const [nearReach, farReach] = [2, 8];
/** The place under a head counts up to here: what comes first often says what the rest is about. */
const firstUnits = 8;

/** `firstWidth` columns, in the order of the training. */
export function firstColumns(figures: UnitFigures): readonly ArrayLike<number>[] {
  const { texts, heads, contexts, asked, critic, bm25 } = figures;
  const size = texts.length;
  const named = new Map([...new Set(heads)].map((head) => [head, shareOf(wordsOf(head), asked)]));
  const families = familiesOf(figures);
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
    texts.map(chineseShare),
    new Float64Array(size).fill(Math.log(Math.max(1, size)) - 4),
    critic.map((value) => 10 * (value - mean)),
    meansAround(criticZ, contexts, nearReach),
    meansAround(criticZ, contexts, farReach),
    meansAround(bm25Z, contexts, farReach),
    new Float64Array(size).fill(3 * neighbourLikeness(criticZ, contexts)),
    new Float64Array(size).fill(3 * neighbourLikeness(bm25Z, contexts)),
    Float64Array.from(heads, (head) => named.get(head) ?? 0),
    placesInFamily(families),
  ];
}

/** What the passes add to them, `lastWidth` in all. `early`: the first head's scores. */
export function furtherColumns(figures: UnitFigures, early: Float64Array): readonly ArrayLike<number>[] {
  const families = familiesOf(figures);
  const peers = bestOfOthers(belowBest(passScores(early, figures.further)), families);
  return [...figures.further.map(toZScores), belowBest(early), peers, ...links(figures, families)];
}

/** What the best unit so far is chosen by: the first head's scores and the further passes'. */
export function passScores(early: Float64Array, further: readonly Float64Array[]): Float64Array {
  const columns = further.map(toZScores);
  return early.map((score, unit) => columns.reduce((sum, column) => sum + furtherShare * (column[unit] ?? 0), score));
}

/** One number a unit: those under the same head in the same context have the same one. */
function familiesOf({ heads, contexts }: UnitFigures): Int32Array {
  const known = new Map<number, Map<string, number>>();
  let count = 0;
  return Int32Array.from(heads, (head, unit) => {
    const context = contexts[unit] ?? 0;
    const families = known.get(context) ?? new Map<string, number>();
    known.set(context, families);
    const family = families.get(head) ?? count++;
    families.set(head, family);
    return family;
  });
}

/** Counted without a list of the characters: a long text has a million of them. */
function chineseShare(text: string): number {
  let count = 0;
  for (let place = 0; place < text.length; place++) {
    const code = text.charCodeAt(place);
    if (code >= 0x3400 && code <= 0x9fff) count++;
  }
  return count / Math.max(1, text.length);
}

function belowBest(values: Float64Array): Float64Array {
  const best = largest(values);
  return values.map((value) => (value - best) / 3);
}

/** The best value of the other units under a unit's head; -2 where there are none. */
function bestOfOthers(values: Float64Array, families: Int32Array): Float64Array {
  const [first, second] = [values, values].map(({ length }) => new Float64Array(length).fill(-Infinity));
  if (!first || !second) return values;
  values.forEach((value, unit) => {
    const family = families[unit] ?? 0;
    const best = first[family] ?? -Infinity;
    second[family] = Math.max(second[family] ?? -Infinity, Math.min(best, value));
    first[family] = Math.max(best, value);
  });
  return values.map((value, unit) => {
    const family = families[unit] ?? 0;
    const other = (value === first[family] ? second : first)[family] ?? -Infinity;
    return Number.isFinite(other) ? other : -2;
  });
}

/**
 * For each unit: how much of its head is named in what was found under another one, how much of that one's head it
 * names itself, and whether something else under its head was found.
 */
function links({ texts, heads, found }: UnitFigures, families: Int32Array): readonly Float64Array[] {
  const [named, naming, home] = [texts, texts, texts].map(({ length }) => new Float64Array(length));
  if (!named || !naming || !home) return [];
  const headWords = new Map([...new Set(heads)].map((head) => [head, wordsOf(head)]));
  const all = found.map((place) => ({
    place,
    words: wordsOf(texts[place] ?? ''),
    head: headWords.get(heads[place] ?? '') ?? noWords,
  }));
  const isNamed = all.some(({ head }) => head.size > 0);
  texts.forEach((text, unit) => {
    // The words of all units at once would be most of the memory that a long text takes.
    const own = isNamed ? wordsOf(text) : noWords;
    for (const { place, words, head } of all) {
      if (families[unit] === families[place]) {
        if (unit !== place) home[unit] = 1;
        continue;
      }
      named[unit] = Math.max(named[unit] ?? 0, shareOf(headWords.get(heads[unit] ?? '') ?? noWords, words));
      naming[unit] = Math.max(naming[unit] ?? 0, shareOf(head, own));
    }
  });
  return [named, naming, home];
}

const noWords: ReadonlySet<string> = new Set();

function wordsOf(text: string): ReadonlySet<string> {
  return text === '' ? noWords : askedWords(text);
}

function shareOf(words: ReadonlySet<string>, others: ReadonlySet<string>): number {
  let shared = 0;
  for (const word of words) if (others.has(word)) shared++;
  return words.size === 0 ? 0 : shared / words.size;
}

function placesInFamily(families: Int32Array): Float64Array {
  const counts = new Int32Array(families.length);
  return Float64Array.from(families, (family) => {
    const count = counts[family] ?? 0;
    counts[family] = count + 1;
    return Math.min(count, firstUnits) / 4;
  });
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

function familyMeans(values: Float64Array, families: Int32Array): Float64Array {
  const sums = new Float64Array(values.length);
  const counts = new Int32Array(values.length);
  families.forEach((family, unit) => {
    sums[family] = (sums[family] ?? 0) + (values[unit] ?? 0);
    counts[family] = (counts[family] ?? 0) + 1;
  });
  return values.map((_, unit) => {
    const family = families[unit] ?? 0;
    return (sums[family] ?? 0) / Math.max(1, counts[family] ?? 0);
  });
}

export function toZScores(values: ArrayLike<number>): Float64Array {
  const all = values instanceof Float64Array ? values : Float64Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / Math.max(1, all.length);
  const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, all.length);
  const deviation = Math.sqrt(variance);
  return all.map((value) => (deviation > 1e-9 ? (value - mean) / deviation : 0));
}

/**
 * Ranks units by what the critic's logits say and by BM25, each as a z-score among the request's units, summed.
 * Passages are added as they are labelled, so evidence can be shown best-first while the rest is still being read.
 */
import type { Granularity } from '../../../protocol/trace-events';
import { createBm25Entry, scoreBm25, type Bm25Entry } from './bm25';
import type { LabelledContext } from './critic';
import { cutUnits, type TextUnit } from './units';

export interface RankedUnit {
  readonly contextId: string;
  /** Place of the context in the request, and of the unit in its context. */
  readonly contextPlace: number;
  readonly unitPlace: number;
  /** UTF-16 range in the context's text. */
  readonly startOffset: number;
  readonly endOffset: number;
  /** The unit's tokens are `firstToken … lastToken - 1` of its context, white space before it included. */
  readonly firstToken: number;
  readonly lastToken: number;
  readonly isHeading: boolean;
  readonly isKeepable: boolean;
  /** Value from the logits, BM25, and the sum of their z-scores. */
  readonly criticScore: number;
  readonly bm25Score: number;
  readonly score: number;
}

interface AddedUnit extends Omit<RankedUnit, 'bm25Score' | 'score'> {
  readonly words: Bm25Entry;
}

export class UnitRanker {
  readonly #contexts: (readonly AddedUnit[] | undefined)[] = [];

  constructor(
    private readonly question: string,
    private readonly granularity: Granularity,
  ) {}

  /**
   * `place` is the passage's place in the request: the ranking does not depend on the order of adding. `units` are
   * sorted and apart; by default the text is cut into them at the ranker's granularity.
   */
  add(place: number, text: string, labelled: LabelledContext, units = cutUnits(text, this.granularity)): void {
    let token = 0;
    this.#contexts[place] = units.map((unit, unitPlace) => {
      const firstToken = token;
      while (token < labelled.ends.length && (labelled.ends[token] ?? 0) <= unit.endOffset) token++;
      // A token that reaches over the unit's end counts with the unit that it ends in, except behind the last one.
      if (unitPlace === units.length - 1) token = labelled.ends.length;
      return {
        contextId: labelled.id,
        contextPlace: place,
        unitPlace,
        startOffset: unit.startOffset,
        endOffset: unit.endOffset,
        firstToken,
        lastToken: token,
        isHeading: unit.isHeading,
        isKeepable: unit.isKeepable,
        criticScore: scoreTokens(labelled.logits, firstToken, token),
        words: createBm25Entry(withHeading(text, units, unit)),
      };
    });
  }

  /** All units so far, best first; equal scores in the order of the text. Headings and the like come last. */
  rank(): readonly RankedUnit[] {
    const units = this.#contexts.flatMap((added) => added ?? []);
    const kept = units.filter((unit) => unit.isKeepable);
    const bm25 = scoreBm25(
      this.question,
      kept.map((unit) => unit.words),
    );
    const bm25Z = toZScores(bm25);
    const criticZ = toZScores(kept.map((unit) => unit.criticScore));
    const ranked = kept.map(({ words: _, ...unit }, index) => ({
      ...unit,
      bm25Score: bm25[index] ?? 0,
      score: (bm25Z[index] ?? 0) + (criticZ[index] ?? 0),
    }));
    const rest = units
      .filter((unit) => !unit.isKeepable)
      .map(({ words: _, ...unit }) => ({ ...unit, bm25Score: 0, score: -Infinity }));
    return [...ranked.sort((left, right) => right.score - left.score), ...rest];
  }
}

/** A heading's words count for every unit below it. */
function withHeading(text: string, units: readonly TextUnit[], unit: TextUnit): string {
  const heading = units[unit.heading];
  const own = text.slice(unit.startOffset, unit.endOffset);
  return heading ? `${text.slice(heading.startOffset, heading.endOffset)} ${own}` : own;
}

/**
 * The value of a range of tokens: max(B, I, E) - O, as a mean over each stretch that a winning B starts, and the best
 * of these stretches, because a paragraph is worth as much as its best sentence. No tokens are worth nothing.
 */
function scoreTokens(logits: Float32Array, first: number, last: number): number {
  let best = -Infinity;
  let [sum, count] = [0, 0];
  const close = (): void => {
    if (count > 0) best = Math.max(best, sum / count);
    [sum, count] = [0, 0];
  };
  for (let token = first; token < last; token++) {
    const [b, i, o, e] = logits.subarray(4 * token, 4 * token + 4);
    const inside = Math.max(b ?? 0, i ?? 0, e ?? 0);
    if (inside === b && b > (o ?? 0)) close();
    sum += inside - (o ?? 0);
    count++;
  }
  close();
  return Number.isFinite(best) ? best : 0;
}

function toZScores(values: ArrayLike<number>): Float64Array {
  const all = Float64Array.from(values);
  const mean = all.reduce((sum, value) => sum + value, 0) / Math.max(1, all.length);
  const variance = all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, all.length);
  const deviation = Math.sqrt(variance);
  return all.map((value) => (deviation > 1e-12 ? (value - mean) / deviation : 0));
}

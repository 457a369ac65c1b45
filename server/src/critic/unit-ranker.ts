/**
 * Ranks units by what the critic's logits say and by BM25, put together by the critic's head. Passages are added as they
 * are labelled, so evidence can be shown best-first while the rest is still being read. Further passes, whose questions
 * hold the best units so far, find what only those lead to (the next hops of a chain).
 */
import type { Granularity } from '../../../protocol/trace-events';
import { askedWords, createBm25Entry, scoreBm25, type Bm25Entry } from './bm25';
import type { LabelledContext } from './critic';
import { sumOfZScores, toProbability, type UnitHead } from './unit-head';
import { findHeads, noHeads } from './unit-heads';
import { cutUnits, maxUnitLength, type TextUnit } from './units';

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
  /** Value from the logits of the first pass, BM25, and what the head makes of them. */
  readonly criticScore: number;
  readonly bm25Score: number;
  readonly score: number;
  /** That it helps to answer, 0 to 1; calibrated for the bundled critic. */
  readonly probability: number;
}

interface AddedUnit extends Omit<RankedUnit, 'bm25Score' | 'score' | 'probability'> {
  readonly words: Bm25Entry;
  readonly text: string;
  /** What the unit stands under; empty when nothing. */
  readonly head: string;
}

/** UTF-16 units of the best unit in the second question: a paragraph has no more, a large symbol would drown the question. */
const maxFoundLength = 4 * maxUnitLength;

/** How many more units make a new ranking worth it. A text's units are then ranked ten times each or so, however long it is. */
const newShare = 0.1;

export interface RankerOptions {
  readonly question: string;
  readonly granularity: Granularity;
  /** Default: the sum of z-scores. */
  readonly head?: UnitHead;
}

export class UnitRanker {
  readonly #contexts: (readonly AddedUnit[] | undefined)[] = [];
  /** Values of each further pass, by context and unit. */
  readonly #further: (readonly (readonly number[])[])[] = [];
  /** Places among the kept units of what the further passes ask with. */
  readonly #found: number[] = [];

  readonly #asked: ReadonlySet<string>;
  #unitCount = 0;
  #soFar: { readonly ranked: readonly RankedUnit[]; readonly unitCount: number } = { ranked: [], unitCount: 0 };

  constructor(private readonly options: RankerOptions) {
    this.#asked = askedWords(options.question);
  }

  /**
   * `place` is the passage's place in the request: the ranking does not depend on the order of adding. `units` are
   * sorted and apart; by default the text is cut into them at the ranker's granularity.
   */
  add(
    place: number,
    text: string,
    labelled: LabelledContext,
    units = cutUnits(text, this.options.granularity),
    heading = '',
  ): void {
    let token = 0;
    const { heads } = findHeads(text, units, { ...noHeads, heading });
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
        words: createBm25Entry(withHeading(text, units, unit), this.#asked),
        text: text.slice(unit.startOffset, unit.endOffset),
        head: heads[unitPlace] ?? '',
      };
    });
    this.#unitCount += units.length;
  }

  /**
   * Labels for the question of another pass, each at its context's place in the request. The units of a context that was
   * not asked again count as the least valuable that was.
   */
  addPass(labelled: ReadonlyMap<number, LabelledContext>): void {
    const values = this.#contexts.map((units, place) => {
      const logits = labelled.get(place)?.logits;
      return logits && units?.map(({ firstToken, lastToken }) => scoreTokens(logits, firstToken, lastToken));
    });
    const least = values.flatMap((own) => own ?? []).reduce((low, value) => Math.min(low, value), Infinity);
    this.#further.push(values.map((own, place) => own ?? (this.#contexts[place] ?? []).map(() => least)));
  }

  /** Places of the contexts with the best units so far, as many as have `maxLength` UTF-16 units together. */
  bestContexts(maxLength: number): readonly number[] {
    const places = new Set<number>();
    let length = 0;
    const units = this.#keptUnits();
    for (const unit of bestFirst(this.#score(units))) {
      const contextPlace = units[unit]?.contextPlace ?? 0;
      if (places.has(contextPlace)) continue;
      const own = this.#contexts[contextPlace]?.at(-1)?.endOffset ?? 0;
      if (length + own > maxLength) continue;
      places.add(contextPlace);
      length += own;
    }
    return [...places].sort((left, right) => left - right);
  }

  /**
   * What the question of the next pass says beside the question: the best unit of each pass so far with its head, none
   * twice. Call it once a pass. Null when there is nothing more to find.
   */
  foundText(): string | null {
    const units = this.#keptUnits();
    const scores = this.#score(units);
    if (units.length <= this.#found.length) return null;
    this.#found.push(placeOfBest(scores.map((score, place) => (this.#found.includes(place) ? -Infinity : score))));
    return this.#found.map((place) => describe(units[place])).join(' ');
  }

  #keptUnits(): readonly AddedUnit[] {
    return this.#contexts.flatMap((added) => added ?? []).filter((unit) => unit.isKeepable);
  }

  #valueOf({ contextPlace, unitPlace }: AddedUnit, pass: number): number {
    return this.#further[pass]?.[contextPlace]?.[unitPlace] ?? 0;
  }

  #score(kept: readonly AddedUnit[], bm25 = this.#scoreBm25(kept)): Float64Array {
    return (this.options.head ?? sumOfZScores).score({
      texts: kept.map((unit) => unit.text),
      heads: kept.map((unit) => unit.head),
      asked: this.#asked,
      contexts: kept.map((unit) => unit.contextPlace),
      critic: Float64Array.from(kept, (unit) => unit.criticScore),
      bm25,
      further: this.#further.map((_, pass) => Float64Array.from(kept, (unit) => this.#valueOf(unit, pass))),
      found: this.#found,
    });
  }

  #probabilities(kept: readonly AddedUnit[], scores: Float64Array): Float64Array {
    const critic = Float64Array.from(kept, (unit) => unit.criticScore);
    return this.options.head?.probabilities?.(scores, critic) ?? critic.map(toProbability);
  }

  #scoreBm25(kept: readonly AddedUnit[]): Float64Array {
    return scoreBm25(
      this.#asked,
      kept.map((unit) => unit.words),
    );
  }

  /**
   * The best units while passages come in. They are ranked anew once their number has grown by a share: after every batch of
   * a long text the rankings would take the square of its time.
   */
  rankSoFar(count: number): readonly RankedUnit[] {
    if (this.#unitCount > this.#soFar.unitCount * (1 + newShare)) {
      this.#soFar = { ranked: this.best(count), unitCount: this.#unitCount };
    }
    return this.#soFar.ranked;
  }

  /** All units so far, best first; equal scores in the order of the text. Headings and the like come last. */
  rank(): readonly RankedUnit[] {
    const rest = this.#contexts
      .flatMap((added) => added ?? [])
      .filter((unit) => !unit.isKeepable)
      .map((unit) => toRanked(unit, { bm25Score: 0, score: -Infinity, probability: 0 }));
    return [...this.best(Infinity), ...rest];
  }

  /** The best units so far, headings and the like left out. */
  best(count: number): readonly RankedUnit[] {
    const kept = this.#keptUnits();
    const bm25 = this.#scoreBm25(kept);
    const scores = this.#score(kept, bm25);
    const probabilities = this.#probabilities(kept, scores);
    const best = bestFirst(scores).subarray(0, Math.min(count, kept.length));
    return Array.from(best, (place) => kept[place]).flatMap((unit, rank) => {
      const place = best[rank] ?? 0;
      const values = { bm25Score: bm25[place] ?? 0, score: scores[place] ?? 0, probability: probabilities[place] ?? 0 };
      return unit ? [toRanked(unit, values)] : [];
    });
  }
}

/** Places of the scores from the highest down; equal ones in their order. */
function bestFirst(scores: Float64Array): Uint32Array {
  return Uint32Array.from(scores, (_, place) => place).sort(
    (left, right) => (scores[right] ?? 0) - (scores[left] ?? 0) || left - right,
  );
}

function placeOfBest(scores: Float64Array): number {
  return scores.indexOf(scores.reduce((peak, score) => Math.max(peak, score), -Infinity));
}

function describe(unit: AddedUnit | undefined): string {
  if (!unit) return '';
  const text = unit.text.slice(0, maxFoundLength);
  return unit.head === '' ? text : `${unit.head}: ${text}`;
}

/** Field by field: an object made by spreading takes three times the memory, and there is one a unit. */
function toRanked(
  unit: AddedUnit,
  { bm25Score, score, probability }: Pick<RankedUnit, 'bm25Score' | 'score' | 'probability'>,
): RankedUnit {
  return {
    contextId: unit.contextId,
    contextPlace: unit.contextPlace,
    unitPlace: unit.unitPlace,
    startOffset: unit.startOffset,
    endOffset: unit.endOffset,
    firstToken: unit.firstToken,
    lastToken: unit.lastToken,
    isHeading: unit.isHeading,
    isKeepable: unit.isKeepable,
    criticScore: unit.criticScore,
    bm25Score,
    score,
    probability,
  };
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
    const outside = logits[4 * token + 2] ?? 0;
    const begins = logits[4 * token] ?? 0;
    const inside = Math.max(begins, logits[4 * token + 1] ?? 0, logits[4 * token + 3] ?? 0);
    if (inside === begins && begins > outside) close();
    sum += inside - outside;
    count++;
  }
  close();
  return Number.isFinite(best) ? best : 0;
}

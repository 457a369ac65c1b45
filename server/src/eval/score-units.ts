/** The ways to rank a record's units that an evaluation compares: one score a unit, the best first to be kept. */
import type { RankedUnit } from '../critic/unit-ranker';
import type { TextUnit } from '../critic/units';
import { assertNever } from '../util/assert-never';
import { textWithHeading, type EvidenceUnits } from './evidence-units';
import type { EvidenceRecord } from './read-records';
import { inkInside } from './recall';
import { scoreReferenceBm25 } from './reference-bm25';
import { createSeededRandom } from './seeded-random';
import { countInk, trimRange, type TextRange } from './text-ranges';

export const evidenceMethods = ['bm25', 'critic', 'critic-2hop', 'random', 'oracle'] as const;
export type EvidenceMethod = (typeof evidenceMethods)[number];

/** The product's own ranking of given units, best first, those that are not keepable last. */
export type RankUnits = (
  request: {
    readonly question: string;
    readonly text: string;
    readonly units: readonly TextUnit[];
    readonly followsHops: boolean;
  },
  signal: AbortSignal,
) => Promise<readonly RankedUnit[]>;

export interface ScorerParts {
  readonly rankUnits: RankUnits;
  readonly seed: number;
  readonly signal: AbortSignal;
}

export function usesCritic(method: EvidenceMethod): boolean {
  return method === 'critic' || method === 'critic-2hop';
}

/** Scores one record by one method after another; what two methods share is done once. */
export class UnitScorer {
  constructor(
    private readonly record: EvidenceRecord,
    private readonly cut: EvidenceUnits,
    private readonly parts: ScorerParts,
  ) {}

  /** Scores against one gold, which only the oracle looks at. */
  async score(method: EvidenceMethod, gold: readonly TextRange[]): Promise<Float64Array> {
    const { record, cut, parts } = this;
    switch (method) {
      case 'bm25': {
        const texts = cut.units.map((unit) => textWithHeading(record.context, cut.headings, unit));
        return scoreReferenceBm25(record.question, texts, record.lang);
      }
      case 'critic':
        return this.#read(false);
      case 'critic-2hop':
        return this.#read(true);
      case 'random': {
        const random = createSeededRandom(parts.seed, record.id);
        return Float64Array.from(cut.units, random);
      }
      case 'oracle':
        return scoreOracle(record.context, cut.units, gold);
      default:
        return assertNever(method);
    }
  }

  async #read(followsHops: boolean): Promise<Float64Array> {
    const { record, cut, parts } = this;
    const { question, context: text } = record;
    const ranked = await parts.rankUnits({ question, text, units: toTextUnits(text, cut), followsHops }, parts.signal);
    const scores = new Map(ranked.map(({ startOffset, score }) => [startOffset, score]));
    return Float64Array.from(cut.units, ({ start }) => scores.get(start) ?? -Infinity);
  }
}

/**
 * The share of a unit that is gold: what a perfect critic would keep first. Of equal ones the larger goes first, which
 * fills a budget better.
 */
function scoreOracle(context: string, units: readonly TextRange[], gold: readonly TextRange[]): Float64Array {
  const sorted = [...gold].sort((left, right) => left.start - right.start);
  return Float64Array.from(units, (unit) => {
    const found = inkInside(context, unit, sorted);
    return found / countInk(context, unit) + found * 1e-9;
  });
}

/** Units and headings as the product's ranking takes them. Each unit may be kept: the rule counts lone brackets too. */
function toTextUnits(context: string, { units, headings }: EvidenceUnits): readonly TextUnit[] {
  const titles = headings.flatMap(({ start, end }) => trimRange(context, start, end) ?? []);
  const isHeading = new Set(titles);
  let heading = -1;
  return [...titles, ...units]
    .sort((left, right) => left.start - right.start)
    .map((range, place): TextUnit => {
      const offsets = { startOffset: range.start, endOffset: range.end };
      if (!isHeading.has(range)) return { ...offsets, isKeepable: true, isHeading: false, heading };
      heading = place;
      return { ...offsets, isKeepable: false, isHeading: true, heading: -1 };
    });
}

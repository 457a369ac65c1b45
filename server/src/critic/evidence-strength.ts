/**
 * How probable it is that the evidence of a question answers it, out of what the critic says of its units and of how much
 * of the question stands in the best of them: near misses have the question's words, but not beside what is asked for.
 */
import { askedWords } from './bm25';
import { toProbability } from './unit-head';
import type { RankedUnit } from './unit-ranker';

/** Null where there are no units. `texts`: the passages by their place. */
export function evidenceStrength(
  question: string,
  units: readonly RankedUnit[],
  texts: readonly string[],
): number | null {
  if (units.length === 0) return null;
  const { best, second, lead, coverage, passage } = strengthFigures(question, units, texts);
  const { weights, offset } = fitted;
  const values = weights.best * best + weights.second * second + weights.lead * lead;
  return toProbability(values + weights.coverage * coverage + weights.passage * passage + offset);
}

/** By `training/fit_abstention.mjs` on 114 training records of HotpotQA, CMRC 2018, 2WikiMultihopQA and QED. */
const fitted = {
  weights: { best: 4.52, second: 2.48, lead: 1.63, coverage: 4.51, passage: 0.44 },
  offset: -7.77,
} as const;

export interface StrengthFigures {
  /** The critic's values of the best two units. */
  readonly best: number;
  readonly second: number;
  /** How far the best stands above the middle one. */
  readonly lead: number;
  /** Shares of the question's words in the three units that are ranked first, and in the passage of the first. */
  readonly coverage: number;
  readonly passage: number;
}

/** `texts`: the passages by their place. */
export function strengthFigures(
  question: string,
  units: readonly RankedUnit[],
  texts: readonly string[],
): StrengthFigures {
  const values = units.map(({ criticScore }) => criticScore).sort((a, b) => b - a);
  const [best = 0, second = 0] = values;
  const median = values[values.length >> 1] ?? 0;
  const shown = units
    .slice(0, 3)
    .map(({ contextPlace, startOffset, endOffset }) => (texts[contextPlace] ?? '').slice(startOffset, endOffset));
  const passage = texts[units[0]?.contextPlace ?? -1] ?? '';
  const coverage = shareOfWords(question, shown.join('\n'));
  return { best, second, lead: best - median, coverage, passage: shareOfWords(question, passage) };
}

/** Share of the question's words that stand in the text; 0 of none. */
function shareOfWords(question: string, text: string): number {
  const words = askedWords(question);
  const there = askedWords(text);
  return words.size === 0 ? 0 : [...words].filter((word) => there.has(word)).length / words.size;
}

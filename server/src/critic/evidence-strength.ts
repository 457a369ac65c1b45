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
  const [best = 0, second = 0, , lead = 0, , coverage = 0, passage = 0] = strengthFigures(question, units, texts);
  const { weights } = fitted;
  const sum = weights.best * best + weights.second * second + weights.lead * lead;
  return toProbability(sum + weights.coverage * coverage + weights.passage * passage + fitted.offset);
}

/** By `training/fit_abstention.mjs` on 114 training records of HotpotQA, CMRC 2018, 2WikiMultihopQA and QED. */
const fitted = {
  weights: { best: 4.52, second: 2.48, lead: 1.63, coverage: 4.51, passage: 0.44 },
  offset: -7.77,
} as const;

/**
 * The values of the best three units; how far the best stands above the middle one; the highest chance of a unit; the
 * shares of the question's words in the three units that are ranked first, and in the passage of the first.
 */
export function strengthFigures(
  question: string,
  units: readonly RankedUnit[],
  texts: readonly string[],
): readonly number[] {
  const values = units.map(({ criticScore }) => criticScore).sort((a, b) => b - a);
  const [best = 0, second = 0, third = 0] = values;
  const median = values[values.length >> 1] ?? 0;
  const unit = units.reduce((most, { probability }) => Math.max(most, probability), 0);
  const shown = units
    .slice(0, 3)
    .map(({ contextPlace, startOffset, endOffset }) => (texts[contextPlace] ?? '').slice(startOffset, endOffset));
  const passage = texts[units[0]?.contextPlace ?? -1] ?? '';
  return [best, second, third, best - median, unit, ...[shown.join('\n'), passage].map((text) => shareOfWords(question, text))]; // prettier-ignore
}

/** Share of the question's words that stand in the text; 0 of none. */
function shareOfWords(question: string, text: string): number {
  const words = askedWords(question);
  const there = askedWords(text);
  return words.size === 0 ? 0 : [...words].filter((word) => there.has(word)).length / words.size;
}

/**
 * Answers without a language model: the words of the passages that answer a question, and how probable it is that the
 * passages hold an answer at all.
 *
 * The critic ranks the sentences; `choose-answer.ts` picks the words in them. The probability is a logistic of the value that
 * the critic gave the best sentence.
 */
import { chooseAnswer } from './choose-answer';
import { compressPassages, type CompressedPassages, type Passage } from './compress-passages';
import type { Critic } from './critic';
import { instructionFor } from './instruction';
import { toProbability } from './unit-head';
import type { RankedUnit } from './unit-ranker';

export interface AnswerRequest {
  readonly critic: Critic;
  readonly question: string;
  /** Ids are unique. */
  readonly passages: readonly Passage[];
  readonly signal: AbortSignal;
}

export interface ExtractedAnswer {
  readonly text: string;
  readonly passageId: string;
  /** UTF-16 range in the passage. */
  readonly startOffset: number;
  readonly endOffset: number;
  /** That the passages hold an answer, 0 to 1. */
  readonly probability: number;
}

/** Below it the product abstains. */
export const answerThreshold = 0.5;

/**
 * Null only for empty passages: whether the answer is good enough to show is decided by its probability. Throws
 * `CancelledError` when cancelled, `CriticError` when the critic fails.
 */
export async function extractAnswer(request: AnswerRequest): Promise<ExtractedAnswer | null> {
  const { passages } = request;
  const { unitScores, texts } = await readForAnswer(request);
  const best = unitScores[0];
  if (!best) return null;
  // Where no sentence has a word that says something there is still a text to show.
  const { unit, startOffset, endOffset } = chooseAnswer(request.question, unitScores, texts) ?? { ...best, unit: best };
  const { contextId: passageId, contextPlace } = unit;
  const text = passages[contextPlace]?.text.slice(startOffset, endOffset) ?? '';
  const probability = toProbability(slope * (best.criticScore - middle));
  return { text, passageId, startOffset, endOffset, probability };
}

/** That there is an answer, by the highest value of the critic; 0 without units. */
export function bestProbability(units: readonly Pick<RankedUnit, 'criticScore'>[]): number {
  const best = units.reduce((most, { criticScore }) => Math.max(most, criticScore), -Infinity);
  return toProbability(slope * (best - middle));
}

/** Ranks the sentences of the passages for the question. Throws as `extractAnswer`. */
export function readForAnswer(request: AnswerRequest): Promise<CompressedPassages> {
  return compressPassages({
    ...request,
    instruction: instructionFor('sentence'),
    granularity: 'sentence',
    // Only the ranking is wanted.
    tokenBudget: 0,
  });
}

/**
 * The value, unlike the score, does not depend on the other sentences. Middle and slope were fitted on 152 cases of the
 * training parts of HotpotQA and CMRC 2018, half of them with a context that holds no answer. They fit the bundled
 * critic; for another one they only tell marked from unmarked.
 */
const [middle, slope] = [0.65, 24];

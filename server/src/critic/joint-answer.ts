/**
 * Answers from the joint layers: they mark the first and last token of answers (kind *answer*) in the best units of the
 * last pass; figures of the best such span say how likely the text holds an answer at all. Pure but for the reading;
 * `training/train_answer.py` computes the same.
 */
import { askedWords, bm25Words } from './bm25';
import type { HopReading, Passage } from './compress-passages';
import type { Critic, Reread } from './critic';
import type { AnswerWeights } from './unit-head';
import type { RankedUnit } from './unit-ranker';

export interface JointAnswer {
  readonly passageId: string;
  /** Of the passage in the request. */
  readonly place: number;
  /** UTF-16 range in the passage, without white space at its ends. */
  readonly startOffset: number;
  readonly endOffset: number;
  /** That the passages hold an answer, 0 to 1. */
  readonly probability: number;
}

type RereadingCritic = Critic & Required<Pick<Critic, 'reread'>>;

export function canReread(critic: Critic): critic is RereadingCritic {
  return critic.reread !== undefined;
}

export interface JointAnswerRequest {
  readonly critic: RereadingCritic;
  readonly question: string;
  readonly passages: readonly Passage[];
  /** Best first. */
  readonly unitScores: readonly RankedUnit[];
  readonly hops: HopReading;
  readonly weights: AnswerWeights;
  readonly signal: AbortSignal;
}

/** Units that are searched for the answer, and the longest answer in tokens. */
const maxUnits = 8;
const maxAnswerTokens = 40;
/** Up to so many units, question words count wherever they stand, not only in the best units. */
const shortText = 20;

/** Null where no unit has a token. */
export async function readAnswer(request: JointAnswerRequest): Promise<JointAnswer | null> {
  const { critic, passages, unitScores, hops, signal } = request;
  const kept = unitScores.filter((unit) => unit.isKeepable);
  const best = kept.slice(0, maxUnits);
  const ranges = best.map(({ contextPlace: context, startOffset, endOffset }) => ({ context, startOffset, endOffset }));
  const asked = { kind: 'answer', question: hops.question, contexts: passages, ranges } as const;
  const reread = await critic.reread(asked, { signal });
  const span = findSpan(reread);
  const unit = span && best[span.row];
  if (!span || !unit) return null;
  const relevance = reread.reduce((peak, part) => Math.max(peak, part.relevance), -Infinity);
  const figures = [
    span.value / 5,
    (span.value - logSum(reread, 0) - logSum(reread, 3)) / 3,
    10 * (kept.reduce((peak, { criticScore }) => Math.max(peak, criticScore), -Infinity) - 0.8),
    relevance / 3,
    lead(hops.firstPass) / 5,
    Math.log(kept.length) - 3,
    coverage(request, kept, best),
    span.row / maxUnits,
  ];
  const { weights, bias } = request.weights;
  const sum = figures.reduce((total, figure, place) => total + figure * (weights[place] ?? 0), bias);
  const { contextId: passageId, contextPlace: place } = unit;
  const range = trimRange(passages[place]?.text ?? '', span.startOffset, span.endOffset);
  return { passageId, place, ...range, probability: 1 / (1 + Math.exp(-sum)) };
}

interface Span {
  readonly row: number;
  readonly value: number;
  readonly startOffset: number;
  readonly endOffset: number;
}

/** The span whose first token's B and last token's E lie highest above their O. */
function findSpan(reread: readonly Reread[]): Span | undefined {
  let best: Span | undefined;
  reread.forEach(({ starts, ends, logits }, row) => {
    for (let first = 0; first < starts.length; first++) {
      const begin = above(logits, first, 0);
      for (let last = first; last < Math.min(starts.length, first + maxAnswerTokens); last++) {
        const value = begin + above(logits, last, 3);
        if (best && value <= best.value) continue;
        best = { row, value, startOffset: starts[first] ?? 0, endOffset: ends[last] ?? 0 };
      }
    }
  });
  return best;
}

function trimRange(text: string, start: number, end: number): { startOffset: number; endOffset: number } {
  const part = text.slice(start, end);
  return { startOffset: end - part.trimStart().length, endOffset: start + part.trimEnd().length };
}

/** How far a label's logit lies above O. */
function above(logits: Float32Array, token: number, label: number): number {
  return (logits[4 * token + label] ?? 0) - (logits[4 * token + 2] ?? 0);
}

/** Logarithm of the sum over all tokens and "none", whose logit is 0. */
function logSum(reread: readonly Reread[], label: number): number {
  const values = reread.flatMap(({ starts, logits }) => Array.from(starts, (_, token) => above(logits, token, label)));
  const peak = values.reduce((most, value) => Math.max(most, value), 0);
  return peak + Math.log(values.reduce((sum, value) => sum + Math.exp(value - peak), Math.exp(-peak)));
}

/** How far the best value lies above the median. */
function lead(values: Float64Array): number {
  const sorted = values.toSorted();
  const middle = (sorted.length - 1) / 2;
  const median = ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
  return (sorted.at(-1) ?? 0) - median;
}

/** Share of the question's words that stand in the text, or in its best units where it is long. */
function coverage(
  { question, passages }: JointAnswerRequest,
  kept: readonly RankedUnit[],
  best: readonly RankedUnit[],
): number {
  const text =
    kept.length < shortText
      ? passages.map((passage) => passage.text)
      : best.map(({ contextPlace, startOffset, endOffset }) =>
          passages[contextPlace]?.text.slice(startOffset, endOffset),
        );
  const there = new Set(bm25Words(text.join(' ')));
  const words = [...askedWords(question)];
  return words.filter((word) => there.has(word)).length / Math.max(1, words.length);
}

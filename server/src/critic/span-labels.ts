/** Turns the spans that a back end found in a text into the port's logits over word-like tokens. */
import type { LabelledContext } from './critic';
import { cutUnits } from './units';
import { cutWordTokens } from './word-tokens';

interface Range {
  /** UTF-16. */
  readonly startOffset: number;
  readonly endOffset: number;
}

/** A server gives labels without their scores: each label stands for certainty, a probability of 0.9999. */
const certainty = 10;
const [beginning, inside, outside, ending] = [0, 1, 2, 3];

/**
 * In each span B wins at the first token, E at the last and I between; O wins elsewhere. A token that a span only
 * touches counts to it. Spans may come in any order; those that overlap count as one.
 */
export function labelSpans(id: string, text: string, spans: readonly Range[]): LabelledContext {
  const { starts, ends } = cutWordTokens(text);
  const logits = new Float32Array(4 * starts.length);
  const sorted = joinOverlapping(spans);
  let place = 0;
  let isIn = false;
  starts.forEach((start, token) => {
    while ((sorted[place]?.endOffset ?? Infinity) <= start) {
      place++;
      isIn = false;
    }
    const span = sorted[place];
    const touches = span !== undefined && span.startOffset < (ends[token] ?? 0);
    const isLast = (starts[token + 1] ?? Infinity) >= (span?.endOffset ?? 0);
    const winner = !touches ? outside : !isIn ? beginning : isLast ? ending : inside;
    isIn = touches;
    writeWinner(logits, token, winner);
  });
  return { id, starts, ends, logits };
}

/** Inside a sentence that has a keyword: a probability of 0.73. */
const doubt = 1;

/**
 * As `labelSpans`, for spans inside of sentences. In a sentence that has one, the labels of all tokens are less certain:
 * a stretch runs on over what stands behind its keyword, and with full certainty its value would say more about where
 * in the sentence the keyword stands than whether there is one.
 */
export function labelKeywords(id: string, text: string, spans: readonly Range[]): LabelledContext {
  const labelled = labelSpans(id, text, spans);
  const { ends, logits } = labelled;
  let first = 0;
  for (const { endOffset } of cutUnits(text, 'sentence')) {
    let last = first;
    while (last < ends.length && (ends[last] ?? 0) <= endOffset) last++;
    const sentence = logits.subarray(4 * first, 4 * last);
    if (sentence.some((logit) => logit > 0))
      sentence.forEach((logit, place) => (sentence[place] = Math.sign(logit) * doubt));
    first = last;
  }
  return labelled;
}

function joinOverlapping(spans: readonly Range[]): readonly Range[] {
  const joined: Range[] = [];
  for (const span of spans.toSorted((one, other) => one.startOffset - other.startOffset)) {
    const before = joined.at(-1);
    if (before && span.startOffset < before.endOffset) {
      const endOffset = Math.max(before.endOffset, span.endOffset);
      joined[joined.length - 1] = { startOffset: before.startOffset, endOffset };
    } else joined.push(span);
  }
  return joined;
}

/** O is 0 throughout, so that a token's value, max(B, I, E) - O, is the certainty or its negative. */
function writeWinner(logits: Float32Array, token: number, winner: number): void {
  logits.fill(-certainty, 4 * token, 4 * token + 4);
  logits[4 * token + outside] = 0;
  if (winner !== outside) logits[4 * token + winner] = certainty;
}

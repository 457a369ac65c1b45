/**
 * Sizes of ranges of one text in constant time: a weight that bounds both the critic's token count and the length,
 * and line numbers.
 */
import { TokenWeigher, costOfToken } from './token-weights';

/** What the critic reads at once. */
const maxChunkTokens = 512;
/** Bound of a chunk's length in UTF-16 units. */
export const maxChunkChars = 1_600;
/** Twelve tokens are kept free: for the mark before the first word, a word that is cut, and the head of a long one. */
export const maxChunkWeight = (maxChunkTokens - 12) * costOfToken;
/** Every unit weighs at least this on the mean, which bounds the length. */
export const weightOfUnit = maxChunkWeight / maxChunkChars;
/** Neighbours are packed together while one of them is smaller than this. */
export const smallChunkWeight = 0.4 * maxChunkWeight;

export interface TextMeasure {
  /** At most `maxChunkWeight` for what fits one chunk; grows with the range. */
  weight(startOffset: number, endOffset: number): number;
  /** 0-based line of an offset. */
  line(offset: number): number;
}

export function measureText(text: string): TextMeasure {
  const sums = new Float64Array(text.length + 1);
  const lineStarts = [0];
  const weigher = new TokenWeigher();
  let sum = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    sum += weigher.next(code);
    sums[at + 1] = sum;
    if (code === 10) lineStarts.push(at + 1);
  }
  return {
    weight: (startOffset, endOffset) => {
      const tokens = (sums[endOffset] ?? 0) - (sums[startOffset] ?? 0);
      return Math.max(tokens, (endOffset - startOffset) * weightOfUnit);
    },
    line: (offset) => findLine(lineStarts, offset),
  };
}

/** Tokens of a text, roughly: four Latin characters or one CJK character a token. */
export function estimateTokens(text: string): number {
  let wide = 0;
  for (let at = 0; at < text.length; at += 1) if (isWide(text.charCodeAt(at))) wide += 1;
  return Math.ceil((text.length - wide) / 4) + wide;
}

function isWide(code: number): boolean {
  return (code >= 0x2e80 && code <= 0x9fff) || (code >= 0xac00 && code <= 0xd7a3) || (code >= 0xf900 && code <= 0xfaff);
}

function findLine(lineStarts: readonly number[], offset: number): number {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

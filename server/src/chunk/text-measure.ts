/**
 * Sizes of ranges of one text in constant time: a weight that follows the critic's token count (a CJK character
 * costs about three times a Latin one), and line numbers.
 */
/** Bound of a chunk's weight, and so of its length in UTF-16 units: about 400 to 512 critic tokens. */
export const maxChunkChars = 1_600;
/** Neighbours are packed together while one of them is smaller than this. */
export const smallChunkWeight = 500;

export interface TextMeasure {
  weight(startOffset: number, endOffset: number): number;
  /** 0-based line of an offset. */
  line(offset: number): number;
}

export function measureText(text: string): TextMeasure {
  const sums = new Uint32Array(text.length + 1);
  const lineStarts = [0];
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    sums[at + 1] = (sums[at] ?? 0) + weightOf(code);
    if (code === 10) lineStarts.push(at + 1);
  }
  return {
    weight: (startOffset, endOffset) => (sums[endOffset] ?? 0) - (sums[startOffset] ?? 0),
    line: (offset) => findLine(lineStarts, offset),
  };
}

/** Tokens of a text, roughly: four Latin characters or one CJK character a token. */
export function estimateTokens(text: string): number {
  let wide = 0;
  for (let at = 0; at < text.length; at += 1) if (isWide(text.charCodeAt(at))) wide += 1;
  return Math.ceil((text.length - wide) / 4) + wide;
}

function weightOf(code: number): number {
  if (code < 0x250) return 1;
  return isWide(code) ? 3 : 2;
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

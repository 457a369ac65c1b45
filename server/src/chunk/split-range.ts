/**
 * Cuts a range that is too large for one chunk: at a blank line if there is one in the second half of the bound,
 * else at a line end, a sentence end, a space, and at last anywhere but inside a surrogate pair.
 */
import { maxChunkChars, maxChunkWeight, type TextMeasure } from './text-measure';

export interface TextRange {
  readonly startOffset: number;
  readonly endOffset: number;
}

const cutPlaces: readonly RegExp[] = [/\n[ \t\r]*\n/g, /\n/g, /[.!?。！？；;](?=\s)|[。！？]/g, /\s/g];

export function splitRange(
  text: string,
  measure: TextMeasure,
  startOffset: number,
  endOffset: number,
): readonly TextRange[] {
  const ranges: TextRange[] = [];
  const weight = measure.weight(startOffset, endOffset);
  // Parts of about one size, so that none is a scrap and small neighbours still fit.
  const bound = Math.min(maxChunkWeight, Math.ceil((weight / Math.ceil(weight / maxChunkWeight)) * 1.1));
  let start = startOffset;
  while (measure.weight(start, endOffset) > bound) {
    const end = findCut(text, start, furthest(measure, start, endOffset, bound));
    ranges.push({ startOffset: start, endOffset: end });
    start = end;
  }
  if (start < endOffset) ranges.push({ startOffset: start, endOffset });
  return ranges;
}

/** The largest end so that the weight stays within the bound. */
function furthest(measure: TextMeasure, start: number, limit: number, bound: number): number {
  let low = start + 1;
  let high = Math.min(limit, start + maxChunkChars);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (measure.weight(start, middle) <= bound) low = middle;
    else high = middle - 1;
  }
  return low;
}

function findCut(text: string, start: number, end: number): number {
  const from = start + Math.floor((end - start) / 2);
  const window = text.slice(from, end);
  for (const place of cutPlaces) {
    let cut = -1;
    for (const match of window.matchAll(place)) cut = match.index + match[0].length;
    if (cut > 0) return from + cut;
  }
  return isInsidePair(text, end) ? end - 1 : end;
}

function isInsidePair(text: string, offset: number): boolean {
  return /[\uD800-\uDBFF]/.test(text.charAt(offset - 1)) && /[\uDC00-\uDFFF]/.test(text.charAt(offset));
}

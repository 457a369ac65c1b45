/**
 * Ranges, white space and lengths as the measuring rule has them. The rule counts code points; everything else in
 * Longfold counts UTF-16 units, so offsets are converted when a record is read and lengths when they are summed.
 */
export interface TextRange {
  /** UTF-16, end exclusive. */
  readonly start: number;
  readonly end: number;
}

/** The rule's white space; that of JavaScript knows U+FEFF and neither U+0085 nor U+001C to U+001F. */
export function isSpace(unit: number): boolean {
  return (
    (unit >= 0x09 && unit <= 0x0d) ||
    (unit >= 0x1c && unit <= 0x20) ||
    (unit >= 0x2000 && unit <= 0x200a) ||
    otherSpaces.has(unit)
  );
}

const otherSpaces: ReadonlySet<number> = new Set([0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000]);

/** The range without white space at its ends, or undefined where nothing is left. */
export function trimRange(text: string, start: number, end: number): TextRange | undefined {
  let [first, last] = [start, end];
  while (first < last && isSpace(text.charCodeAt(first))) first++;
  while (last > first && isSpace(text.charCodeAt(last - 1))) last--;
  return first < last ? { start: first, end: last } : undefined;
}

/** Code points of a range. */
export function countCharacters(text: string, { start, end }: TextRange): number {
  let count = 0;
  for (const _ of text.slice(start, end)) count++;
  return count;
}

/** Code points of a range that are no white space. */
export function countInk(text: string, { start, end }: TextRange): number {
  let count = 0;
  for (const letter of text.slice(start, end)) if (!isSpace(letter.charCodeAt(0))) count++;
  return count;
}

/** The UTF-16 offset of every code point's beginning, and of the text's end. */
export function characterOffsets(text: string): Uint32Array {
  const offsets = new Uint32Array(text.length + 1);
  let [count, offset] = [0, 0];
  for (const letter of text) {
    offsets[count++] = offset;
    offset += letter.length;
  }
  offsets[count++] = offset;
  return offsets.subarray(0, count);
}

/** Ranges of one text: the last that starts at or before a place, by halving; -1 where there is none. Sorted ranges. */
export function lastStartingAt(ranges: readonly TextRange[], place: number): number {
  let [low, high] = [0, ranges.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ranges[middle]?.start ?? 0) <= place) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Lines of code and how good a place the end of each is to cut at. Pure; linear but for the depth of what is cut. */

/** Lines from `first` to `last`, both included, 0-based. */
export interface LineSpan {
  readonly first: number;
  readonly last: number;
}

/** UTF-16 range of each line, its line break not included. */
export interface TextLines {
  readonly text: string;
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

export interface CutCosts {
  /** Of a cut behind each line: how many syntax nodes reach over it; `neverCut` inside a string or comment. */
  readonly behind: ArrayLike<number>;
}

const maxBlockLines = 12;
/** Below this many nested nodes all ends of lines are alike; it also bounds the recursion. */
export const maxCost = 120;
export const neverCut = 250;

export function readLines(text: string): TextLines {
  const starts = [0];
  const ends: number[] = [];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    ends.push(at);
    starts.push(at + 1);
  }
  return { text, starts, ends: [...ends, text.length] };
}

export function isBlankLine({ text, starts, ends }: TextLines, line: number): boolean {
  return text.slice(starts[line], ends[line]).trim() === '';
}

/** The lines of `span` as blocks: cut where the fewest nodes are cut, then again inside what is still too long. */
export function groupLines(lines: TextLines, costs: CutCosts, span: LineSpan): readonly LineSpan[] {
  const parts = cutAtCheapest(costs, span).flatMap((part) => trimSpan(lines, part));
  const blocks: LineSpan[] = [];
  let isOpen = false;
  for (const part of parts) {
    const before = blocks.at(-1);
    if (before && canJoin(lines, before, part, isOpen)) {
      blocks[blocks.length - 1] = { first: before.first, last: part.last };
    } else if (sizeOf(part) <= maxBlockLines || isSame(part, span)) {
      blocks.push(part);
      isOpen = true;
    } else {
      blocks.push(...groupLines(lines, costs, part));
      // What follows is outside of the part that was cut; only its closing brackets belong to it.
      isOpen = false;
    }
  }
  return blocks;
}

/** The span whole where nothing in it may be cut, or where it is short and one piece. */
function cutAtCheapest({ behind }: CutCosts, span: LineSpan): readonly LineSpan[] {
  const { first, last } = span;
  let cheapest = neverCut;
  for (let line = first; line < last; line++) cheapest = Math.min(cheapest, behind[line] ?? 0);
  if (cheapest === neverCut || (cheapest > 0 && sizeOf(span) <= maxBlockLines)) return [span];
  const parts: LineSpan[] = [];
  let start = first;
  for (let line = first; line < last; line++) {
    if ((behind[line] ?? 0) > cheapest) continue;
    parts.push({ first: start, last: line });
    start = line + 1;
  }
  return [...parts, { first: start, last }];
}

/** Without blank lines at its ends; nothing when all are blank. */
function trimSpan(lines: TextLines, { first, last }: LineSpan): readonly LineSpan[] {
  let [top, bottom] = [first, last];
  while (top <= bottom && isBlankLine(lines, top)) top++;
  while (bottom > top && isBlankLine(lines, bottom)) bottom--;
  return top <= bottom ? [{ first: top, last: bottom }] : [];
}

/** Neighbours without a blank line between them that make a block, or a rest of brackets. */
function canJoin(lines: TextLines, before: LineSpan, after: LineSpan, isOpen: boolean): boolean {
  if (after.first !== before.last + 1) return false;
  return isBrackets(lines, after) || (isOpen && after.last - before.first < maxBlockLines);
}

function isBrackets({ text, starts, ends }: TextLines, { first, last }: LineSpan): boolean {
  return last - first < 3 && !/[\p{L}\p{N}]/u.test(text.slice(starts[first], ends[last]));
}

function sizeOf({ first, last }: LineSpan): number {
  return last - first + 1;
}

function isSame(one: LineSpan, other: LineSpan): boolean {
  return one.first === other.first && one.last === other.last;
}

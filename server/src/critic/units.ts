/**
 * Cuts a text into units, the pieces that are kept or dropped whole: sentences (English and Chinese), lines or
 * paragraphs. Units are exact ranges, sorted, apart, without white space at either end; pure and linear.
 */
import type { Granularity } from '../../../protocol/trace-events';

export interface TextUnit {
  /** UTF-16 range in the text. */
  readonly startOffset: number;
  readonly endOffset: number;
  /** Headings and units without a letter or digit say nothing alone and are never kept alone. */
  readonly isKeepable: boolean;
  readonly isHeading: boolean;
  /** Index of the unit that is the heading above this one, or -1. */
  readonly heading: number;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** The longest unit in UTF-16 units: about 100 tokens of English, 250 of Chinese; a paragraph may be four times this. */
export const maxUnitLength = 400;

/**
 * Keywords are found inside of sentences. Blocks and symbols are cut by whoever knows the syntax; a text without one
 * has its paragraphs instead.
 */
export function cutUnits(text: string, granularity: Granularity): readonly TextUnit[] {
  const units: TextUnit[] = [];
  let heading = -1;
  for (const { start, end } of cutRanges(text, granularity)) {
    const isHeading = headingPattern.test(text.slice(start, Math.min(end, start + 8)));
    if (isHeading) heading = units.length;
    const isKeepable = !isHeading && /[\p{L}\p{N}]/u.test(text.slice(start, end));
    units.push({ startOffset: start, endOffset: end, isKeepable, isHeading, heading: isHeading ? -1 : heading });
  }
  return units;
}

/** Units out of ranges of code that someone else cut; what looks like a heading there is a comment. */
export function toCodeUnits(
  text: string,
  ranges: readonly { readonly startOffset: number; readonly endOffset: number }[],
): readonly TextUnit[] {
  return ranges.map(({ startOffset, endOffset }) => {
    const isKeepable = /[\p{L}\p{N}]/u.test(text.slice(startOffset, endOffset));
    return { startOffset, endOffset, isKeepable, isHeading: false, heading: -1 };
  });
}

const headingPattern = /^#{1,6}\s/;

function cutRanges(text: string, granularity: Granularity): readonly Range[] {
  const lines = cutLines(text);
  if (granularity === 'line') return lines.flatMap((line) => cutLong(text, line, maxUnitLength));
  const blocks = joinWrapped(text, lines);
  if (granularity === 'sentence' || granularity === 'keyword') {
    return blocks.flatMap((block) => cutSentences(text, block)).flatMap((range) => cutLong(text, range, maxUnitLength));
  }
  return joinParagraphs(text, lines).flatMap((range) => cutLong(text, range, 4 * maxUnitLength));
}

/**
 * Sections of a long text, so that it is read by several workers and shown as it is read; made from the text alone.
 * A section ends at a line's end where there is one in its last third.
 */
export function cutSections(
  text: string,
  maxLength: number,
): readonly { readonly start: number; readonly end: number }[] {
  return cutLong(text, { start: 0, end: text.length }, maxLength);
}

/** Lines that are not blank. */
function cutLines(text: string): readonly Range[] {
  const lines: Range[] = [];
  for (let start = 0; start < text.length;) {
    const found = text.indexOf('\n', start);
    const stop = found < 0 ? text.length : found;
    const line = trimRange(text, start, stop);
    if (line) lines.push(line);
    start = stop + 1;
  }
  return lines;
}

function trimRange(text: string, start: number, end: number): Range | undefined {
  let [first, last] = [start, end];
  while (first < last && isSpace(text.charCodeAt(first))) first++;
  while (last > first && isSpace(text.charCodeAt(last - 1))) last--;
  return first < last ? { start: first, end: last } : undefined;
}

function isSpace(unit: number): boolean {
  return unit <= 0x20 || unit === 0xa0 || unit === 0x3000 || unit === 0xfeff || unit === 0x85 || unit === 0x2028;
}

/** Joins the lines of hard-wrapped prose, so that a sentence may go on in the next line; code stays in lines. */
function joinWrapped(text: string, lines: readonly Range[]): readonly Range[] {
  const blocks: Range[] = [];
  let isOpen = false;
  for (const line of lines) {
    const before = blocks.at(-1);
    const words = text.slice(line.start, Math.min(line.end, line.start + 400));
    if (before && isOpen && !hasBlankLine(text, before.end, line.start) && isContinuation(words)) {
      blocks[blocks.length - 1] = { start: before.start, end: line.end };
    } else blocks.push(line);
    isOpen = line.end - line.start >= 40 && isProse(words) && !headingPattern.test(words);
  }
  return blocks;
}

/** Words with few of the signs that code is made of. */
function isProse(line: string): boolean {
  const signs = line.match(/[{}=;<>|\\$&@[\]]/g)?.length ?? 0;
  const words = line.match(/[^\s]+/g)?.length ?? 0;
  return words >= 5 && signs * 12 <= words;
}

/** No heading, list item, quotation, table row or fence, and nothing that looks like a statement. */
function isContinuation(line: string): boolean {
  return !/^(#{1,6}\s|[-*+]\s|\d+[.)]\s|>|\||```|~~~|\/\/|\/\*)/.test(line) && !/[{};=]\s*$/.test(line);
}

function hasBlankLine(text: string, start: number, end: number): boolean {
  return /\n[^\S\n]*\n/.test(text.slice(start, Math.min(end, start + 200)));
}

/** Lines without a blank line between; a heading stands alone. */
function joinParagraphs(text: string, lines: readonly Range[]): readonly Range[] {
  const paragraphs: Range[] = [];
  let isOpen = false;
  for (const line of lines) {
    const isHeading = headingPattern.test(text.slice(line.start, line.start + 8));
    const before = paragraphs.at(-1);
    if (before && isOpen && !isHeading && !hasBlankLine(text, before.end, line.start)) {
      paragraphs[paragraphs.length - 1] = { start: before.start, end: line.end };
    } else paragraphs.push(line);
    isOpen = !isHeading;
  }
  return paragraphs;
}

// Takes every sign of a run at once: a look-ahead here would try a long run of dots from each dot anew.
const sentenceEnd = /[.!?…]+["'”’)\]]*|。[。！？…!?]*[”’」』）)"'》】]*|[！？][。！？…!?]*[”’」』）)"'》】]*/g;
const abbreviations: ReadonlySet<string> = new Set(
  'mr mrs ms dr prof st jr sr vs e.g i.e al fig figs no vol inc ltd co corp u.s u.k ca cf approx dept eq sec ch pp ed eds'.split(
    ' ',
  ),
);

function cutSentences(text: string, block: Range): readonly Range[] {
  const part = text.slice(block.start, block.end);
  const sentences: Range[] = [];
  let start = block.start;
  for (const match of part.matchAll(sentenceEnd)) {
    const at = block.start + match.index;
    const stop = at + match[0].length;
    if (!endsSentence(text, at, stop, match[0])) continue;
    const sentence = trimRange(text, start, stop);
    if (sentence) sentences.push(sentence);
    start = stop;
  }
  const rest = trimRange(text, start, block.end);
  return rest ? [...sentences, rest] : sentences;
}

/** Tells a full stop from an abbreviation, an initial or a list number, and looks for a lower-case letter behind. */
function endsSentence(text: string, at: number, stop: number, sign: string): boolean {
  if (/^[。！？]/.test(sign)) return true;
  if (stop < text.length && !/^(\s|[\u3400-\u9fff])/.test(text.slice(stop, stop + 1))) return false;
  if (sign.startsWith('.') && /^[\u3400-\u9fff]/.test(text.slice(stop, stop + 1))) return false;
  if (/^\s*\p{Ll}/u.test(text.slice(stop, stop + 9))) return false;
  if (sign !== '.') return true;
  const before = text.slice(Math.max(0, at - 12), at);
  const word = /[A-Za-z.]*$/.exec(before)?.[0] ?? '';
  const isListNumber = /(^|\n)\s*\d{1,3}$/.test(before);
  return !isListNumber && !abbreviations.has(word.toLowerCase()) && !/^[A-Z]$/.test(word);
}

/** Cuts a range that is too long, at white space or punctuation in the last third where there is any. */
function cutLong(text: string, range: Range, limit: number): readonly Range[] {
  if (range.end - range.start <= limit) return [range];
  const parts: Range[] = [];
  let start = range.start;
  while (range.end - start > limit) {
    const stop = findBreak(text, start + Math.floor((2 * limit) / 3), start + limit);
    const part = trimRange(text, start, stop);
    if (part) parts.push(part);
    start = stop;
  }
  const rest = trimRange(text, start, range.end);
  return rest ? [...parts, rest] : parts;
}

function findBreak(text: string, low: number, high: number): number {
  for (const pattern of [/\n/, /[.!?。！？；;]/, /[,，、:：]/, /\s/]) {
    for (let place = high; place > low; place--) if (pattern.test(text[place - 1] ?? '')) return place;
  }
  // Never inside a surrogate pair.
  const unit = text.charCodeAt(high);
  return unit >= 0xdc00 && unit <= 0xdfff ? high - 1 : high;
}

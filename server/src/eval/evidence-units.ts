/**
 * Cuts a record's context into the units of the measuring rule: sentences or lines, without headings. Where a context
 * starts with a heading (`# Title`), headings are no units and their words count for every unit below. The product
 * cuts a little differently (`critic/units.ts`); measured is always on these, so that figures compare with others'.
 */
import type { EvidenceRecord } from './read-records';
import { isSpace, lastStartingAt, trimRange, type TextRange } from './text-ranges';

export interface EvidenceUnits {
  /** Sorted and apart, no white space at either end. */
  readonly units: readonly TextRange[];
  /** Whole heading lines. */
  readonly headings: readonly TextRange[];
}

type Cuttable = Pick<EvidenceRecord, 'context' | 'lang' | 'unit'>;

export function cutEvidenceUnits({ context, lang, unit }: Cuttable): EvidenceUnits {
  const headings = lang === 'code' ? [] : findHeadings(context);
  const lines = cutLines(context);
  const ranges = unit === 'line' ? lines : lines.flatMap((line) => cutSentences(context, line, lang));
  const isHeading = ({ start }: TextRange): boolean => start < (headingOf(headings, start)?.end ?? 0);
  return { units: ranges.filter((range) => !isHeading(range)), headings };
}

/** The heading that a place stands in or under. */
export function headingOf(headings: readonly TextRange[], place: number): TextRange | undefined {
  return headings[lastStartingAt(headings, place)];
}

/** A unit's text behind that of the heading it stands under. */
export function textWithHeading(context: string, headings: readonly TextRange[], unit: TextRange): string {
  const heading = headingOf(headings, unit.start);
  const own = context.slice(unit.start, unit.end);
  return heading ? `${context.slice(heading.start, heading.end)} ${own}` : own;
}

function findHeadings(text: string): readonly TextRange[] {
  if (!text.startsWith('# ')) return [];
  return splitLines(text).filter(({ start }) => text.startsWith('# ', start));
}

function cutLines(text: string): readonly TextRange[] {
  return splitLines(text).flatMap(({ start, end }) => trimRange(text, start, end) ?? []);
}

function splitLines(text: string): readonly TextRange[] {
  const lines: TextRange[] = [];
  for (let start = 0; start <= text.length;) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    lines.push({ start, end });
    start = end + 1;
  }
  return lines;
}

const chineseEnd = /[。！？!?…]+[”’」』）)"'》】]*/g;
// The white space behind is looked for outside the pattern: inside it a long run of dots would be tried from each dot.
const englishEnd = /[.!?…]+["'”’)\]]*/g;

function cutSentences(text: string, line: TextRange, lang: string): readonly TextRange[] {
  const sentences: TextRange[] = [];
  let { start } = line;
  const isChinese = lang === 'zh';
  for (const match of text.slice(line.start, line.end).matchAll(isChinese ? chineseEnd : englishEnd)) {
    const at = line.start + match.index;
    const stop = at + match[0].length;
    if (!isChinese && !endsSentence(text, line, at, stop)) continue;
    sentences.push(...[trimRange(text, start, stop) ?? []].flat());
    start = stop;
  }
  return [...sentences, ...[trimRange(text, start, line.end) ?? []].flat()];
}

const abbreviations: ReadonlySet<string> = new Set(
  'mr mrs ms dr prof st jr sr vs e.g i.e al fig figs no vol inc ltd co corp u.s u.k ca'.split(' '),
);

/** Tells a full stop from an abbreviation or an initial, and looks for a lower-case letter behind. */
function endsSentence(text: string, line: TextRange, at: number, stop: number): boolean {
  if (stop >= line.end || !isSpace(text.charCodeAt(stop))) return false;
  if (isLowerCaseBehind(text, stop)) return false;
  if (text.slice(at, stop) !== '.') return true;
  // A line that starts with a full stop looks at the end of the line before.
  const word = /[A-Za-z.]*(?=\n?$)/.exec(text.slice(Math.max(0, at - 12), at))?.[0] ?? '';
  return !abbreviations.has(word.toLowerCase()) && !/^[A-Z]$/.test(word);
}

/** The first letter within nine characters, white space skipped. */
function isLowerCaseBehind(text: string, stop: number): boolean {
  let place = stop;
  while (place < stop + 9 && isSpace(text.charCodeAt(place))) place++;
  const letter = place < stop + 9 ? text.codePointAt(place) : undefined;
  return letter !== undefined && /\p{Lowercase}/u.test(String.fromCodePoint(letter));
}

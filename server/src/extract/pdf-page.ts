/** Lines of one page → text: hyphens at line ends are joined, a wide gap between lines or a change of column leaves an empty line. */
import type { Place } from '../../../protocol/places';
import type { PageLine } from './pdf-lines';
import type { TextBuilder } from './text-builder';

/** Between base lines, in heights of the font. */
const paragraphGapSize = 1.75;
/** Tried on the last characters of a line alone, so that an endless line costs no more than a short one. */
const hyphenEnd = /\p{L}[-\u2010\u00ad]$/u;
const maxWordLength = 60;

export function addPage(builder: TextBuilder, lines: readonly PageLine[], page: number, label: string): void {
  const words = new Set(lines.flatMap(({ text }) => text.match(/\p{L}{1,40}(?:-\p{L}{1,40}){1,5}/gu) ?? []));
  let joined: Place | null = null;
  lines.forEach((line, index) => {
    const place: Place = { kind: 'page', page, label, box: roundBox(line.box) };
    const before = lines[index - 1];
    let text = line.text;
    if (joined) {
      // The rest of the word goes to the line that it began on, so that no line ends inside a word.
      const rest = /^\S+\s?/.exec(text)?.[0] ?? text;
      builder.add(rest.trimEnd(), place);
      builder.endLine();
      text = text.slice(rest.length);
    } else if (before && isApart(before, line)) builder.endBlock();
    const next = lines[index + 1];
    const isSplit = next !== undefined && isSplitWord(text, next, line);
    joined = isSplit ? place : null;
    builder.add(isSplit ? withoutHyphen(text, next.text, words) : text, place);
    if (!isSplit) builder.endLine();
  });
  builder.endBlock();
}

function isApart(before: PageLine, line: PageLine): boolean {
  if (before.region !== line.region) return !continues(before, line);
  const size = Math.max(before.size, line.size, 1);
  return line.box[3] - before.box[3] > paragraphGapSize * size || Math.abs(before.size - line.size) > 0.25 * size;
}

/** A sentence that goes on in the next column is one paragraph. */
function continues(before: PageLine, line: PageLine): boolean {
  return (
    Math.abs(before.size - line.size) < 0.5 && /[\p{Ll},]$/u.test(before.text.slice(-2)) && /^\p{Ll}/u.test(line.text)
  );
}

function isSplitWord(text: string, next: PageLine, line: PageLine): boolean {
  if (!hyphenEnd.test(text.slice(-3)) || !/^\p{Ll}/u.test(next.text)) return false;
  return !text.includes(' | ') && !next.text.includes(' | ') && Math.abs(next.size - line.size) < 0.25 * line.size;
}

/** A hyphen stays where the page writes the word with one elsewhere, or the word has another one. */
function withoutHyphen(text: string, next: string, words: ReadonlySet<string>): string {
  const start = /[\p{L}-]+[-\u2010\u00ad]$/u.exec(text.slice(-maxWordLength))?.[0] ?? '';
  const stem = start.slice(0, -1);
  const rest = /^\p{L}+/u.exec(next)?.[0] ?? '';
  const isCompound = !start.endsWith('\u00ad') && (stem.includes('-') || words.has(`${stem}-${rest}`));
  return isCompound ? text : text.slice(0, -1);
}

/** Tenths of a point are finer than any print. */
function roundBox(box: PageLine['box']): PageLine['box'] {
  const [left, top, right, bottom] = box;
  return [round(left), round(top), round(right), round(bottom)];
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

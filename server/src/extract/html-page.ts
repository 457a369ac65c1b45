/** A page of HTML → its visible text, each block placed by its line and column. Templates and empty pages stay source. */
import type { Decoded } from './decode-text';
import { addHtmlText } from './html-text';
import type { ReadDocument } from './read-document';
import { looksMinified } from './skip-by-name';
import { TextBuilder } from './text-builder';

/** Marks of Jinja, Angular, Vue, ERB, PHP: the file is a program that makes pages, and its source is what counts. */
const templateMark = /\{\{|\{%|<%|<\?php/;

/** Null if it is better read as source. @throws ExtractError */
export function readHtmlPage(decoded: Decoded): ReadDocument | null {
  if (decoded.kind !== 'text' || templateMark.test(decoded.text)) return null;
  const builder = new TextBuilder();
  const lineStarts = findLineStarts(decoded.text);
  const { headings } = addHtmlText(builder, decoded.text, (offset) => {
    const line = lastAtMost(lineStarts, offset);
    return { kind: 'line', line: line + 1, column: offset - (lineStarts[line] ?? 0) + 1 };
  });
  // A page whose text a script makes: its source at least is found.
  if (builder.length === 0 && !looksMinified(decoded.text, 'html')) return null;
  const language = headings > 0 ? 'markdown' : 'plaintext';
  const problems = [...(decoded.problem === null ? [] : [decoded.problem]), ...builder.problems()];
  return { ...builder.finish(), language, format: decoded.encoding, problems };
}

function findLineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lastAtMost(sorted: readonly number[], value: number): number {
  let [low, high] = [0, sorted.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if ((sorted[middle] ?? Infinity) <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

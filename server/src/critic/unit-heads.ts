/**
 * What a unit stands under: the definition that its line is indented below (code), else the heading above it. A sentence
 * or a line alone often does not name what it is about, so the critic reads it with its head.
 */
import type { TextUnit } from './units';

export interface UnitHeads {
  /** The heading in force, without its signs; empty when there is none. */
  readonly heading: string;
  /** Definition lines that are still open, outermost first. `indent` in columns. */
  readonly definitions: readonly { readonly indent: number; readonly text: string }[];
}

export const noHeads: UnitHeads = { heading: '', definitions: [] };

const definition = /\b(?:def|class|function|func|fn|interface|struct|impl|enum|trait|type|namespace|module)\b/;
const headingSigns = /^#{1,6}\s+/;
/** UTF-16 units of a head that can count. */
const maxHeadLength = 160;
const tabWidth = 4;

export interface HeadedUnits {
  /** One a unit. */
  readonly heads: readonly string[];
  /** What is open behind the text, for the text that goes on there. */
  readonly open: UnitHeads;
}

/** Linear in the text. `above`: what is open before it. */
export function findHeads(text: string, units: readonly TextUnit[], above: UnitHeads): HeadedUnits {
  let heading = above.heading;
  const open = [...above.definitions];
  const heads: string[] = [];
  let line = { start: -1, head: '' };
  let [read, start] = [0, 0];
  for (const unit of units) {
    // Looks back as far as the unit before only: a long line has many units.
    const newline = text.slice(read, unit.startOffset).lastIndexOf('\n');
    if (newline >= 0) start = read + newline + 1;
    read = unit.startOffset;
    if (start !== line.start) {
      const indent = indentOf(text, start);
      while ((open.at(-1)?.indent ?? -1) >= indent) open.pop();
      line = { start, head: open.at(-1)?.text ?? heading };
      const words = text.slice(unit.startOffset, unit.startOffset + maxHeadLength).split('\n', 1)[0] ?? '';
      if (unit.isHeading) heading = words.replace(headingSigns, '').trimEnd();
      else if (definition.test(words.slice(0, 80))) open.push({ indent, text: words });
    }
    heads.push(unit.isHeading ? '' : line.head);
  }
  return { heads, open: { heading, definitions: open } };
}

function indentOf(text: string, lineStart: number): number {
  let columns = 0;
  for (let place = lineStart; ; place++) {
    const char = text.charAt(place);
    if (char === '\t') columns += tabWidth - (columns % tabWidth);
    else if (char === ' ') columns++;
    else return columns;
  }
}

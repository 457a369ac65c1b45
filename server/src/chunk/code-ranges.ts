/**
 * Cuts code into the pieces that the granularities `symbol` and `block` keep or drop whole. A symbol is a definition of
 * at most `maxSymbolLines`; a larger one is cut at its members, and what lies between them is blocks. A block is a
 * group of statements. Both are made of whole lines, and an end of line is a better place to cut the fewer syntax nodes
 * reach over it: so broken code, and code that begins inside a definition, are cut as well as their nodes allow.
 */
import type { Tree, TreeCursor } from 'web-tree-sitter';
import type { CodeLanguage } from './code-language';
import { groupLines, isBlankLine, maxCost, neverCut, readLines, type LineSpan, type TextLines } from './code-lines';
import { nameDefinition, type DefinitionPlace } from './name-definition';
import { walkTree } from './walk-tree';

/** UTF-16. Ranges are sorted, apart, without white space around, and together hold every character that is none. */
export interface CodeRange {
  readonly startOffset: number;
  readonly endOffset: number;
}

interface CodeShape {
  /** A cut behind each line: see `CutCosts`. */
  readonly behind: Uint8Array;
  /** Last line to first line of what says something about the next line: a comment, decorator or attribute. */
  readonly leads: ReadonlyMap<number, number>;
}

const maxSymbolLines = 60;
/** UTF-16 units of a piece: 60 lines of 80. Only a string or a line can be longer; it is cut anywhere then. */
const maxPieceLength = 4_800;
/** A lead is cut from what it stands above only when that is cut inside, too. */
const leadCost = 3;

const unbroken = /string|comment|heredoc|nowdoc/;
const lead = /comment|decorator|attribute_item/;

export function cutBlocks(tree: Tree, text: string): readonly CodeRange[] {
  const lines = readLines(text);
  return toRanges(lines, groupLines(lines, readShape(tree, lines), allOf(lines)));
}

export function cutSymbols(tree: Tree, text: string, language: CodeLanguage): readonly CodeRange[] {
  const lines = readLines(text);
  const shape = readShape(tree, lines);
  const spans: LineSpan[] = [];
  const { last } = allOf(lines);
  let next = 0;
  const addBlocks = (end: number): void => {
    if (end > next) spans.push(...groupLines(lines, shape, { first: next, last: end - 1 }));
  };
  for (const symbol of findSymbols(tree, lines, shape, language)) {
    addBlocks(symbol.first);
    spans.push(symbol);
    next = symbol.last + 1;
  }
  addBlocks(last + 1);
  return toRanges(lines, spans);
}

/** The outermost definitions that are small enough, each with what leads to it. */
function findSymbols(tree: Tree, lines: TextLines, shape: CodeShape, language: CodeLanguage): readonly LineSpan[] {
  const symbols: LineSpan[] = [];
  let next = 0;
  walkTree(tree.walk(), (cursor) => {
    const { first, last } = linesOf(cursor);
    if (first === last || last < next) return 'skip';
    const kind = language.definitions[cursor.nodeType];
    // A variable counts at the top, below `export` and `const`.
    if (kind === undefined || !nameDefinition(cursor.currentNode, kind, placeAt(cursor.currentDepth))) return 'enter';
    if (first < next || !isSmall(lines, first, last)) return 'enter';
    symbols.push({ first: findTop(lines, shape, { first, last }, next), last });
    next = last + 1;
    return 'skip';
  });
  return symbols;
}

function placeAt(depth: number): DefinitionPlace {
  return { isOutermost: depth <= 3, isMember: depth <= 3, depth: 0 };
}

function findTop(lines: TextLines, { leads }: CodeShape, { first, last }: LineSpan, limit: number): number {
  for (let top = first; ;) {
    const above = leads.get(top - 1);
    if (above === undefined || above < limit || !isSmall(lines, above, last)) return top;
    top = above;
  }
}

function isSmall({ starts, ends }: TextLines, first: number, last: number): boolean {
  return last - first < maxSymbolLines && (ends[last] ?? 0) - (starts[first] ?? 0) <= maxPieceLength;
}

function readShape(tree: Tree, lines: TextLines): CodeShape {
  const count = lines.starts.length;
  const changes = new Int32Array(count + 1);
  const whole: LineSpan[] = [];
  const leads = new Map<number, number>();
  walkTree(tree.walk(), (cursor) => {
    const { first, last } = linesOf(cursor);
    const type = cursor.nodeType;
    if (lead.test(type) && startsLine(lines, first, cursor.startIndex)) leads.set(last, first);
    if (first === last) return lead.test(type) || !cursor.currentNode.isNamed ? 'skip' : 'enter';
    if (unbroken.test(type)) whole.push({ first, last });
    else if (cursor.currentDepth > 0) {
      changes[first] = (changes[first] ?? 0) + 1;
      changes[last] = (changes[last] ?? 0) - 1;
    }
    return 'enter';
  });
  const behind = new Uint8Array(count);
  let depth = 0;
  for (let line = 0; line < count; line++) {
    depth += changes[line] ?? 0;
    const isLead = leads.has(line) && line + 1 < count && !isBlankLine(lines, line + 1);
    behind[line] = Math.min(maxCost, depth + (isLead ? leadCost : 0));
  }
  for (const { first, last } of whole) behind.fill(neverCut, first, last);
  return { behind, leads };
}

/** A node that ends with a line break ends in the line before. */
function linesOf({ startPosition, endPosition }: TreeCursor): LineSpan {
  const last = endPosition.column === 0 ? endPosition.row - 1 : endPosition.row;
  return { first: startPosition.row, last: Math.max(startPosition.row, last) };
}

function startsLine({ text, starts }: TextLines, line: number, offset: number): boolean {
  return text.slice(starts[line], offset).trim() === '';
}

function allOf(lines: TextLines): LineSpan {
  return { first: 0, last: lines.starts.length - 1 };
}

function toRanges({ text, starts, ends }: TextLines, spans: readonly LineSpan[]): readonly CodeRange[] {
  return spans.flatMap(({ first, last }) => cutLong(text, starts[first] ?? 0, ends[last] ?? text.length));
}

/** Pieces of at most `maxPieceLength`, without white space around; never inside a surrogate pair. */
function cutLong(text: string, startOffset: number, endOffset: number): readonly CodeRange[] {
  const ranges: CodeRange[] = [];
  for (let start = startOffset; start < endOffset;) {
    let end = Math.min(endOffset, start + maxPieceLength);
    if (end < endOffset) {
      const lineEnd = text.lastIndexOf('\n', end - 1);
      const isPair = /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(end - 1, end + 1));
      end = lineEnd > start + maxPieceLength / 2 ? lineEnd : isPair ? end - 1 : end;
    }
    const piece = text.slice(start, end);
    const first = start + (piece.length - piece.trimStart().length);
    if (first < end) ranges.push({ startOffset: first, endOffset: start + piece.trimEnd().length });
    start = end;
  }
  return ranges;
}

/**
 * Markdown → sections by heading (`#` and underlined ones), nested by level; code fences and front matter hold no
 * headings. Headings are definitions too, so that they are found by name; names in `code spans` are references.
 */
import type { SymbolDefinition, SymbolReference } from './chunk';
import type { OutlineNode } from './outline';
import { paragraphsOf } from './outline-paragraphs';
import type { TextMeasure } from './text-measure';

interface Heading {
  readonly offset: number;
  readonly nameOffset: number;
  readonly level: number;
  readonly name: string;
}
interface OpenSection {
  readonly heading: Heading;
  readonly children: OutlineNode[];
  bodyEnd: number;
}

export interface MarkdownOutline {
  readonly root: OutlineNode;
  readonly definitions: readonly SymbolDefinition[];
  readonly references: readonly SymbolReference[];
}

const maxReferences = 20_000;

export function outlineMarkdown(text: string, measure: TextMeasure): MarkdownOutline {
  const headings = findHeadings(text);
  const definitions: SymbolDefinition[] = [];
  const first = headings[0]?.offset ?? text.length;
  const top: OutlineNode[] = first > 0 ? [...paragraphsOf(text, 0, first)] : [];
  const open: OpenSection[] = [];
  headings.forEach((heading, index) => {
    closeDownTo(heading.level, heading.offset);
    open.push({ heading, children: [], bodyEnd: headings[index + 1]?.offset ?? text.length });
  });
  closeDownTo(0, text.length);
  definitions.sort((left, right) => left.startOffset - right.startOffset);
  const root = { startOffset: 0, endOffset: text.length, name: '', children: top };
  return { root, definitions, references: findNames(text, measure, definitions) };

  function closeDownTo(level: number, endOffset: number): void {
    for (let last = open.at(-1); last && last.heading.level >= level; last = open.at(-1)) {
      open.pop();
      const container = open.map((section) => section.heading.name).join(' > ');
      (open.at(-1)?.children ?? top).push(close(last, endOffset, container));
    }
  }

  function close(section: OpenSection, endOffset: number, container: string): OutlineNode {
    const { heading, children, bodyEnd } = section;
    const { name, nameOffset, offset } = heading;
    definitions.push({
      name,
      kind: 'heading',
      startOffset: offset,
      endOffset,
      nameOffset,
      line: measure.line(nameOffset),
      container,
    });
    return { startOffset: offset, endOffset, name, children: [...paragraphsOf(text, offset, bodyEnd), ...children] };
  }
}

const fence = /^ {0,3}(`{3,}|~{3,})/;
const hashHeading = /^( {0,3}(#{1,6})[ \t]+)(.+?)(?:[ \t]+#+)?[ \t]*\r?$/;
const underline = /^ {0,3}(=+|-{3,})[ \t]*\r?$/;

function findHeadings(text: string): readonly Heading[] {
  const headings: Heading[] = [];
  let openFence = '';
  let previous: { readonly offset: number; readonly line: string } | null = null;
  let offset = skipFrontMatter(text);
  while (offset < text.length) {
    const newline = text.indexOf('\n', offset);
    const end = newline < 0 ? text.length : newline;
    // A heading is short; the bound keeps the patterns fast on a line of megabytes.
    const line = text.slice(offset, Math.min(end, offset + 1_000));
    const mark = fence.exec(line)?.[1];
    const isTextLine = openFence === '' && mark === undefined;
    if (mark !== undefined && openFence === '') openFence = mark;
    else if (mark !== undefined && mark.startsWith(openFence)) openFence = '';
    const heading: Heading | null = isTextLine ? headingAt(offset, line, previous) : null;
    if (heading) headings.push(heading);
    previous = isTextLine && !heading && line.trim() !== '' ? { offset, line } : null;
    offset = end + 1;
  }
  return headings;
}

function headingAt(
  offset: number,
  line: string,
  previous: { readonly offset: number; readonly line: string } | null,
): Heading | null {
  const hash = hashHeading.exec(line);
  if (hash)
    return {
      offset,
      nameOffset: offset + (hash[1]?.length ?? 0),
      level: hash[2]?.length ?? 1,
      name: plainName(hash[3] ?? ''),
    };
  const under = previous && previous.line.length < 200 ? underline.exec(line)?.[1] : undefined;
  // A list item or a table row above a rule of dashes is no heading.
  if (!previous || under === undefined || /^\s*[-*+>|\d]/.test(previous.line)) return null;
  const name = plainName(previous.line.trim());
  return { offset: previous.offset, nameOffset: previous.offset, level: under.startsWith('=') ? 1 : 2, name };
}

/** A code span, or a fence to step over. */
const spanOrFence = /(?<!`)`([^`\n]{2,120})`(?!`)|^ {0,3}(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^ {0,3}\2|$(?![\s\S]))/gm;

/** The identifiers in code spans, each under the path of its section. `definitions` are sorted. */
function findNames(
  text: string,
  measure: TextMeasure,
  definitions: readonly SymbolDefinition[],
): readonly SymbolReference[] {
  const references: SymbolReference[] = [];
  let section = -1;
  for (const span of text.matchAll(spanOrFence)) {
    if (span[1] === undefined) continue;
    while ((definitions[section + 1]?.startOffset ?? Infinity) <= span.index) section += 1;
    const heading = definitions[section];
    const container = heading ? [heading.container, heading.name].filter((name) => name !== '').join(' > ') : '';
    for (const word of span[1].matchAll(/[\p{L}_$][\p{L}\p{N}_$]+/gu)) {
      if (references.length >= maxReferences) return references;
      const offset = span.index + 1 + word.index;
      references.push({ name: word[0], offset, line: measure.line(offset), kind: 'other', container });
    }
  }
  return references;
}

/** The heading as a reader sees it: without anchors, link targets and emphasis. */
function plainName(source: string): string {
  const text = source
    .replace(/<[^>]{0,200}>/g, '')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[*`]/g, '')
    .trim();
  return text === '' ? source.trim() : text;
}

function skipFrontMatter(text: string): number {
  if (!/^---\r?\n/.test(text)) return 0;
  const close = /\n---[ \t]*(?:\r?\n|$)/g;
  close.lastIndex = 3;
  const match = close.exec(text);
  return match ? match.index + match[0].length : 0;
}

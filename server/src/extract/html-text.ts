/**
 * The visible text of HTML: headings as `# `, list items, preformatted text in fences, table rows with ` | ` between
 * cells; no scripts and styles. A table that holds tables or headings only lays out the page and is read as blocks.
 */
import type { Place } from '../../../protocol/places';
import { readHtml, type Attributes } from './read-markup';
import type { TextBuilder } from './text-builder';

const skipped = new Set(['script', 'style', 'template', 'noscript', 'iframe', 'svg', 'head', 'datalist']);
const blocks = new Set(
  'address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr html legend li main nav ol p pre section summary table tbody tfoot thead tr ul'.split(
    ' ',
  ),
);
/** After these the next text goes on in the next line; after other blocks a line stays empty. */
const lines = new Set(['li', 'tr', 'dt', 'dd', 'caption']);

interface OpenTable {
  cells: string[] | null;
  /** Where the row's first text stands. */
  rowOffset: number;
  isLayout: boolean;
}
interface OpenList {
  /** Of the next item; null in a list without numbers. */
  next: number | null;
}

export interface HtmlFacts {
  /** Content of the `title` element; empty if there is none. */
  readonly title: string;
  readonly headings: number;
}

/** Appends the text to `builder`; `placeOf` tells the place of what stands at an offset of `html`. @throws ExtractError */
export function addHtmlText(builder: TextBuilder, html: string, placeOf: (offset: number) => Place): HtmlFacts {
  const reader = new HtmlReader(builder, placeOf, !/<h1[\s>]/i.test(html));
  readHtml(html, reader);
  reader.end();
  return { title: reader.title, headings: reader.headings };
}

class HtmlReader {
  title = '';
  headings = 0;
  #skipDepth = 0;
  #titleDepth = 0;
  #preDepth = 0;
  #line = '';
  /** Whether the line holds more than blanks; asking the line itself, piece by piece, would read it again each time. */
  #hasWords = false;
  #lineOffset = 0;
  #prefix = '';
  readonly #tables: OpenTable[] = [];
  readonly #lists: OpenList[] = [];

  constructor(
    private readonly builder: TextBuilder,
    private readonly placeOf: (offset: number) => Place,
    private readonly usesTitle: boolean,
  ) {}

  open(name: string, attributes: Attributes): void {
    if (this.#skipDepth > 0 || skipped.has(name) || Object.hasOwn(attributes, 'hidden')) {
      this.#skipDepth += 1;
      if (name === 'title' && this.title === '') this.#titleDepth = this.#skipDepth;
      return;
    }
    if (blocks.has(name)) this.#openBlock(name, attributes);
    else if (name === 'td' || name === 'th') this.#openCell();
    else if (name === 'br') this.#append('\n');
    else if (name === 'img' && attributes['alt'] !== undefined) this.#append(attributes['alt']);
  }

  text(text: string, startOffset: number): void {
    if (this.#titleDepth > 0) this.title += text;
    if (this.#skipDepth > 0) return;
    if (this.#preDepth === 0 && !this.#hasWords) {
      const blank = text.search(/[^\s\u00a0]/);
      if (blank < 0) return;
      this.#lineOffset = startOffset + blank;
    } else if (this.#line === '') this.#lineOffset = startOffset;
    this.#append(this.#preDepth > 0 ? text : text.replace(/[\s\u00a0]+/g, ' '));
  }

  close(name: string): void {
    if (this.#skipDepth > 0) {
      if (name === 'title' && this.#titleDepth > 0) this.#closeTitle();
      this.#skipDepth -= 1;
      return;
    }
    if (blocks.has(name)) this.#closeBlock(name);
    else if (name === 'td' || name === 'th') this.#closeCell();
  }

  isDone(): boolean {
    return this.builder.isFull;
  }

  end(): void {
    this.#flush();
    this.builder.endLine();
  }

  #openBlock(name: string, attributes: Attributes): void {
    const table = this.#tables.at(-1);
    if (table?.cells && /^(?:h[1-6]|table|pre)$/.test(name)) this.#makeLayout(table);
    this.#flush();
    if (!this.#isTight(name)) this.builder.endBlock();
    if (name === 'table') this.#tables.push({ cells: null, rowOffset: 0, isLayout: false });
    else if (name === 'tr' && table && !table.isLayout) table.cells = [];
    else if (name === 'ul') this.#lists.push({ next: null });
    else if (name === 'ol') this.#lists.push({ next: Number.parseInt(attributes['start'] ?? '1', 10) || 1 });
    else if (name === 'li') this.#prefix = this.#itemPrefix();
    else if (name === 'pre') this.#openPre();
    else if (/^h[1-6]$/.test(name)) this.#prefix = `${'#'.repeat(Number(name[1]))} `;
  }

  #closeBlock(name: string): void {
    const table = this.#tables.at(-1);
    if (name === 'pre') return this.#closePre();
    if (/^h[1-6]$/.test(name) && this.#hasWords) this.headings += 1;
    if (name === 'tr' && table?.cells) this.#closeRow(table, table.cells);
    this.#flush();
    this.#prefix = '';
    if (name === 'table') this.#tables.pop();
    else if (name === 'ul' || name === 'ol') this.#lists.pop();
    if (!this.#isTight(name)) this.builder.endBlock();
  }

  /** No empty line around it: rows, items, lists in lists, and everything inside a table cell. */
  #isTight(name: string): boolean {
    return lines.has(name) || this.#isInCell() || (/^[uo]l$/.test(name) && this.#lists.length > 0);
  }

  #itemPrefix(): string {
    const list = this.#lists.at(-1);
    const indent = '  '.repeat(Math.max(0, Math.min(this.#lists.length, 8) - 1));
    if (!list || list.next === null) return `${indent}- `;
    list.next += 1;
    return `${indent}${list.next - 1}. `;
  }

  #openCell(): void {
    if (this.#tables.at(-1)?.isLayout !== false) this.#flush();
  }

  #closeCell(): void {
    const table = this.#tables.at(-1);
    if (!table?.cells) return this.#flush();
    if (table.cells.every((cell) => cell === '')) table.rowOffset = this.#lineOffset;
    table.cells.push(this.#takeLine().replace(/\s+/g, ' ').trim());
  }

  #closeRow(table: OpenTable, cells: readonly string[]): void {
    const rest = this.#takeLine().replace(/\s+/g, ' ').trim();
    const row = (rest === '' ? cells : [...cells, rest]).join(' | ');
    table.cells = null;
    if (row.replaceAll(' | ', '').trim() === '') return;
    this.builder.endLine();
    this.builder.add(row, this.placeOf(table.rowOffset));
    this.builder.endLine();
  }

  /** What was read of the row so far becomes blocks. */
  #makeLayout(table: OpenTable): void {
    const cells = table.cells ?? [];
    table.cells = null;
    table.isLayout = true;
    const open = this.#takeLine();
    for (const cell of [...cells, open]) {
      this.#append(cell);
      this.#flush();
      this.builder.endBlock();
    }
  }

  #openPre(): void {
    this.#preDepth += 1;
    if (this.#preDepth > 1) return;
    this.builder.endBlock();
    this.builder.add('```\n');
  }

  #closePre(): void {
    this.#preDepth -= 1;
    if (this.#preDepth > 0) return;
    const text = this.#takeLine()
      .replace(/^\r?\n/, '')
      .trimEnd();
    this.builder.add(text, this.placeOf(this.#lineOffset));
    this.builder.endLine();
    this.builder.add('```\n');
    this.builder.endBlock();
  }

  #closeTitle(): void {
    this.#titleDepth = 0;
    this.title = this.title.replace(/\s+/g, ' ').trim();
    if (!this.usesTitle || this.title === '') return;
    this.headings += 1;
    this.builder.endBlock();
    this.builder.add(`# ${this.title}`, this.placeOf(0));
    this.builder.endBlock();
  }

  #append(text: string): void {
    this.#line += text;
    if (!this.#hasWords && /\S/.test(text)) this.#hasWords = true;
  }

  #takeLine(): string {
    const line = this.#line;
    this.#line = '';
    this.#hasWords = false;
    return line;
  }

  #isInCell(): boolean {
    return Boolean(this.#tables.at(-1)?.cells);
  }

  /** Writes what was collected as one block; inside a table cell it only parts words. */
  #flush(): void {
    if (this.#preDepth > 0) return;
    if (this.#isInCell()) return this.#append(' ');
    const text = this.#takeLine()
      .replace(/[ \t]+/g, ' ')
      .replace(/ ?\n ?/g, '\n')
      .trim();
    if (text === '') return;
    const isHeading = this.#prefix.startsWith('#');
    this.builder.endLine();
    this.builder.add(this.#prefix + (isHeading ? text.replaceAll('\n', ' ') : text), this.placeOf(this.#lineOffset));
    this.#prefix = '';
    this.builder.endLine();
  }
}

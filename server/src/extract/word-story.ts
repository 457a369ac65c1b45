/**
 * The paragraphs and table rows of one part of a Word file (body, notes, headers) in reading order, tracked changes as
 * accepted (ECMA-376 part 1, 17.13.5): inserted text stays, deleted text and deleted paragraph marks go.
 */
import { attribute, readXml, type Attributes } from './read-markup';

export interface NoteReference {
  readonly kind: 'footnote' | 'endnote';
  readonly id: string;
}
export interface WordParagraph {
  readonly text: string;
  readonly styleId: string | null;
  /** As the paragraph itself says; null: as its style says. */
  readonly numId: string | null;
  readonly listLevel: number | null;
  readonly outlineLevel: number | null;
}
export interface StorySink {
  /** `number` is 1-based over all paragraphs of the part, also empty ones and those in tables. */
  paragraph(paragraph: WordParagraph, number: number): void;
  row(cells: readonly string[], number: number): void;
  /** A note begins; what follows belongs to it. */
  note?(id: string): void;
  /** No more text is taken. */
  isDone?(): boolean;
  /** The mark that stands in the text for a note. */
  reference?(reference: NoteReference): string;
}

/** Left out with all they hold: deleted text, old properties, second versions, codes of fields, readings of ruby text. */
const skipped = new Set([
  'del',
  'moveFrom',
  'Fallback',
  'instrText',
  'delText',
  'pPrChange',
  'rPrChange',
  'sectPrChange',
  'tblPrChange',
  'tblPrExChange',
  'tblGridChange',
  'trPrChange',
  'tcPrChange',
  'numberingChange',
  'rt',
]);

interface OpenParagraph {
  text: string;
  styleId: string | null;
  numId: string | null;
  listLevel: number | null;
  outlineLevel: number | null;
  isMarkDeleted: boolean;
  readonly number: number;
  /** Paragraphs of text boxes that are anchored in this one. */
  readonly boxes: string[];
}
interface OpenTable {
  readonly rows: { readonly cells: string[]; readonly number: number }[];
  cells: string[];
  cell: string[];
  firstNumber: number;
  isRowDeleted: boolean;
}

/** @throws ExtractError */
export function readStory(bytes: Uint8Array, part: string, sink: StorySink): void {
  readXml(bytes, part, new StoryReader(sink));
}

class StoryReader {
  #skipDepth = 0;
  #boxDepth = 0;
  #count = 0;
  #isHidden = false;
  #inText = false;
  #carried: string | null = null;
  readonly #parents: string[] = [];
  readonly #paragraphs: OpenParagraph[] = [];
  readonly #tables: OpenTable[] = [];

  constructor(private readonly sink: StorySink) {}

  open(name: string, attributes: Attributes): void {
    const parent = this.#parents.at(-1);
    this.#parents.push(name);
    if (this.#skipDepth > 0) {
      this.#skipDepth += 1;
      return;
    }
    if (name === 'del' || name === 'moveFrom') this.#markDeleted(parent);
    if (skipped.has(name)) {
      this.#skipDepth = 1;
      return;
    }
    this.#openStructure(name, attributes);
    const paragraph = this.#paragraphs.at(-1);
    if (paragraph) this.#openInParagraph(paragraph, name, attributes, parent);
  }

  text(text: string): void {
    if (this.#skipDepth > 0 || !this.#inText || this.#isHidden) return;
    this.#append(text);
  }

  close(name: string): void {
    this.#parents.pop();
    if (this.#skipDepth > 0) {
      this.#skipDepth -= 1;
      return;
    }
    if (name === 't') this.#inText = false;
    else if (name === 'r') this.#isHidden = false;
    else if (name === 'p') this.#closeParagraph();
    else if (name === 'txbxContent') this.#boxDepth -= 1;
    else if (name === 'tc') this.#closeCell();
    else if (name === 'tr') this.#closeRow();
    else if (name === 'tbl') this.#closeTable();
  }

  isDone(): boolean {
    return this.sink.isDone?.() ?? false;
  }

  #openStructure(name: string, attributes: Attributes): void {
    const table = this.#tables.at(-1);
    if (name === 'p') this.#openParagraph();
    else if (name === 'txbxContent') this.#boxDepth += 1;
    else if (name === 'tbl')
      this.#tables.push({ rows: [], cells: [], cell: [], firstNumber: this.#count + 1, isRowDeleted: false });
    else if (name === 'tr' && table) {
      table.cells = [];
      table.firstNumber = this.#count + 1;
      table.isRowDeleted = false;
    } else if (name === 'tc' && table) table.cell = [];
    else if (name === 'footnote' || name === 'endnote') {
      if (attribute(attributes, 'type') === undefined) this.sink.note?.(attribute(attributes, 'id') ?? '');
    }
  }

  #openParagraph(): void {
    if (this.#boxDepth === 0) this.#count += 1;
    this.#paragraphs.push({
      text: '',
      styleId: null,
      numId: null,
      listLevel: null,
      outlineLevel: null,
      isMarkDeleted: false,
      number: this.#count,
      boxes: [],
    });
  }

  #openInParagraph(paragraph: OpenParagraph, name: string, attributes: Attributes, parent: string | undefined): void {
    const value = attribute(attributes, 'val');
    switch (name) {
      case 't':
        this.#inText = true;
        break;
      case 'tab':
        // Tab stops have the same name as tabs.
        if (parent === 'r') this.#append('\t');
        break;
      case 'br':
      case 'cr':
        this.#append('\n');
        break;
      case 'noBreakHyphen':
        this.#append('-');
        break;
      case 'vanish':
        if (parent === 'rPr' && this.#parents.at(-3) === 'r') this.#isHidden = value !== '0' && value !== 'false';
        break;
      case 'pStyle':
        paragraph.styleId = value ?? null;
        break;
      case 'numId':
        paragraph.numId = value ?? null;
        break;
      case 'ilvl':
        paragraph.listLevel = Number(value ?? 0);
        break;
      case 'outlineLvl':
        paragraph.outlineLevel = Number(value ?? 9);
        break;
      case 'footnoteReference':
      case 'endnoteReference':
        this.#refer(name === 'footnoteReference' ? 'footnote' : 'endnote', attribute(attributes, 'id') ?? '');
        break;
      default:
    }
  }

  #refer(kind: NoteReference['kind'], id: string): void {
    this.#append(this.sink.reference?.({ kind, id }) ?? '');
  }

  #append(text: string): void {
    const paragraph = this.#paragraphs.at(-1);
    if (paragraph) paragraph.text += text;
  }

  /** A deletion among properties is about the paragraph's mark or the table's row. */
  #markDeleted(parent: string | undefined): void {
    const paragraph = this.#paragraphs.at(-1);
    const table = this.#tables.at(-1);
    if (parent === 'rPr' && this.#parents.at(-3) === 'pPr' && paragraph) paragraph.isMarkDeleted = true;
    else if (parent === 'trPr' && table) table.isRowDeleted = true;
  }

  #closeParagraph(): void {
    const paragraph = this.#paragraphs.pop();
    if (!paragraph) return;
    const host = this.#paragraphs.at(-1);
    if (host) {
      if (paragraph.text.trim() !== '') host.boxes.push(paragraph.text);
      for (const box of paragraph.boxes) host.boxes.push(box);
      return;
    }
    const text = (this.#carried ?? '') + paragraph.text;
    this.#carried = paragraph.isMarkDeleted ? text : null;
    const table = this.#tables.at(-1);
    const texts = [...(paragraph.isMarkDeleted ? [] : [text]), ...paragraph.boxes];
    if (table) for (const entry of texts) addFilled(table.cell, entry);
    else texts.forEach((entry, place) => this.#emit(paragraph, entry, place > 0));
  }

  #emit(paragraph: OpenParagraph, text: string, isBox: boolean): void {
    const { styleId, numId, listLevel, outlineLevel, number } = paragraph;
    const shown = isBox
      ? { text, styleId: null, numId: null, listLevel: null, outlineLevel: null }
      : { text, styleId, numId, listLevel, outlineLevel };
    this.sink.paragraph(shown, number);
  }

  #closeCell(): void {
    const table = this.#tables.at(-1);
    if (!table) return;
    table.cells.push(table.cell.join(' ').replace(/\s+/g, ' ').trim());
    table.cell = [];
  }

  #closeRow(): void {
    const table = this.#tables.at(-1);
    if (!table || table.isRowDeleted || table.cells.every((cell) => cell === '')) return;
    table.rows.push({ cells: table.cells, number: table.firstNumber });
  }

  /** A table inside a cell becomes that cell's text. */
  #closeTable(): void {
    const table = this.#tables.pop();
    if (!table) return;
    const outer = this.#tables.at(-1);
    if (outer) for (const { cells } of table.rows) outer.cell.push(cells.join(', '));
    else for (const { cells, number } of table.rows) this.sink.row(cells, number);
  }
}

function addFilled(texts: string[], text: string): void {
  if (text.trim() !== '') texts.push(text);
}

/** Workbooks (.xlsx, ECMA-376 part 1, 18) → text: each sheet under its name, a line a row, a tab between shown values. */
import { maxPlacedCells } from './extract-limits';
import { mainPart, readPart, readRelationships } from './ooxml-package';
import type { ReadDocument } from './read-document';
import { attribute, prefixedAttribute, readXml, type Attributes } from './read-markup';
import { TextBuilder } from './text-builder';
import { readSharedTexts, XlsxValues } from './xlsx-values';
import type { ZipArchive } from './zip-archive';

const maxTabs = 20;

interface Cell {
  readonly column: number;
  readonly text: string;
}

/** @throws ExtractError */
export async function readXlsx(zip: ZipArchive): Promise<ReadDocument> {
  const main = await mainPart(zip, 'xl/workbook.xml');
  const parts = await readRelationships(zip, main);
  const partOf = (type: string): Promise<Uint8Array | null> =>
    zip.read(parts.find((part) => part.type === type)?.target ?? '');
  const { sheets, is1904 } = readWorkbook(await readPart(zip, main));
  const values = new XlsxValues(await partOf('styles'), readSharedTexts(await partOf('sharedStrings')), is1904);
  const writer = new SheetWriter();
  const problems: string[] = [];
  for (const { name, id } of sheets) {
    const part = parts.find((entry) => entry.id === id && entry.type === 'worksheet')?.target;
    // Sheets of another type hold a chart or a dialog.
    if (part === undefined) continue;
    const bytes = await zip.read(part);
    if (!bytes) problems.push(`The sheet ${name} is missing in the file.`);
    else {
      readXml(bytes, part, new SheetReader(values, name, writer));
    }
    if (writer.builder.isFull) break;
  }
  problems.push(...writer.builder.problems());
  return { ...writer.builder.finish(), language: 'markdown', format: 'xlsx', problems };
}

function readWorkbook(bytes: Uint8Array): {
  readonly sheets: readonly { readonly name: string; readonly id: string }[];
  readonly is1904: boolean;
} {
  const sheets: { name: string; id: string }[] = [];
  let is1904 = false;
  readXml(bytes, 'workbook', {
    open: (name, attributes) => {
      if (name === 'sheet') {
        sheets.push({ name: attribute(attributes, 'name') ?? '', id: prefixedAttribute(attributes, 'id') ?? '' });
      } else if (name === 'workbookPr') is1904 = /^(?:1|true)$/.test(attribute(attributes, 'date1904') ?? '');
    },
  });
  return { sheets, is1904 };
}

class SheetReader {
  #row = 0;
  #column = 0;
  #type = '';
  #style = 0;
  #raw = '';
  #inValue = false;
  #phonetic = false;
  #cells: Cell[] = [];

  constructor(
    private readonly values: XlsxValues,
    private readonly sheet: string,
    private readonly writer: SheetWriter,
  ) {}

  open(name: string, attributes: Attributes): void {
    if (name === 'c') this.#openCell(attributes);
    else if (name === 'v' || (name === 't' && this.#type === 'inlineStr')) this.#inValue = true;
    else if (name === 'rPh') this.#phonetic = true;
    else if (name === 'row') {
      this.#row = Number(attribute(attributes, 'r') ?? this.#row + 1);
      this.#column = 0;
      this.#cells = [];
    }
  }

  text(text: string): void {
    if (this.#inValue && !this.#phonetic) this.#raw += text;
  }

  close(name: string): void {
    if (name === 'v' || name === 't') this.#inValue = false;
    else if (name === 'rPh') this.#phonetic = false;
    else if (name === 'c') this.#closeCell();
    else if (name === 'row' && this.#cells.length > 0) this.writer.addRow(this.sheet, this.#row, this.#cells);
  }

  isDone(): boolean {
    return this.writer.builder.isFull;
  }

  #openCell(attributes: Attributes): void {
    this.#column = columnOf(attribute(attributes, 'r')) ?? this.#column + 1;
    this.#type = attribute(attributes, 't') ?? '';
    this.#style = Number(attribute(attributes, 's') ?? 0);
    this.#raw = '';
  }

  #closeCell(): void {
    const isText = this.#type === 'inlineStr' || this.#type === 'str';
    const text = isText ? this.#raw : this.values.show(this.#raw, this.#type, this.#style);
    const line = text.replace(/\s+/g, ' ').trim();
    if (line !== '') this.#cells.push({ column: this.#column, text: line });
    this.#type = '';
  }
}

class SheetWriter {
  readonly builder = new TextBuilder();
  #cells = 0;
  #sheet: string | null = null;

  /** A sheet without cells leaves nothing. */
  addRow(sheet: string, row: number, cells: readonly Cell[]): void {
    if (this.#sheet !== sheet) this.#startSheet(sheet);
    const [first, last] = [cells[0]?.column ?? 1, cells.at(-1)?.column ?? 1];
    this.#cells += cells.length;
    if (this.#cells > maxPlacedCells) {
      const range = `${columnName(first)}${row}:${columnName(last)}${row}`;
      const line = cells.map((cell, place) => tabsTo(cell, cells[place - 1]) + cell.text).join('');
      this.builder.add(line, { kind: 'cell', sheet, range });
    } else {
      cells.forEach((cell, place) => {
        this.builder.add(tabsTo(cell, cells[place - 1]));
        this.builder.add(cell.text, { kind: 'cell', sheet, range: `${columnName(cell.column)}${row}` });
      });
    }
    this.builder.endLine();
  }

  #startSheet(sheet: string): void {
    this.#sheet = sheet;
    this.builder.endBlock();
    this.builder.add(`# ${sheet}`);
    this.builder.endBlock();
  }
}

/** One for each column since the cell before, so that columns line up; a far jump needs no more than a few. */
function tabsTo({ column }: Cell, before: Cell | undefined): string {
  return '\t'.repeat(Math.max(0, Math.min(maxTabs, column - (before?.column ?? 1))));
}

/** `BC12` → 55. */
function columnOf(reference: string | undefined): number | null {
  const letters = /^\$?([A-Z]{1,3})/i.exec(reference ?? '')?.[1];
  if (letters === undefined) return null;
  return [...letters.toUpperCase()].reduce((column, letter) => column * 26 + letter.charCodeAt(0) - 64, 0);
}

function columnName(column: number): string {
  let rest = column;
  let name = '';
  for (; rest > 0; rest = Math.floor((rest - 1) / 26)) name = String.fromCharCode(65 + ((rest - 1) % 26)) + name;
  return name;
}

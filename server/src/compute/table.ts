/** Tables found in documents: rows of cells, each with its place, under typed columns. */
import type { SourceRange } from '../../../protocol/evidence';
import { parseNumber, decimalSignOf, isDate, type DecimalSign } from './parse-number';
import { multiply, type Quantity } from './quantity';
import { describeUnit, isPlain } from './units';

/** A cell as it is shown; offsets are UTF-16 into the document's text. */
export interface Cell {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}
/** Null: the cell is empty. */
export type GridRow = readonly (Cell | null)[];

/** Cells in rows, before it is known what they mean. */
export interface Grid {
  /** The sheet, the heading above, or the file. */
  readonly title: string;
  readonly rows: readonly GridRow[];
  /** True: the first row names the columns; null: the cells tell. */
  readonly hasHeader: boolean | null;
  /** Names the columns of a sheet without a header: A, B, … from here on; null elsewhere. */
  readonly firstColumn: number | null;
}

export interface TableCell extends Cell {
  /** Null where it is no number. */
  readonly value: Quantity | null;
}
export type ColumnKind = 'number' | 'text' | 'date' | 'mixed';
export interface Column {
  /** Letters, digits and `_`, unique in the table without regard to case. */
  readonly name: string;
  readonly header: string;
  readonly kind: ColumnKind;
  /** Of all its numbers; empty where they have none, or several. */
  readonly unit: string;
}
export interface Table {
  /** Unique among the tables of one calculation. */
  readonly name: string;
  readonly path: string;
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly (TableCell | null)[])[];
}

/** A cell that a result was computed from. */
export interface UsedCell extends SourceRange {
  readonly table: string;
  readonly column: string;
  readonly text: string;
}

/** Null where there is nothing to ask: no row below the header, or no second cell. */
export function toTable(grid: Grid, path: string, name: string): Table | null {
  const width = grid.rows.reduce((most, row) => Math.max(most, row.length), 0);
  const signs = grid.rows.flatMap((row) => row.map((cell) => (cell === null ? null : decimalSignOf(cell.text))));
  // One number that can only be read one way tells how the doubtful ones beside it are meant.
  const sign: DecimalSign = signs.includes('comma') && !signs.includes('point') ? 'comma' : 'point';
  const isHeaded = grid.hasHeader ?? startsWithHeader(grid.rows, width, sign);
  const header = isHeaded ? grid.rows[0] : undefined;
  const body = isHeaded ? grid.rows.slice(1) : grid.rows;
  if (body.length === 0 || width === 0 || (width === 1 && body.length === 1)) return null;
  const names = new Set<string>();
  const headers = Array.from({ length: width }, (_, idx) => header?.[idx]?.text ?? '');
  const measures = headers.map((text) => headerMeasure(text, sign));
  const rows = body.map((row) =>
    Array.from({ length: width }, (_, idx) => toCell(row[idx] ?? null, sign, measures[idx] ?? null)),
  );
  const columns = headers.map((text, idx): Column => {
    const fallback = grid.firstColumn === null ? `c${idx + 1}` : letters(grid.firstColumn + idx);
    const cells = rows.flatMap((row) => row[idx] ?? []);
    return { name: uniqueName(text, fallback, names), header: text, ...kindOf(cells) };
  });
  return { name, path, title: grid.title, columns, rows };
}

/** A name that can be written in a query without quotes, and is not in `taken` yet. */
export function uniqueName(text: string, fallback: string, taken: Set<string>): string {
  const word = text
    .normalize('NFKC')
    .replaceAll(/[^\p{L}\p{M}\p{N}]+/gu, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, 40);
  const base = word === '' ? fallback : /^\p{N}/u.test(word) ? `_${word}` : word;
  let name = base;
  for (let count = 2; taken.has(name.toLowerCase()); count += 1) name = `${base}_${count}`;
  taken.add(name.toLowerCase());
  return name;
}

/** 1 → A, 27 → AA. */
function letters(column: number): string {
  let name = '';
  for (let rest = column; rest > 0; rest = Math.floor((rest - 1) / 26)) {
    name = String.fromCharCode(65 + ((rest - 1) % 26)) + name;
  }
  return name;
}

/** Words over numbers, or years behind a word: `Item | 2019 | 2020`. */
function startsWithHeader(rows: readonly GridRow[], width: number, sign: DecimalSign): boolean {
  const [first, ...others] = rows;
  if (first === undefined || others.length === 0) return false;
  const isNumber = (cell: Cell | null | undefined): boolean => parseNumber(cell?.text ?? '', sign) !== null;
  const isYear = (cell: Cell): boolean => /^(?:19|20)\d{2}年?$/.test(cell.text);
  const areYears = first.slice(1).every((cell) => cell === null || isYear(cell)) && !isNumber(first[0]);
  const isWords = first.every((cell) => cell === null || (!isNumber(cell) && !isDate(cell.text)));
  if (!isWords && !(areYears && first.length > 1)) return false;
  const numeric = Array.from({ length: width }, (_, idx) => idx).filter((idx) =>
    others.some((row) => isNumber(row[idx])),
  );
  return numeric.length > 0 && numeric.every((idx) => (first[idx] ?? null) !== null);
}

/** `Revenue (million USD)` says in what the numbers below are given; null where it does not. */
function headerMeasure(header: string, sign: DecimalSign): Quantity | null {
  const inside = /[(（[]\s*(?:in |单位[:：]?\s*)?([^()（）[\]]+?)\s*[)）\]]\s*$/i.exec(header)?.[1];
  if (inside === undefined || /\d/.test(inside)) return null;
  // The sign of a currency stands before its magnitude: ($ million).
  const [, currency, magnitude] = /^([A-Z]{0,3}[$€£¥])\s*(.+)$/.exec(inside) ?? [];
  const text = currency === undefined || magnitude === undefined ? `1 ${inside}` : `${currency}1 ${magnitude}`;
  return parseNumber(text, sign);
}

function toCell(cell: Cell | null, sign: DecimalSign, measure: Quantity | null): TableCell | null {
  if (cell === null || /^(?:|[-–—]+|n\/?a|\.{2,}|…)$/i.test(cell.text.trim())) return null;
  const value = isDate(cell.text) ? null : parseNumber(cell.text, sign);
  return { ...cell, value: value !== null && measure !== null && isPlain(value.unit) ? scaled(value, measure) : value };
}

/** Not a product: 12 under a header in % is 12 %. */
function scaled(value: Quantity, measure: Quantity): Quantity {
  return { value: multiply(value, { value: measure.value, unit: value.unit }).value, unit: measure.unit };
}

function kindOf(cells: readonly TableCell[]): Pick<Column, 'kind' | 'unit'> {
  const units = new Set(cells.flatMap(({ value }) => (value === null ? [] : [describeUnit(value.unit)])));
  const unit = units.size === 1 ? ([...units][0] ?? '') : '';
  const numbers = cells.filter(({ value }) => value !== null).length;
  if (numbers > 0) return { kind: numbers === cells.length ? 'number' : 'mixed', unit };
  return { kind: cells.length > 0 && cells.every(({ text }) => isDate(text)) ? 'date' : 'text', unit: '' };
}

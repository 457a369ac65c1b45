/** Separated values (RFC 4180, and what is like it): quoted fields may hold separators, quotes and line ends. */
import { parseNumber } from './parse-number';
import type { Cell, Grid, GridRow } from './table';

/** `separator` null: the one that parts the first lines most evenly. */
export function readCsv(text: string, separator: string | null, title: string): readonly Grid[] {
  const rows = readRows(text, separator ?? guessSeparator(text));
  if (rows.length < 2) return [];
  const first = rows[0] ?? [];
  const hasHeader = first.every((cell) => cell !== null && parseNumber(cell.text) === null) ? true : null;
  return [{ title, rows, hasHeader, firstColumn: null }];
}

function guessSeparator(text: string): string {
  const lines = text
    .slice(0, 20_000)
    .split(/\r\n|\n|\r/, 20)
    .filter((line) => line !== '');
  const counts = (separator: string): readonly number[] => lines.map((line) => line.split(separator).length - 1);
  const score = (separator: string): number => {
    const each = counts(separator);
    const [least, most] = [Math.min(...each), Math.max(...each)];
    return least === 0 ? most / 1000 : least === most ? 1000 + least : least;
  };
  return [',', ';', '\t', '|'].reduce((best, next) => (score(next) > score(best) ? next : best));
}

function readRows(text: string, separator: string): readonly GridRow[] {
  const rows: GridRow[] = [];
  let row: (Cell | null)[] = [];
  let at = 0;
  while (at < text.length) {
    const field = readField(text, at, separator);
    row.push(field.cell.text === '' ? null : field.cell);
    at = field.next;
    const char = text.charAt(at);
    if (char === separator) {
      at += 1;
      if (at < text.length && !/[\r\n]/.test(text.charAt(at))) continue;
      row.push(null);
      if (at < text.length) at = afterLine(text, at);
    } else at = afterLine(text, at);
    if (row.some((cell) => cell !== null)) rows.push(row);
    row = [];
  }
  return rows;
}

function afterLine(text: string, at: number): number {
  return text.startsWith('\r\n', at) ? at + 2 : at + 1;
}

/** The cell's offsets are those of its words, without quotation marks and spaces around them. */
function readField(text: string, from: number, separator: string): { readonly cell: Cell; readonly next: number } {
  let start = from;
  while (text.charAt(start) === ' ') start += 1;
  if (text.charAt(start) !== '"') {
    let end = start;
    while (end < text.length && text.charAt(end) !== separator && !/[\r\n]/.test(text.charAt(end))) end += 1;
    const shown = text.slice(start, end).trimEnd();
    return { cell: { text: shown, start, end: start + shown.length }, next: end };
  }
  let end = start + 1;
  while (end < text.length && (text.charAt(end) !== '"' || text.charAt(end + 1) === '"')) {
    end += text.charAt(end) === '"' ? 2 : 1;
  }
  let next = end + 1;
  while (next < text.length && text.charAt(next) !== separator && !/[\r\n]/.test(text.charAt(next))) next += 1;
  return {
    cell: { text: text.slice(start + 1, end).replaceAll('""', '"'), start: start + 1, end },
    next: Math.min(next, text.length),
  };
}

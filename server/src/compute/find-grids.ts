/**
 * Tables in the text of a document: sheets by the places of their cells, CSV and TSV files, Markdown tables, and the rows with
 * ` | ` between cells that the readers of Word, HTML, PDF, slides and books write.
 */
import type { PlacedRange } from '../../../protocol/places';
import { readCsv } from './read-csv';
import type { Cell, Grid, GridRow } from './table';

export interface ComputeDocument {
  readonly path: string;
  readonly text: string;
  readonly places: readonly PlacedRange[];
}

export function findGrids(document: ComputeDocument): readonly Grid[] {
  const { path, text, places } = document;
  if (places.some(({ place }) => place.kind === 'cell')) return sheetGrids(document);
  const [, separated] = /\.(csv|tsv|tab)$/i.exec(path) ?? [];
  const title = (path.split('/').at(-1) ?? path).replace(/\.[^.]*$/, '');
  if (separated !== undefined) return readCsv(text, separated.toLowerCase() === 'csv' ? null : '\t', title);
  return pipeGrids(document, title);
}

/** A sheet's rows of one block; an empty row parts two tables. */
function sheetGrids({ text, places }: ComputeDocument): readonly Grid[] {
  const sheets = new Map<string, Map<number, Map<number, Cell>>>();
  for (const { start, end, place } of places) {
    if (place.kind !== 'cell') continue;
    const [, letters = '', digits = ''] = /^([A-Z]+)(\d+)/.exec(place.range) ?? [];
    const [row, column] = [Number(digits), columnNumber(letters)];
    const rows = sheets.get(place.sheet) ?? new Map<number, Map<number, Cell>>();
    sheets.set(place.sheet, rows);
    const cells = rows.get(row) ?? new Map<number, Cell>();
    rows.set(row, cells);
    // In very large sheets a place is a whole row, with a tab for each column.
    let at = start;
    text
      .slice(start, end)
      .split('\t')
      .forEach((shown, idx) => {
        if (shown !== '') cells.set(column + idx, { text: shown, start: at, end: at + shown.length });
        at += shown.length + 1;
      });
  }
  return [...sheets].flatMap(([title, rows]) => blocks(rows).map((block) => toGrid(title, block)));
}

function blocks(
  rows: ReadonlyMap<number, ReadonlyMap<number, Cell>>,
): readonly (readonly ReadonlyMap<number, Cell>[])[] {
  const found: ReadonlyMap<number, Cell>[][] = [];
  let before = Number.NaN;
  for (const [number, cells] of [...rows].sort(([a], [b]) => a - b)) {
    if (number !== before + 1) found.push([]);
    found.at(-1)?.push(cells);
    before = number;
  }
  return found;
}

function toGrid(title: string, block: readonly ReadonlyMap<number, Cell>[]): Grid {
  let [first, last] = [Infinity, 0];
  for (const cells of block) {
    for (const column of cells.keys()) [first, last] = [Math.min(first, column), Math.max(last, column)];
  }
  const rows = block.map((cells) =>
    Array.from({ length: last - first + 1 }, (_, idx) => cells.get(first + idx) ?? null),
  );
  // A line with one cell above a wider table is its title.
  const filled = (row: GridRow | undefined): number => row?.filter((cell) => cell !== null).length ?? 0;
  const isTitled = rows.length > 2 && filled(rows[0]) === 1 && filled(rows[1]) > 1;
  const caption = isTitled ? rows[0]?.find((cell) => cell !== null)?.text : undefined;
  return {
    title: caption === undefined ? title : `${title}: ${caption}`,
    rows: isTitled ? rows.slice(1) : rows,
    hasHeader: null,
    firstColumn: first,
  };
}

function columnNumber(letters: string): number {
  return [...letters].reduce((number, letter) => number * 26 + letter.charCodeAt(0) - 64, 0);
}

interface Line {
  readonly text: string;
  readonly start: number;
}

function pipeGrids({ text, places }: ComputeDocument, fileTitle: string): readonly Grid[] {
  const isRead = places.length > 0;
  const isPage = places.some(({ place }) => place.kind === 'page');
  const grids: Grid[] = [];
  let title = fileTitle;
  let rows: GridRow[] = [];
  let hasRule = false;
  let gap = 0;
  const finish = (): void => {
    if (rows.length > 1 && (isRead || hasRule)) {
      grids.push({ title, rows, hasHeader: hasRule ? true : null, firstColumn: null });
    }
    rows = [];
    hasRule = false;
  };
  for (const line of linesOf(text)) {
    const cells = cellsOf(line, isRead);
    const isSameTable = rows.length > 0 && cells?.length === rows[0]?.length && gap <= (isPage ? 2 : 0);
    if (cells === null) {
      gap += line.text.trim() === '' && isPage ? 0.5 : 1;
      const heading = /^#{1,6}\s+(.*)$/.exec(line.text)?.[1];
      if (gap > (isPage ? 2 : 0) || heading !== undefined) finish();
      if (heading !== undefined) title = heading;
      continue;
    }
    if (!isSameTable) finish();
    gap = 0;
    const isRule = rows.length === 1 && cells.every((cell) => /^:?-+:?$/.test(cell?.text ?? ''));
    if (isRule) hasRule = true;
    else rows.push(cells);
  }
  finish();
  return grids;
}

function* linesOf(text: string): Generator<Line> {
  let start = 0;
  for (const match of text.matchAll(/\r\n|\n|\r/g)) {
    yield { text: text.slice(start, match.index), start };
    start = match.index + match[0].length;
  }
  yield { text: text.slice(start), start };
}

/** Null: no row of a table. Markdown's own rows may begin and end with a bar; `\|` is a bar in a cell. */
function cellsOf({ text, start }: Line, isRead: boolean): GridRow | null {
  if (!text.includes('|') || (isRead && !/ \| ?| ?\| /.test(text))) return null;
  const pieces: Cell[] = [];
  let from = 0;
  for (const match of text.matchAll(/(?<!\\)\|/g)) {
    pieces.push(trimmed(text, from, match.index, start));
    from = match.index + 1;
  }
  pieces.push(trimmed(text, from, text.length, start));
  const isBarred = /^\s*\|/.test(text);
  const inner = pieces.slice(isBarred ? 1 : 0, isBarred && /(?<!\\)\|\s*$/.test(text) ? -1 : undefined);
  return inner.length === 0 ? null : inner.map((cell) => (cell.text === '' ? null : cell));
}

function trimmed(line: string, from: number, to: number, lineStart: number): Cell {
  const piece = line.slice(from, to);
  const start = lineStart + from + (piece.length - piece.trimStart().length);
  const text = piece.trim();
  return { text, start, end: start + text.length };
}

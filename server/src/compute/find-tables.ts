/** The tables of the documents of one question, named so that a query can name them; bounded, and what is left out is said. */
import type { SourceRange } from '../../../protocol/evidence';
import { placeAt } from '../../../protocol/places';
import { findGrids, type ComputeDocument } from './find-grids';
import { toTable, uniqueName, type Cell, type Table } from './table';

/** Rows of one table, cells of all: what a query over them can take stays at seconds and some hundred megabytes. */
const maxRows = 20_000;
const maxCells = 400_000;
const maxColumns = 200;

export interface FoundTables {
  readonly tables: readonly Table[];
  /** One sentence for each table that is not there, or not whole. */
  readonly problems: readonly string[];
}

export function findTables(documents: readonly ComputeDocument[]): FoundTables {
  const tables: Table[] = [];
  const problems: string[] = [];
  const names = new Set<string>();
  let cells = 0;
  for (const document of documents) {
    for (const grid of findGrids(document)) {
      const width = Math.max(...grid.rows.slice(0, maxRows + 1).map((row) => row.length));
      if (width > maxColumns || cells + width * Math.min(grid.rows.length, maxRows) > maxCells) {
        problems.push(`The table ${grid.title} of ${document.path} is too large to be calculated with.`);
        continue;
      }
      if (grid.rows.length > maxRows) {
        // A sum over a part of the rows would be wrong and look right.
        problems.push(`The table ${grid.title} of ${document.path} has more than ${maxRows} rows and is left out.`);
        continue;
      }
      const table = toTable(grid, document.path, uniqueName(grid.title, 'table', names));
      if (table === null) continue;
      cells += table.columns.length * table.rows.length;
      tables.push(table);
    }
  }
  return { tables, problems };
}

/** Turns offsets of one document into places; made once, as it looks for the line ends. */
export function createLocator({ path, text, places }: ComputeDocument): (cell: Cell) => SourceRange {
  const starts = [0];
  for (const match of text.matchAll(/\r\n|\n|\r/g)) starts.push(match.index + match[0].length);
  const lineOf = (offset: number): number => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] ?? Infinity) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
  return ({ start, end }) => {
    const place = placeAt(places, start);
    const range = { path, start, end, startLine: lineOf(start), endLine: lineOf(Math.max(start, end - 1)) };
    return place === null ? range : { ...range, place };
  };
}

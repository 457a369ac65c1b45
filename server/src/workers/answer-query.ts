/** One query over the tables of some documents: the values, and the places of the cells that they were made of. */
import { createLocator, findTables } from '../compute/find-tables';
import type { UsedCell } from '../compute/table';
import type { ComputeMethods, QueryResult } from './compute-protocol';
import { TableDatabase, type CellReference } from './table-database';

/** More would not be read by anyone; their number is told. */
const maxUsedCells = 400;

/** @throws ComputeError with one sentence */
export function answerQuery({ documents, sql, timeLimitMs }: ComputeMethods['query']['params']): QueryResult {
  const { tables } = findTables(documents);
  const database = new TableDatabase(tables);
  try {
    const { columns, rows, used } = database.query(sql, timeLimitMs);
    const locators = new Map(documents.map((document) => [document.path, createLocator(document)]));
    const locate = ({ table, row, column }: CellReference): readonly UsedCell[] => {
      const source = tables[table];
      const cell = source?.rows[row]?.[column] ?? null;
      const locator = source && locators.get(source.path);
      if (source === undefined || cell === null || locator === undefined) return [];
      const range = locator(cell);
      return [{ ...range, table: source.name, column: source.columns[column]?.name ?? '', text: cell.text }];
    };
    return { columns, rows, used: used.slice(0, maxUsedCells).flatMap(locate), usedCount: used.length };
  } finally {
    database.close();
  }
}

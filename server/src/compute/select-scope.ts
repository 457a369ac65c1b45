/** The tables that a query speaks of, and what it takes out of them. */
import { ComputeError } from './compute-error';
import type { Expression, SelectItem, SelectQuery } from './syntax-tree';
import type { Table } from './table';

/** Pairs of rows that a query may look at. A loop inside SQLite cannot be stopped from outside, so its length is bounded. */
const maxPairs = 2_000_000;

export interface Scope {
  readonly tables: readonly { readonly table: Table; readonly index: number; readonly names: readonly string[] }[];
}

/** @throws ComputeError */
export function createScope(query: SelectQuery, tables: readonly Table[]): Scope {
  const found = query.from.map(({ name, alias }) => {
    const index = tables.findIndex((table) => table.name.toLowerCase() === name.toLowerCase());
    const table = tables[index];
    if (table === undefined) {
      const known = tables.map((entry) => entry.name).join(', ') || 'none';
      throw new ComputeError('unknownName', `There is no table ${name}; there are: ${known}.`);
    }
    return { table, index, names: [(alias ?? name).toLowerCase()] };
  });
  const pairs = found.reduce((product, { table }) => product * Math.max(1, table.rows.length), 1);
  if (found.length > 3 || pairs > maxPairs) {
    throw new ComputeError('tooLarge', 'The query joins too many rows; ask about one table, or a smaller one.');
  }
  return { tables: found };
}

/** `*` is every column of every table. */
export function expandItem({ expression, alias }: SelectItem, { tables }: Scope): readonly Expanded[] {
  if (expression !== null) return [{ expression, name: alias ?? nameOf(expression) }];
  return tables.flatMap(({ table, names }) =>
    table.columns.map(({ name }) => ({ expression: { kind: 'name', table: names[0] ?? null, name } as const, name })),
  );
}

export interface Expanded {
  readonly expression: Expression;
  readonly name: string;
}

function nameOf(expression: Expression): string {
  if (expression.kind === 'name') return expression.name;
  return expression.kind === 'call' ? expression.name : expression.kind === 'countRows' ? 'count' : 'value';
}

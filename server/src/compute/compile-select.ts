/**
 * A parsed query → SQLite's SQL over tables t0, t1 … with columns c0, c1 …, literals as parameters. Numbers are text that keeps
 * their exact value and unit, so arithmetic and comparison are functions of ours; no word of document or query gets into the SQL.
 */
import { ComputeError } from './compute-error';
import { hasAggregate, isAggregate, SelectCompiler, type ColumnReference, type RunInner } from './select-compiler';
import { createScope, expandItem, type Expanded } from './select-scope';
import { walkExpression, type Expression, type SelectQuery } from './syntax-tree';
import type { Table } from './table';

export interface CompiledColumn {
  readonly name: string;
  /** The columns that the value is made of; `extreme`: only the cells that hold the value itself. */
  readonly uses: readonly ColumnReference[];
  readonly isExtreme: boolean;
}
export interface CompiledQuery {
  /** Its last values, one a table of FROM, are the ids of the rows that the result's row was made of: `1,2,3`. */
  readonly sql: string;
  readonly parameters: readonly string[];
  /** Index in the list of all tables, one for each of FROM. */
  readonly from: readonly number[];
  readonly columns: readonly CompiledColumn[];
}

const maxResultRows = 1000;

/** @throws ComputeError */
export function compileSelect(query: SelectQuery, tables: readonly Table[], runInner: RunInner): CompiledQuery {
  const scope = createScope(query, tables);
  const compiler = new SelectCompiler(scope, query.items, runInner);
  const items = query.items.flatMap((item) => expandItem(item, scope));
  const isGrouped =
    query.groupBy.length > 0 || query.having !== null || items.some(({ expression }) => hasAggregate(expression));
  if (query.isDistinct && isGrouped) {
    throw new ComputeError('notAllowed', 'DISTINCT cannot be joined with sums or GROUP BY; leave one of them out.');
  }
  const values = items.map(({ expression }) => compiler.value(expression));
  const orderBy = query.orderBy.map((order) => ({ ...order, expression: orderedBy(order.expression, items, query) }));
  if (isGrouped) {
    const having = query.having === null ? [] : [query.having];
    const shown = [...items, ...orderBy].map(({ expression }) => expression);
    for (const expression of [...shown, ...having]) checkGrouped(expression, query, compiler);
  }
  if (!items.some(({ expression }) => readsCells(expression))) {
    throw new ComputeError('notAllowed', 'The query reads no column; name what it is about.');
  }
  const rows = scope.tables.map((_, idx) => (isGrouped || query.isDistinct ? `q_rows(t${idx}.id)` : `t${idx}.id`));
  const from = scope.tables.map(({ index }, idx) => `data${index} AS t${idx}`).join(', ');
  const where = query.where.map((condition) => compiler.condition(condition));
  // DISTINCT as groups: the rows behind each value are still there.
  const groups = query.isDistinct
    ? items.map((_, idx) => String(idx + 1))
    : query.groupBy.map((group) => compiler.value(group));
  const having = query.having === null ? '' : ` HAVING ${compiler.condition(query.having)}`;
  const order = orderBy.map(
    ({ expression, isDescending }) => `q_key(${compiler.value(expression)})${isDescending ? ' DESC' : ''}`,
  );
  const sql = [
    `SELECT ${[...values, ...rows].join(', ')} FROM ${from}`,
    where.length > 0 ? ` WHERE ${where.join(' AND ')}` : '',
    groups.length > 0 ? ` GROUP BY ${groups.join(', ')}` : '',
    having,
    order.length > 0 ? ` ORDER BY ${order.join(', ')}` : '',
    ` LIMIT ${Math.min(query.limit ?? maxResultRows, maxResultRows)} OFFSET ${query.offset}`,
  ].join('');
  const columns = items.map((item) => describeItem(item, compiler));
  return { sql, parameters: compiler.parameters, from: scope.tables.map(({ index }) => index), columns };
}

/** `ORDER BY 2`: the second of what is selected; `ORDER BY total`: what is selected as that, before a column of the name. */
function orderedBy(expression: Expression, items: readonly Expanded[], query: SelectQuery): Expression {
  if (expression.kind === 'number') {
    const { numerator, denominator } = expression.value.value;
    return (denominator === 1n ? items[Number(numerator) - 1]?.expression : undefined) ?? expression;
  }
  if (expression.kind !== 'name' || expression.table !== null) return expression;
  const wanted = expression.name.toLowerCase();
  return query.items.find(({ alias }) => alias?.toLowerCase() === wanted)?.expression ?? expression;
}

/** A column beside a sum has one value a group only where the groups are made of it; SQLite would pick any row's. */
function checkGrouped(expression: Expression, { groupBy }: SelectQuery, compiler: SelectCompiler): void {
  const groups = new Set(
    groupBy.flatMap((group) => (group.kind === 'name' ? [keyOf(compiler.column(group.table, group.name))] : [])),
  );
  for (const { table, name } of namesOutsideAggregates(expression, compiler)) {
    if (groups.has(keyOf(compiler.column(table, name)))) continue;
    throw new ComputeError(
      'notAllowed',
      `The column ${name} stands beside a sum, count or extreme without GROUP BY; for the row of the largest value write ORDER BY … DESC LIMIT 1.`,
    );
  }
}

function keyOf({ from, column }: ColumnReference): string {
  return `${from} ${column}`;
}

type Name = Expression & { readonly kind: 'name' };

function namesOutsideAggregates(expression: Expression, compiler: SelectCompiler): readonly Name[] {
  const inside = new Set<Expression>();
  for (const part of walkExpression(expression)) {
    if (part.kind === 'call' && isAggregate(part.name)) {
      for (const arg of part.args) for (const inner of walkExpression(arg)) inside.add(inner);
    }
  }
  return [...walkExpression(expression)].flatMap((part) => {
    if (part.kind !== 'name' || inside.has(part)) return [];
    const alias = compiler.aliased(part.table, part.name);
    return alias === null ? [part] : namesOutsideAggregates(alias, compiler);
  });
}

function readsCells(expression: Expression): boolean {
  const readers = new Set(['name', 'countRows', 'select']);
  return [...walkExpression(expression)].some(({ kind }) => readers.has(kind));
}

function describeItem({ expression, name }: Expanded, compiler: SelectCompiler): CompiledColumn {
  const uses: ColumnReference[] = [];
  for (const part of walkExpression(expression)) {
    if (part.kind === 'name') uses.push(compiler.column(part.table, part.name));
  }
  const isExtreme =
    expression.kind === 'call' && /^(?:min|max)$/.test(expression.name) && expression.args[0]?.kind === 'name';
  return { name, uses, isExtreme };
}

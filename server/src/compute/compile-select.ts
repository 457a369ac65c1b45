/**
 * A parsed query → SQLite's SQL over tables t0, t1 … with columns c0, c1 …, literals as parameters. Numbers are text that keeps
 * their exact value and unit, so arithmetic and comparison are functions of ours; no word of document or query gets into the SQL.
 */
import { ComputeError } from './compute-error';
import { checkArguments, scalarFunctions } from './evaluate';
import { encodeQuantity } from './quantity';
import { walkExpression, type Expression, type SelectItem, type SelectQuery } from './syntax-tree';
import type { Table } from './table';
import { assertNever } from '../util/assert-never';

export interface CompiledColumn {
  readonly name: string;
  /** The columns that the value is made of; `extreme`: only the cells that hold the value itself. */
  readonly uses: readonly ColumnReference[];
  readonly isExtreme: boolean;
}
export interface ColumnReference {
  /** Index among the tables of FROM. */
  readonly from: number;
  readonly column: number;
}
export interface CompiledQuery {
  /** Its last values, one a table of FROM, are the ids of the rows that the result's row was made of: `1,2,3`. */
  readonly sql: string;
  readonly parameters: readonly string[];
  /** Index in the list of all tables, one for each of FROM. */
  readonly from: readonly number[];
  readonly columns: readonly CompiledColumn[];
}

/** Runs an inner query that gives one value, encoded; null: no value. */
export type RunInner = (query: SelectQuery) => string | null;

export const aggregates = ['sum', 'avg', 'min', 'max', 'median'] as const;
const aggregateNames: Readonly<Record<string, string>> = {
  ...Object.fromEntries(aggregates.map((name) => [name, name])),
  average: 'avg',
  mean: 'avg',
  total: 'sum',
  count: 'count',
};

/** Pairs of rows that a query may look at. A loop inside SQLite cannot be stopped from outside, so its length is bounded. */
const maxPairs = 2_000_000;
const maxResultRows = 1000;

/** @throws ComputeError */
export function compileSelect(query: SelectQuery, tables: readonly Table[], runInner: RunInner): CompiledQuery {
  const scope = createScope(query, tables);
  const compiler = new Compiler(scope, query.items, runInner);
  const items = query.items.flatMap((item) => expandItem(item, scope));
  const isGrouped =
    query.groupBy.length > 0 || query.having !== null || items.some(({ expression }) => hasAggregate(expression));
  if (query.isDistinct && isGrouped) {
    throw new ComputeError('notAllowed', 'DISTINCT cannot be joined with sums or GROUP BY; leave one of them out.');
  }
  if (isGrouped) for (const { expression } of items) checkGrouped(expression, query, compiler);
  const values = items.map(({ expression }) => compiler.value(expression));
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
  const order = query.orderBy.map(({ expression, isDescending }) => {
    const position = positionOf(expression, items.length);
    const by = compiler.value(position === null ? expression : (items[position]?.expression ?? expression));
    return `q_key(${by})${isDescending ? ' DESC' : ''}`;
  });
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

interface Scope {
  readonly tables: readonly { readonly table: Table; readonly index: number; readonly names: readonly string[] }[];
}

function createScope(query: SelectQuery, tables: readonly Table[]): Scope {
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

function expandItem({ expression, alias }: SelectItem, { tables }: Scope): readonly Expanded[] {
  if (expression !== null) return [{ expression, name: alias ?? nameOf(expression) }];
  return tables.flatMap(({ table, names }) =>
    table.columns.map(({ name }) => ({ expression: { kind: 'name', table: names[0] ?? null, name } as const, name })),
  );
}

interface Expanded {
  readonly expression: Expression;
  readonly name: string;
}

function nameOf(expression: Expression): string {
  if (expression.kind === 'name') return expression.name;
  return expression.kind === 'call' ? expression.name : expression.kind === 'countRows' ? 'count' : 'value';
}

/** `ORDER BY 2`: the second of what is selected. */
function positionOf(expression: Expression, count: number): number | null {
  if (expression.kind !== 'number') return null;
  const { numerator, denominator } = expression.value.value;
  const position = Number(numerator);
  return denominator === 1n && position >= 1 && position <= count ? position - 1 : null;
}

function hasAggregate(expression: Expression): boolean {
  for (const part of walkExpression(expression)) {
    if (part.kind === 'countRows') return true;
    if (part.kind === 'call' && Object.hasOwn(aggregateNames, part.name)) return true;
  }
  return false;
}

/** A column beside a sum has one value a group only where the groups are made of it; SQLite would pick any row's. */
function checkGrouped(expression: Expression, { groupBy }: SelectQuery, compiler: Compiler): void {
  const groups = new Set(
    groupBy.flatMap((group) => (group.kind === 'name' ? [keyOf(compiler.column(group.table, group.name))] : [])),
  );
  for (const { table, name } of namesOutsideAggregates(expression)) {
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

function namesOutsideAggregates(expression: Expression): readonly (Expression & { readonly kind: 'name' })[] {
  const inside = new Set<Expression>();
  for (const part of walkExpression(expression)) {
    if (part.kind === 'call' && Object.hasOwn(aggregateNames, part.name)) {
      for (const arg of part.args) for (const inner of walkExpression(arg)) inside.add(inner);
    }
  }
  return [...walkExpression(expression)].filter((part) => part.kind === 'name' && !inside.has(part)) as (Expression & {
    readonly kind: 'name';
  })[];
}

function readsCells(expression: Expression): boolean {
  const readers = new Set(['name', 'countRows', 'select']);
  return [...walkExpression(expression)].some(({ kind }) => readers.has(kind));
}

function describeItem({ expression, name }: Expanded, compiler: Compiler): CompiledColumn {
  const uses: ColumnReference[] = [];
  for (const part of walkExpression(expression)) {
    if (part.kind === 'name') uses.push(compiler.column(part.table, part.name));
  }
  const isExtreme =
    expression.kind === 'call' && /^(?:min|max)$/.test(expression.name) && expression.args[0]?.kind === 'name';
  return { name, uses, isExtreme };
}

class Compiler {
  readonly parameters: string[] = [];
  #aliasDepth = 0;

  constructor(
    private readonly scope: Scope,
    private readonly items: readonly SelectItem[],
    private readonly runInner: RunInner,
  ) {}

  condition(expression: Expression): string {
    switch (expression.kind) {
      case 'both':
        return `(${this.condition(expression.left)} AND ${this.condition(expression.right)})`;
      case 'either':
        return `(${this.condition(expression.left)} OR ${this.condition(expression.right)})`;
      case 'not':
        return `(NOT ${this.condition(expression.of)})`;
      case 'isNull':
        return `(${this.value(expression.of)} IS NULL)`;
      case 'like':
        return `(q_text(${this.value(expression.of)}) LIKE q_text(${this.value(expression.pattern)}))`;
      case 'comparison': {
        const { left, right, sign } = expression;
        // A bare number takes the unit of what it is compared with.
        const isLoose = left.kind === 'number' || right.kind === 'number';
        const compared = `${this.value(left)}, ${this.value(right)}, ${isLoose ? 1 : 0}`;
        return sign === '=' || sign === '<>'
          ? `(q_same(${compared}) = ${sign === '=' ? 1 : 0})`
          : `(q_order(${compared}) ${sign} 0)`;
      }
      default:
        throw new ComputeError('syntax', 'A condition is a comparison, LIKE, IN, BETWEEN or IS NULL.');
    }
  }

  value(expression: Expression): string {
    switch (expression.kind) {
      case 'number':
        return this.#parameter(encodeQuantity(expression.value));
      case 'text':
        return this.#parameter(expression.value);
      case 'name':
        return this.#name(expression.table, expression.name);
      case 'negate':
        return `q_negate(${this.value(expression.of)})`;
      case 'binary': {
        const [left, right] = [this.value(expression.left), this.value(expression.right)];
        return `q_sign(${this.#parameter(expression.sign)}, ${left}, ${right})`;
      }
      case 'call':
        return this.#call(expression);
      case 'countRows':
        return 'q_number(count(*))';
      case 'select':
        return this.#inner(expression.query);
      case 'comparison':
      case 'both':
      case 'either':
      case 'not':
      case 'isNull':
      case 'like':
        throw new ComputeError('syntax', 'A comparison stands where a value is expected.');
      default:
        return assertNever(expression);
    }
  }

  column(table: string | null, name: string): ColumnReference {
    const found = this.#find(table, name);
    if (found !== null) return found;
    const alias = this.items.find((item) => item.alias?.toLowerCase() === name.toLowerCase())?.expression;
    if (table === null && alias?.kind === 'name') return this.column(alias.table, alias.name);
    const known = this.scope.tables
      .map((entry) => entry.table.columns.map((column) => column.name).join(', '))
      .join('; ');
    throw new ComputeError('unknownName', `There is no column ${name}; there are: ${known}.`);
  }

  #find(table: string | null, name: string): ColumnReference | null {
    const wanted = name.toLowerCase();
    const references = this.scope.tables.flatMap((entry, from) => {
      if (table !== null && !entry.names.includes(table.toLowerCase())) return [];
      const { columns } = entry.table;
      const column = columns.findIndex(
        (each) => each.name.toLowerCase() === wanted || each.header.toLowerCase() === wanted,
      );
      return column < 0 ? [] : [{ from, column }];
    });
    if (references.length > 1) {
      throw new ComputeError(
        'unknownName',
        `The column ${name} is in two tables; write the table and a point before it.`,
      );
    }
    return references[0] ?? null;
  }

  #name(table: string | null, name: string): string {
    const alias = this.items.find((item) => item.alias?.toLowerCase() === name.toLowerCase())?.expression;
    if (table === null && alias !== undefined && alias !== null && this.#find(null, name) === null) {
      this.#aliasDepth += 1;
      if (this.#aliasDepth > 10) throw new ComputeError('syntax', `The name ${name} stands for itself.`);
      const value = this.value(alias);
      this.#aliasDepth -= 1;
      return value;
    }
    const { from, column } = this.column(table, name);
    return `t${from}.c${column}`;
  }

  #call({ name, args, isDistinct }: Expression & { readonly kind: 'call' }): string {
    const [first] = args;
    const aggregate = Object.hasOwn(aggregateNames, name) ? aggregateNames[name] : undefined;
    if (aggregate === 'count') {
      return `q_number(count(${isDistinct ? 'DISTINCT ' : ''}${this.#only(name, args)}))`;
    }
    if (aggregate !== undefined) {
      if (first !== undefined && hasAggregate(first)) {
        throw new ComputeError('syntax', `The function ${name} cannot hold another sum or count.`);
      }
      return `q_${aggregate}(${isDistinct ? 'DISTINCT ' : ''}${this.#only(name, args)})`;
    }
    if (!Object.hasOwn(scalarFunctions, name)) {
      const known = [...aggregates, 'count', ...Object.keys(scalarFunctions)].join(', ');
      throw new ComputeError('unknownName', `There is no function ${name}; there are ${known}.`);
    }
    checkArguments(name, args.length);
    return `q_${name}(${args.map((arg) => this.value(arg)).join(', ')})`;
  }

  #only(name: string, args: readonly Expression[]): string {
    const [first] = args;
    if (first === undefined || args.length > 1) {
      throw new ComputeError('syntax', `In a query the function ${name} takes one value and has ${args.length}.`);
    }
    return this.value(first);
  }

  #inner(query: SelectQuery): string {
    const value = this.runInner(query);
    return value === null ? 'NULL' : this.#parameter(value);
  }

  /** Numbered, so that the order in which the pieces are put together does not matter. */
  #parameter(value: string): string {
    this.parameters.push(value);
    return `?${this.parameters.length}`;
  }
}

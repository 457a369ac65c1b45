/** Expressions of a query → SQLite's SQL over its scope; literals are numbered parameters. */
import { assertNever } from '../util/assert-never';
import { ComputeError } from './compute-error';
import { aggregateFunctions, checkArguments, scalarFunctions } from './evaluate';
import { encodeQuantity } from './quantity';
import type { Scope } from './select-scope';
import { walkExpression, type Expression, type SelectItem, type SelectQuery } from './syntax-tree';

export interface ColumnReference {
  /** Index among the tables of FROM. */
  readonly from: number;
  readonly column: number;
}

/** Runs an inner query that gives one value, encoded; null: no value. */
export type RunInner = (query: SelectQuery) => string | null;

const aggregates = Object.keys(aggregateFunctions);
const aggregateNames: Readonly<Record<string, string>> = {
  ...Object.fromEntries(aggregates.map((name) => [name, name])),
  average: 'avg',
  mean: 'avg',
  total: 'sum',
  count: 'count',
};

/** Whether a function sums up rows. */
export function isAggregate(name: string): boolean {
  return Object.hasOwn(aggregateNames, name);
}

export function hasAggregate(expression: Expression): boolean {
  for (const part of walkExpression(expression)) {
    if (part.kind === 'countRows') return true;
    if (part.kind === 'call' && isAggregate(part.name)) return true;
  }
  return false;
}

export class SelectCompiler {
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
        const isLoose = isBareNumber(left) || isBareNumber(right);
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
    const alias = this.aliased(table, name);
    if (alias?.kind === 'name') return this.column(alias.table, alias.name);
    const known = this.scope.tables
      .map((entry) => entry.table.columns.map((column) => column.name).join(', '))
      .join('; ');
    throw new ComputeError('unknownName', `There is no column ${name}; there are: ${known}.`);
  }

  /** What a name stands for that is an alias and no column; null for any other. */
  aliased(table: string | null, name: string): Expression | null {
    const alias = this.items.find((item) => item.alias?.toLowerCase() === name.toLowerCase())?.expression ?? null;
    return table === null && alias !== null && this.#find(null, name) === null ? alias : null;
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
    const alias = this.aliased(table, name);
    if (alias !== null) {
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
    const aggregate = isAggregate(name) ? aggregateNames[name] : undefined;
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

function isBareNumber(expression: Expression): boolean {
  return expression.kind === 'number' || (expression.kind === 'negate' && isBareNumber(expression.of));
}

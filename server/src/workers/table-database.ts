/**
 * Tables in a SQLite database in memory, which answers one SELECT at a time. It can only be read: an authorizer refuses all but
 * reading and our functions, `query_only` all writing, and each function of ours looks at the time.
 */
import { constants, DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { ComputeError } from '../compute/compute-error';
import { compileSelect, type CompiledQuery } from '../compute/compile-select';
import { aggregateFunctions, applySign, scalarFunctions } from '../compute/evaluate';
import * as quantities from '../compute/quantity';
import { decodeQuantity, describeQuantity, encodeQuantity, quantity, type Quantity } from '../compute/quantity';
import { parseSelect } from '../compute/parse-select';
import { parseNumber } from '../compute/parse-number';
import { rational } from '../compute/rational';
import type { BinarySign, SelectQuery } from '../compute/syntax-tree';
import type { Table, TableCell } from '../compute/table';
import { isPlain } from '../compute/units';
import type { QueryResult } from './compute-protocol';

type Value = SQLOutputValue;
/** A cell that went into a result: its table, row and column, 0-based. */
export interface CellReference {
  readonly table: number;
  readonly row: number;
  readonly column: number;
}
export interface TableResult extends Pick<QueryResult, 'columns' | 'rows'> {
  readonly used: readonly CellReference[];
}

export class TableDatabase {
  readonly #database = new DatabaseSync(':memory:', { allowExtension: false });
  #deadlineMs = Infinity;
  /** Thrown inside an aggregate; SQLite would go on, and Node would give no rows and no error. */
  #failure: unknown = null;

  constructor(private readonly tables: readonly Table[]) {
    tables.forEach((table, idx) => this.#load(table, idx));
    this.#defineFunctions();
    this.#database.exec('PRAGMA query_only = 1; PRAGMA temp_store = 2');
    this.#database.setAuthorizer((action, name, detail) =>
      isReading(action, name, detail) ? constants.SQLITE_OK : constants.SQLITE_DENY,
    );
  }

  /** @throws ComputeError with one sentence */
  query(sql: string, timeLimitMs: number): TableResult {
    this.#deadlineMs = performance.now() + timeLimitMs;
    const used: CellReference[] = [];
    const result = this.#run(parseSelect(sql), used);
    return { ...result, used: distinct(used) };
  }

  /** One statement as it is, for tests of the guards. */
  runUnparsed(sql: string): readonly Record<string, Value>[] {
    return this.#database.prepare(sql).all();
  }

  close(): void {
    this.#database.close();
  }

  #run(query: SelectQuery, used: CellReference[]): Pick<TableResult, 'columns' | 'rows'> {
    const compiled = compileSelect(query, this.tables, (inner) => this.#single(inner, used));
    const rows = this.#rows(compiled);
    for (const row of rows) used.push(...this.#cellsOf(row, compiled));
    const width = compiled.columns.length;
    return {
      columns: compiled.columns.map(({ name }) => name),
      rows: rows.map((row) => row.slice(0, width).map(shown)),
    };
  }

  /** The value of a query in parentheses. */
  #single(query: SelectQuery, used: CellReference[]): string | null {
    const compiled = compileSelect(query, this.tables, (inner) => this.#single(inner, used));
    const rows = this.#rows(compiled);
    const [row] = rows;
    if (rows.length > 1 || compiled.columns.length !== 1) {
      throw new ComputeError('syntax', 'A query in parentheses must give one value.');
    }
    if (row === undefined) return null;
    used.push(...this.#cellsOf(row, compiled));
    const value = row[0] ?? null;
    return value === null ? null : String(value);
  }

  #rows({ sql, parameters }: CompiledQuery): readonly (readonly Value[])[] {
    try {
      const statement = this.#database.prepare(sql);
      statement.setReturnArrays(true);
      this.#failure = null;
      const rows = statement.all(...parameters) as unknown as Value[][];
      if (this.#failure !== null) throw this.#failure as Error;
      return rows;
    } catch (error) {
      if (ComputeError.is(error)) throw error;
      throw new ComputeError(
        'syntax',
        `The query cannot be run: ${error instanceof Error ? error.message : String(error)}.`,
      );
    }
  }

  /** A value without a column, such as count(*), stands for its rows: their first cells. */
  #cellsOf(row: readonly Value[], { columns, from }: CompiledQuery): readonly CellReference[] {
    const width = columns.length;
    const ids = from.map((_, idx) => idsOf(row[width + idx] ?? null));
    return columns.flatMap(({ uses, isExtreme }, position) => {
      const named = uses.length > 0 ? uses : [{ from: 0, column: -1 }];
      return named.flatMap((use) => {
        const table = from[use.from] ?? 0;
        return (ids[use.from] ?? []).flatMap((id) => {
          const cells = this.tables[table]?.rows[id] ?? [];
          const column = use.column < 0 ? cells.findIndex((cell) => cell !== null) : use.column;
          const cell = cells[column] ?? null;
          if (cell === null || (isExtreme && encoded(cell) !== row[position])) return [];
          return [{ table, row: id, column }];
        });
      });
    });
  }

  #load({ columns, rows }: Table, idx: number): void {
    this.#database.exec(
      `CREATE TABLE data${idx} (id INTEGER PRIMARY KEY, ${columns.map((_, at) => `c${at}`).join(', ')})`,
    );
    const insert = this.#database.prepare(`INSERT INTO data${idx} VALUES (?${', ?'.repeat(columns.length)})`);
    this.#database.exec('BEGIN');
    rows.forEach((row, id) => insert.run(id, ...row.map((cell) => (cell === null ? null : encoded(cell)))));
    this.#database.exec('COMMIT');
  }

  #defineFunctions(): void {
    const define = (name: string, run: (...values: Value[]) => Value): void => {
      this.#database.function(`q_${name}`, { varargs: true, deterministic: true }, (...values: Value[]) => {
        this.#checkTime();
        return run(...values);
      });
    };
    define('number', (count) => encodeQuantity(quantity(rational(BigInt(Number(count))))));
    define('negate', (value) => mapNumbers([value ?? null], ([only]) => quantities.negate(only ?? none())));
    define('sign', (sign, ...values) =>
      mapNumbers(values, ([left, right]) => applySign(String(sign) as BinarySign, left ?? none(), right ?? none())),
    );
    define('text', (value) => shown(value ?? null));
    define('key', (value) => sortKeyOf(value ?? null));
    define('same', (left, right, loose) => compareValues(left ?? null, right ?? null, loose === 1, 'same'));
    define('order', (left, right, loose) => compareValues(left ?? null, right ?? null, loose === 1, 'order'));
    for (const [name, { run }] of Object.entries(scalarFunctions)) define(name, (...values) => mapNumbers(values, run));
    for (const [name, run] of Object.entries(aggregateFunctions)) this.#defineAggregate(name, run);
    this.#database.aggregate('q_rows', {
      start: '',
      step: (ids: Value, id: Value) =>
        this.#guarded(ids, () => (ids === '' ? String(id) : `${String(ids)},${String(id)}`)),
    });
  }

  #defineAggregate(name: string, run: (values: readonly Quantity[]) => Quantity): void {
    this.#database.aggregate(`q_${name}`, {
      start: () => [] as unknown as Value,
      step: (list: unknown, value: Value) =>
        this.#guarded(list as Value, () => {
          if (value !== null) (list as Quantity[]).push(numberOf(value));
          return list as Value;
        }),
      result: (list: unknown) =>
        this.#guarded(null, () => {
          const values = list as Quantity[];
          return values.length === 0 ? null : encodeQuantity(run(values));
        }),
    });
  }

  #guarded(otherwise: Value, run: () => Value): Value {
    if (this.#failure !== null) return otherwise;
    try {
      this.#checkTime();
      return run();
    } catch (error) {
      this.#failure = error;
      return otherwise;
    }
  }

  #checkTime(): void {
    if (performance.now() > this.#deadlineMs) {
      throw new ComputeError('timeLimit', 'The query took too long and was stopped; ask about fewer rows.');
    }
  }
}

/** Reading our tables, and the functions that a compiled query has; not `load_extension`, no pragma as a table. */
function isReading(action: number, name: string | null, detail: string | null): boolean {
  if (action === constants.SQLITE_SELECT) return true;
  if (action === constants.SQLITE_READ) return /^data\d+$/.test(name ?? '');
  return action === constants.SQLITE_FUNCTION && /^(?:q_[a-z_]+|count|like)$/.test(detail ?? '');
}

function encoded(cell: TableCell): string {
  return cell.value === null ? cell.text : encodeQuantity(cell.value);
}

function shown(value: Value): string | null {
  if (value === null) return null;
  const number = typeof value === 'string' ? decodeQuantity(value) : null;
  return number === null ? String(value) : describeQuantity(number);
}

function numberOf(value: Value): Quantity {
  const number = typeof value === 'string' ? decodeQuantity(value) : null;
  if (number === null) throw new ComputeError('notANumber', `"${String(value).slice(0, 60)}" is not a number.`);
  return number;
}

/** NULL where one of the values is. */
function mapNumbers(values: readonly Value[], run: (values: readonly Quantity[]) => Quantity): Value {
  return values.includes(null) ? null : encodeQuantity(run(values.map(numberOf)));
}

/** Numbers by value, words without regard to case. `same`: 1 or 0; `order`: below, at or above zero. */
function compareValues(left: Value, right: Value, isLoose: boolean, want: 'same' | 'order'): number | null {
  if (left === null || right === null) return null;
  const [a, b] = [decodeQuantity(String(left)), decodeQuantity(String(right))];
  if (a !== null && b !== null) {
    const sign = compareNumbers(a, b, isLoose);
    return want === 'order' ? sign : sign === 0 ? 1 : 0;
  }
  if (a === null && b === null) {
    const sign = fold(left) < fold(right) ? -1 : fold(left) > fold(right) ? 1 : 0;
    return want === 'order' ? sign : sign === 0 ? 1 : 0;
  }
  // A number in quotation marks is meant as the number.
  const parsed = parseNumber(String(a === null ? left : right));
  if (parsed !== null)
    return compareValues(
      a === null ? encodeQuantity(parsed) : left,
      a === null ? right : encodeQuantity(parsed),
      true,
      want,
    );
  if (want === 'same') return 0;
  throw new ComputeError(
    'notANumber',
    `"${String(a === null ? left : right).slice(0, 60)}" is compared with a number.`,
  );
}

function compareNumbers(a: Quantity, b: Quantity, isLoose: boolean): number {
  const isShare = [a, b].some(({ unit }) => unit.has('%'));
  if (!isLoose || isShare || isPlain(a.unit) === isPlain(b.unit)) return quantities.compare(a, b);
  return isPlain(a.unit)
    ? quantities.compare({ ...a, unit: b.unit }, b)
    : quantities.compare(a, { ...b, unit: a.unit });
}

function sortKeyOf(value: Value): string | null {
  if (value === null) return null;
  const number = decodeQuantity(String(value));
  return number === null ? `~${fold(value)}` : quantities.sortKey(number);
}

function fold(value: Value): string {
  return String(value).normalize('NFKC').toLowerCase().trim();
}

function idsOf(value: Value): readonly number[] {
  if (value === null) return [];
  return String(value).split(',').map(Number);
}

function distinct(cells: readonly CellReference[]): readonly CellReference[] {
  const found = new Map(cells.map((cell) => [`${cell.table} ${cell.row} ${cell.column}`, cell]));
  return [...found.values()];
}

function none(): never {
  throw new ComputeError('syntax', 'A value is missing.');
}

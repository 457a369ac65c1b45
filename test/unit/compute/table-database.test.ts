/** Queries that only read: what is refused before SQLite and by SQLite itself, time and size, and the cells of an answer. */
import { performance } from 'node:perf_hooks';
import { afterAll, describe, expect, test } from 'vitest';
import { ComputeError } from '../../../server/src/compute/compute-error';
import { findTables } from '../../../server/src/compute/find-tables';
import { TableDatabase } from '../../../server/src/workers/table-database';

const sales = `Region,Product,Price,Units,Sold on
North,Lamp,$12.50,4,2024-01-05
South,Lamp,$11.00,,2024-01-06
North,Desk,$240.10,1,2024-02-01
South,"Desk, large",$0.10,3,2024-02-03
`;
const mixed = `Item,Amount
tea,3 kg
rope,5 m
note,see below
`;

function open(documents: Readonly<Record<string, string>>): TableDatabase {
  const found = findTables(Object.entries(documents).map(([path, text]) => ({ path, text, places: [] })));
  return new TableDatabase(found.tables);
}
const database = open({ 'sales.csv': sales, 'mixed.csv': mixed });
afterAll(() => database.close());

function rows(sql: string): string {
  return database
    .query(sql, 2000)
    .rows.map((row) => row.join(' | '))
    .join('\n');
}
function reasonOf(sql: string, from = database, timeLimitMs = 2000): string {
  try {
    from.query(sql, timeLimitMs);
    return 'none';
  } catch (error) {
    return ComputeError.is(error) ? error.reason : String(error);
  }
}

describe('queries over tables', () => {
  test.each([
    ['SELECT sum(Price) FROM sales', '$263.7'],
    ['select sum(price * units) from sales', '$290.4'],
    ['SELECT count(*), count(Units), avg(Units) FROM sales', '4 | 3 | ≈ 2.66666666667'],
    [
      'SELECT Region, sum(Price) AS total FROM sales GROUP BY Region ORDER BY total DESC',
      'North | $252.6\nSouth | $11.1',
    ],
    ['SELECT Product FROM sales WHERE Price < 11.5 AND Units IS NOT NULL', 'Desk, large'],
    ["SELECT Price FROM sales WHERE product LIKE 'desk%' ORDER BY 1", '$0.1\n$240.1'],
    ["SELECT Price FROM sales WHERE Region = 'north' AND NOT Product = 'Lamp'", '$240.1'],
    ['SELECT DISTINCT Region FROM sales ORDER BY Region', 'North\nSouth'],
    ['SELECT "Sold on" FROM sales WHERE Sold_on = \'2024-02-01\'', '2024-02-01'],
    ['SELECT Region FROM sales WHERE Price = (SELECT max(Price) FROM sales)', 'North'],
    ['SELECT Region FROM sales GROUP BY Region HAVING count(*) >= 2 AND sum(Units) > 3', 'North'],
    ['SELECT Units FROM sales WHERE Units BETWEEN 2 AND 4 ORDER BY Units DESC LIMIT 1 OFFSET 1', '3'],
    ["SELECT s.Product, m.Amount FROM sales s JOIN mixed AS m ON s.Units = 1 AND m.Item = 'tea'", 'Desk | 3 kg'],
    ['SELECT sum(Units) FROM sales WHERE Units > 100', ''],
    ['SELECT Region, max(Units) AS Price FROM sales GROUP BY Region ORDER BY Price DESC', 'North | 4\nSouth | 3'],
    ['SELECT Region, min(Units) AS Price FROM sales GROUP BY Region ORDER BY Price', 'North | 1\nSouth | 3'],
    ['SELECT Region, sum(Price) AS total FROM sales GROUP BY Region HAVING total > 100', 'North | $252.6'],
    ['SELECT count(*) FROM sales WHERE Price > -5', '4'],
  ])('%s', (sql, expected) => expect(rows(sql)).toBe(expected));

  test('an extreme is its own cell, a sum all cells of its rows', () => {
    const cells = (sql: string) => database.query(sql, 2000).used.map(({ row, column }) => `${row}.${column}`);
    expect(cells('SELECT max(Price) FROM sales')).toEqual(['2.2']);
    expect(cells("SELECT sum(Units) FROM sales WHERE Region = 'South'")).toEqual(['3.3']);
    expect(cells('SELECT Product FROM sales ORDER BY Price LIMIT 1')).toEqual(['3.1']);
  });

  test.each([
    ['DELETE FROM sales', 'notAllowed'],
    ['INSERT INTO sales VALUES (1)', 'notAllowed'],
    ['DROP TABLE sales', 'notAllowed'],
    ["ATTACH DATABASE '/tmp/x.db' AS x", 'notAllowed'],
    ['PRAGMA query_only = 0', 'notAllowed'],
    ["VACUUM INTO '/tmp/x.db'", 'notAllowed'],
    ['WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n', 'notAllowed'],
    ['SELECT 1 FROM sales; DROP TABLE sales', 'syntax'],
    ['SELECT Units FROM sales -- WHERE Units > 1', 'syntax'],
    ['SELECT Price FROM sales UNION SELECT Price FROM sales', 'syntax'],
    ['SELECT * FROM sqlite_master', 'unknownName'],
    ["SELECT * FROM pragma_table_info('data0')", 'syntax'],
    ["SELECT load_extension('x') FROM sales", 'unknownName'],
    ["SELECT readfile('/etc/passwd') FROM sales", 'unknownName'],
    ['SELECT randomblob(1000000000) FROM sales', 'unknownName'],
    ['SELECT Nothing FROM sales', 'unknownName'],
    ['SELECT 5 FROM sales', 'notAllowed'],
    ['SELECT Region, max(Price) FROM sales', 'notAllowed'],
    ['SELECT Region, sum(Units) FROM sales GROUP BY Region ORDER BY Price', 'notAllowed'],
    ['SELECT Region, sum(Units) FROM sales GROUP BY Region HAVING Price > 1', 'notAllowed'],
    ['SELECT sum(Amount) FROM mixed', 'notANumber'],
    ["SELECT sum(Amount) FROM mixed WHERE Item <> 'note'", 'units'],
    ["SELECT sum(Amount) FROM mixed WHERE Item <> 'rope'", 'notANumber'],
    ['SELECT Price + Units FROM sales', 'units'],
    ['SELECT Price / (Units - Units) FROM sales', 'divisionByZero'],
    ['SELECT Units ^ 100000 FROM sales', 'tooLarge'],
    ['SELECT a.Units FROM sales a, sales b, sales c, sales d', 'tooLarge'],
    ['SELECT sum(sum(Units)) FROM sales', 'syntax'],
    [`SELECT ${'('.repeat(3000)}Units FROM sales`, 'tooLarge'],
    ['SELECT Units FROM sales WHERE Units', 'syntax'],
    ['', 'notAllowed'],
  ])('%s is refused: %s', (sql, reason) => expect(reasonOf(sql)).toBe(reason));

  test.each([
    'DELETE FROM data0',
    'CREATE TABLE x (a)',
    "ATTACH DATABASE ':memory:' AS x",
    'PRAGMA query_only = 0',
    'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n',
    'SELECT * FROM sqlite_master',
    "SELECT * FROM pragma_table_info('data0')",
    'SELECT hex(randomblob(10)) FROM data0',
    "SELECT load_extension('x')",
  ])('SQLite itself refuses %s', (sql) => {
    expect(() => database.runUnparsed(sql)).toThrow(/not authorized|prohibited|no such/);
    expect(rows('SELECT count(*) FROM sales')).toBe('4');
  });

  test('a long query ends at its time, inside SQLite', () => {
    const lines = Array.from({ length: 1400 }, (_, idx) => `${idx},${idx * 7}`);
    const large = open({ 'large.csv': ['A,B', ...lines].join('\n') });
    const startedMs = performance.now();
    const sql = 'SELECT sum(x.A * y.B) FROM large x, large y WHERE x.A * y.B > x.B - y.A';
    expect(reasonOf(sql, large, 150)).toBe('timeLimit');
    expect(performance.now() - startedMs).toBeLessThan(3000);
    expect(large.query('SELECT count(*) FROM large', 2000).rows).toEqual([['1400']]);
    large.close();
  });

  test('words of documents never become SQL', () => {
    const name = `x"); DROP TABLE data0; --`;
    const hostile = open({ [`${name}.csv`]: `"a"");--",${name.replaceAll('"', '')}\n1,2\n3,4\n` });
    expect(hostile.query('SELECT sum(a) FROM x_DROP_TABLE_data0', 2000).rows).toEqual([['4']]);
    hostile.close();
  });
});

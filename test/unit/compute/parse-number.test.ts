/** Numbers as cells and sentences show them, and what only looks like one. */
import { describe, expect, test } from 'vitest';
import { decimalSignOf, isDate, parseNumber, type DecimalSign } from '../../../server/src/compute/parse-number';
import { describeQuantity } from '../../../server/src/compute/quantity';

function check(text: string, expected: string | null, sign?: DecimalSign): void {
  const value = parseNumber(text, sign);
  expect(value === null ? null : describeQuantity(value), text).toBe(expected);
}

describe('numbers of cells', () => {
  test.each([
    ['1,234.5', '1234.5'],
    ['1.234,5', '1234.5'],
    ['1 234 567,89', '1234567.89'],
    ["12'345.60", '12345.6'],
    ['12,34,567', '1234567'],
    ['0,5', '0.5'],
    ['(123)', '-123'],
    ['($1,200.50)', '-$1200.5'],
    ['−42', '-42'],
    ['12%', '12%'],
    ['(3.5%)', '-3.5%'],
    ['１２３．５％', '123.5%'],
    ['$1.2 million', '$1200000'],
    ['US$ 3bn', '$3000000000'],
    ['3.6 亿元', '360000000 CNY'],
    ['12万', '120000'],
    ['1.20E+03', '1200'],
    ['2 3/4', '2.75'],
    ['80 km/h', '80 km/h'],
    ['0.1', '0.1'],
    ['12345678901234567890.12345', '12345678901234567890.12345'],
  ])('%s is %s', (text, expected) => check(text, expected));

  test.each([
    '2013/9/1',
    '25/12/14',
    '1.2.3',
    '12-14',
    '1,23,4',
    '11:11:11',
    'S1',
    '5 people',
    '',
    '1/2',
    '1e999999999',
    '9'.repeat(80),
  ])('%s is no number', (text) => check(text, null));

  test('a doubtful comma follows the hint', () => {
    check('1,234', '1234', 'point');
    check('1,234', '1.234', 'comma');
    check('1.234', '1234', 'comma');
    check('1.234', '1.234', 'point');
    expect(['1.234,5', '0,75', '1,234.5', '9.5', '1,234', '2020'].map(decimalSignOf)).toEqual([
      ...['comma', 'comma', 'point', 'point'],
      null,
      null,
    ]);
  });

  test('days and times are told from numbers', () => {
    const dates = ['2024-01-31', '2013/9/1', '2013年9月1日', '25.12.2014', '3:40 PM', 'Sunday, January 01, 1900'];
    expect(dates.filter((text) => !isDate(text))).toEqual([]);
    expect(['1.5', '2014', '12/7'].filter(isDate)).toEqual([]);
  });
});

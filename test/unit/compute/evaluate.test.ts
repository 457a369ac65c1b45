/** Calculations: exact, with units, and one clear sentence for what cannot be calculated. */
import { describe, expect, test } from 'vitest';
import { evaluate, parseCalculation } from '../../../server/src/compute/evaluate';
import { ComputeError } from '../../../server/src/compute/compute-error';
import { describeQuantity } from '../../../server/src/compute/quantity';

function result(source: string): string {
  return describeQuantity(evaluate(parseCalculation(source), new Map()));
}

function reasonOf(source: string): string {
  try {
    return result(source);
  } catch (error) {
    return ComputeError.is(error) ? error.reason : String(error);
  }
}

describe('calculations', () => {
  test.each([
    ['0.1 + 0.2', '0.3'],
    ['5 --3', '8'],
    ['1/3 + 1/3 + 1/3', '1'],
    ['2 + 3 * 4 ^ 2 / 8', '8'],
    ['-2 ^ 2', '-4'],
    ['2 ^ 3 ^ 2', '512'],
    ['2 ^ -2', '0.25'],
    ['(1 + 2) × 3 ÷ 4', '2.25'],
    ['1 / 3', '≈ 0.333333333333'],
    ['1 / 30000', '≈ 0.0000333333333333'],
    ['-200000 / 3', '≈ -66666.6666667'],
    ['round(2.5) + round(-2.5)', '0'],
    ['round(1234.5678, 2)', '1234.57'],
    ['round(1250, -2)', '1300'],
    ['sum(1, 2, 3.5) - avg(1, 2)', '5'],
    ['median(5, 1, 9, 2)', '3.5'],
    ['max(3, 9, 4) - min(3, 9, 4) + count(1, 1)', '8'],
    ['pct_change(80, 100)', '25%'],
    ['percent(1, 8)', '12.5%'],
    ['$200 * 12%', '$24'],
    ['12% + 3%', '15%'],
    ['50% * 50%', '25%'],
    ['$3 million + $250 thousand', '$3250000'],
    ['3 亿元 - 5000 万元', '250000000 CNY'],
    ['1 km + 250 m', '1.25 km'],
    ['90 km / 1.5 h', '60 km/h'],
    ['60 km/h * 30 minutes', '1800 km·minute/h'],
    ['$10 / $4', '2.5'],
    ['3 km / 1500 m', '2'],
    ['2 years + 6 months', '2.5 year'],
    ['99999999999999999999 + 1', '100000000000000000000'],
  ])('%s is %s', (source, expected) => expect(result(source)).toBe(expected));

  test.each([
    ['1 / 0', 'divisionByZero'],
    ['1 / (2 - 2)', 'divisionByZero'],
    ['0 ^ -1', 'divisionByZero'],
    ['9 ^ 999999', 'tooLarge'],
    ['10 ^ 10 ^ 10', 'tooLarge'],
    ['2 ^ 0.5', 'notAllowed'],
    ['$1 + €1', 'units'],
    ['$1 + 1', 'units'],
    ['100 + 12%', 'units'],
    ['1 kg + 1 km', 'units'],
    ['¥5 + 5 元', 'units'],
    ['max(1 h, 1 kg)', 'units'],
    ['a + 1', 'unknownName'],
    ['constructor(1)', 'unknownName'],
    ['toString(1)', 'unknownName'],
    ['process.exit(1)', 'syntax'],
    ['1 +', 'syntax'],
    ['(1', 'syntax'],
    ['1 2', 'syntax'],
    ['1; 2', 'syntax'],
    ["'a'", 'notAllowed'],
    ['1 < 2', 'notAllowed'],
    ['round(1, 2, 3)', 'syntax'],
    ['round(1, 1e9)', 'notAllowed'],
    ['`${1}`', 'unknownName'],
    ['', 'syntax'],
    [`${'('.repeat(5000)}1`, 'tooLarge'],
    [`${'('.repeat(1000)}1${')'.repeat(1000)}`, 'tooLarge'],
    [`${'-'.repeat(1000)}1`, 'tooLarge'],
    [`${'2 ^ '.repeat(500)}2`, 'tooLarge'],
  ])('%s is refused: %s', (source, reason) => expect(reasonOf(source)).toBe(reason));

  test('the sentence names both units', () => {
    expect(() => result('$1 + €1')).toThrow(
      'A number in € cannot be added to a number in $; give both numbers the same unit.',
    );
  });
});

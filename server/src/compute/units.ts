/**
 * Units of what is calculated with: currencies, per cent, and common measures, in English and Chinese. Each has a
 * dimension, in which it can be converted, and its size there. A currency is a dimension of its own: rates are not guessed.
 */
import { multiply, parseDecimal, power, rational, one, type Rational } from './rational';

/** Symbol → power; `{ km: 1, h: -1 }` is km/h. Empty: a plain number. */
export type Unit = ReadonlyMap<string, number>;

export const plain: Unit = new Map();
export const percent: Unit = new Map([['%', 1]]);

interface Measure {
  readonly dimension: string;
  /** In the dimension's base unit. */
  readonly size: Rational;
}

const measures = new Map<string, Measure>();
const spellings = new Map<string, string>();

/** `symbol, other spellings … = size` of one dimension. */
function define(dimension: string, lines: readonly string[]): void {
  for (const line of lines) {
    const [names = '', size = '1'] = line.split('=');
    const all = names.trim().split(/\s*,\s*/);
    const symbol = all[0] ?? '';
    const [top = '1', bottom = '1'] = size.trim().split('/');
    const [above, below] = [parseDecimal(top), parseDecimal(bottom)];
    measures.set(symbol, {
      dimension,
      size: rational(
        (above ?? one).numerator * (below ?? one).denominator,
        (above ?? one).denominator * (below ?? one).numerator,
      ),
    });
    for (const name of all) spellings.set(name, symbol);
  }
}

define('', ['% = 0.01', '‰ = 0.001']);
define('length', [
  'm, metre, metres, meter, meters, 米 = 1',
  'km, kilometre, kilometres, kilometer, kilometers, 公里, 千米 = 1000',
]);
define('length', [
  'cm, 厘米 = 0.01',
  'mm, 毫米 = 0.001',
  'inch, inches, 英寸 = 0.0254',
  'ft, foot, feet, 英尺 = 0.3048',
]);
define('length', ['mile, miles, mi, 英里 = 1609.344']);
define('mass', ['kg, kilogram, kilograms, 公斤, 千克 = 1', 'g, gram, grams, 克 = 0.001', 'mg, 毫克 = 0.000001']);
define('mass', ['t, tonne, tonnes, 吨 = 1000', 'lb, lbs, 磅 = 0.45359237']);
define('time', ['s, sec, second, seconds, 秒 = 1', 'ms, millisecond, milliseconds, 毫秒 = 0.001']);
define('time', [
  'minute, minutes, 分钟 = 60',
  'h, hour, hours, 小时 = 3600',
  'day, days, 天 = 86400',
  'week, weeks, 周 = 604800',
]);
// Months and years have no fixed number of days.
define('months', ['month, months, 个月 = 1', 'year, years, 年 = 12']);
define('volume', ['l, litre, litres, liter, liters, 升 = 1', 'ml, 毫升 = 0.001']);
define('area', ['m², sqm, 平方米 = 1', 'ha, hectare, hectares, 公顷 = 10000', 'km², 平方公里 = 1000000']);
define('data', ['B, byte, bytes, 字节 = 1', 'kB, KB = 1000', 'MB = 1000000', 'GB = 1000000000', 'TB = 1000000000000']);
define('data', ['KiB = 1024', 'MiB = 1048576', 'GiB = 1073741824', 'bit, bits = 1/8']);
define('energy', ['kWh, 千瓦时 = 1', 'MWh = 1000', 'GWh = 1000000']);
define('power', ['W, watt, watts, 瓦 = 1', 'kW, 千瓦 = 1000', 'MW, 兆瓦 = 1000000']);
define('speed', ['knot, knots, 节 = 1']);
for (const names of [
  '$, US$, USD, dollar, dollars, 美元',
  '€, EUR, euro, euros, 欧元',
  '£, GBP, 英镑',
  '¥',
  'CNY, RMB, CN¥, yuan, 元, 人民币',
  'JPY, JP¥, yen, 日元',
  'CHF',
  'INR, ₹',
  'KRW, ₩, 韩元',
  'HK$, HKD, 港元',
  'A$, AUD',
  'C$, CAD',
]) {
  define(`currency ${names.split(',')[0] ?? ''}`, [`${names} = 1`]);
}

/** Larger counts that words stand for. One letter is not enough: M is million here and metre or month there. */
export const magnitudes: ReadonlyMap<string, Rational> = new Map(
  [
    ['thousand,k,千', 3],
    ['million,millions,mn,百万', 6],
    ['billion,billions,bn,十亿', 9],
    ['trillion,trillions,tn,万亿', 12],
    ['万,ten thousand', 4],
    ['千万', 7],
    ['亿,hundred million', 8],
  ].flatMap(([names, digits]) =>
    String(names)
      .split(',')
      .map((name) => [name, rational(10n ** BigInt(Number(digits)))] as const),
  ),
);

/** The unit that a word or sign names; null where it names none. Case counts only where it has to (MB, mb). */
export function unitOf(word: string): Unit | null {
  const trimmed = word.trim();
  const symbol = spellings.get(trimmed) ?? (trimmed.length > 2 ? spellings.get(trimmed.toLowerCase()) : undefined);
  return symbol === undefined ? null : new Map([[symbol, 1]]);
}

export function isPlain(unit: Unit): boolean {
  return unit.size === 0;
}

export function isPercent(unit: Unit): boolean {
  return unit.size === 1 && unit.get('%') === 1;
}

/** The factor that turns a number of `from` into one of `to`; null where they measure different things. */
export function conversion(from: Unit, to: Unit): Rational | null {
  if (dimensionOf(from) !== dimensionOf(to)) return null;
  const [top, bottom] = [sizeOf(from), sizeOf(to)];
  return rational(top.numerator * bottom.denominator, top.denominator * bottom.numerator);
}

/** The unit of a product, or of a quotient with `sign` -1. */
export function combine(a: Unit, b: Unit, sign: 1 | -1): Unit {
  const powers = new Map(a);
  for (const [symbol, count] of b) {
    const total = (powers.get(symbol) ?? 0) + sign * count;
    if (total === 0) powers.delete(symbol);
    else powers.set(symbol, total);
  }
  return powers;
}

export function raise(unit: Unit, exponent: number): Unit {
  return exponent === 0 ? plain : new Map([...unit].map(([symbol, count]) => [symbol, count * exponent]));
}

/** In base units; a unit without a dimension (km per m) is such a number alone. */
export function sizeOf(unit: Unit): Rational {
  let size = one;
  for (const [symbol, count] of unit) {
    size = multiply(size, power(measures.get(symbol)?.size ?? one, rational(BigInt(count))));
  }
  return size;
}

/** Dimension and powers, sorted: equal for what can be converted. */
export function dimensionOf(unit: Unit): string {
  const powers = new Map<string, number>();
  for (const [symbol, count] of unit) {
    const dimension = measures.get(symbol)?.dimension ?? symbol;
    if (dimension !== '') powers.set(dimension, (powers.get(dimension) ?? 0) + count);
  }
  const parts = [...powers].filter(([, count]) => count !== 0).map(([dimension, count]) => `${dimension}^${count}`);
  return parts.sort().join(' ');
}

/** `km/h`, `kg·m^2`; empty for a plain number. */
export function describeUnit(unit: Unit): string {
  const part = ([symbol, count]: readonly [string, number]): string => {
    const size = Math.abs(count);
    return size === 1 ? symbol : `${symbol}^${size}`;
  };
  const above = [...unit].filter(([, count]) => count > 0).map(part);
  const below = [...unit].filter(([, count]) => count < 0).map(part);
  const top = above.join('·') || (below.length > 0 ? '1' : '');
  return below.length === 0 ? top : `${top}/${below.join('/')}`;
}

/** All signs and words of units. */
export const unitNames: readonly string[] = [...spellings.keys()];

/** Words and signs as the alternatives of a pattern, the longest first. */
export function alternatives(names: readonly string[]): string {
  const escape = (name: string): string => name.replaceAll(/[$^.*+?()[\]{}|\\/]/g, '\\$&');
  return names
    .toSorted((a, b) => b.length - a.length)
    .map(escape)
    .join('|');
}

/** What may stand behind a number: a magnitude or a unit. */
export const measurePattern = alternatives([...magnitudes.keys(), ...unitNames]);

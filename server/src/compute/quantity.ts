/** Numbers with their units. What cannot be added, compared or averaged is an error that names both units. */
import { ComputeError } from './compute-error';
import * as exact from './rational';
import { one, rational, toDecimal, type Rational } from './rational';
import {
  combine,
  conversion,
  describeUnit,
  dimensionOf,
  isPercent,
  isPlain,
  percent,
  plain,
  raise,
  sizeOf,
  type Unit,
} from './units';

/** `value` counts the unit: 12 % is 12 with the unit `%`. */
export interface Quantity {
  readonly value: Rational;
  readonly unit: Unit;
}

export function quantity(value: Rational, unit: Unit = plain): Quantity {
  return { value, unit };
}

/** In the unit of `a`. @throws ComputeError `units` */
export function add(a: Quantity, b: Quantity): Quantity {
  return { value: exact.add(a.value, inUnit(b, a.unit, 'added to')), unit: a.unit };
}

export function subtract(a: Quantity, b: Quantity): Quantity {
  return { value: exact.subtract(a.value, inUnit(b, a.unit, 'subtracted from')), unit: a.unit };
}

export function negate({ value, unit }: Quantity): Quantity {
  return { value: exact.negate(value), unit };
}

/** A share of something has that thing's unit: 12 % of $200 is $24. */
export function multiply(a: Quantity, b: Quantity): Quantity {
  if (isPercent(a.unit) && isPercent(b.unit)) {
    return { value: exact.multiply(a.value, exact.multiply(b.value, rational(1n, 100n))), unit: percent };
  }
  const [left, right] = [withoutPercent(a), withoutPercent(b)];
  return settle(exact.multiply(left.value, right.value), combine(left.unit, right.unit, 1));
}

/** @throws ComputeError `divisionByZero` */
export function divide(a: Quantity, b: Quantity): Quantity {
  const isShare = isPercent(a.unit) && isPlain(b.unit);
  const [left, right] = isShare ? [a, b] : [withoutPercent(a), withoutPercent(b)];
  return settle(exact.divide(left.value, right.value), combine(left.unit, right.unit, -1));
}

export function power(base: Quantity, exponent: Quantity): Quantity {
  if (!isPlain(exponent.unit)) throw new ComputeError('units', 'An exponent must be a plain number without a unit.');
  const { value, unit } = withoutPercent(base);
  const raised = exact.power(value, exponent.value);
  return { value: raised, unit: raise(unit, Number(exponent.value.numerator)) };
}

/** Below, at or above zero as `a` compares with `b`. @throws ComputeError `units` */
export function compare(a: Quantity, b: Quantity): number {
  return exact.compare(a.value, inUnit(b, a.unit, 'compared with'));
}

export function round({ value, unit }: Quantity, decimals: Quantity): Quantity {
  const count = decimals.value;
  const isWhole = count.denominator === 1n && isPlain(decimals.unit);
  return { value: exact.roundTo(value, isWhole ? Number(count.numerator) : Number.NaN), unit };
}

export function absolute(a: Quantity): Quantity {
  return a.value.numerator < 0n ? negate(a) : a;
}

/** @throws ComputeError where there are none, or their units differ */
export function sum(values: readonly Quantity[]): Quantity {
  return values.slice(1).reduce(add, first(values));
}

export function average(values: readonly Quantity[]): Quantity {
  return divide(sum(values), quantity(rational(BigInt(values.length))));
}

export function extreme(values: readonly Quantity[], sign: 1 | -1): Quantity {
  return values.slice(1).reduce((best, value) => (sign * compare(value, best) > 0 ? value : best), first(values));
}

export function median(values: readonly Quantity[]): Quantity {
  const sorted = values.toSorted(compare);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? first(sorted.slice(middle)) : average(sorted.slice(middle - 1, middle + 1));
}

/** The part of `whole` that `part` is, in per cent. */
export function percentOf(part: Quantity, whole: Quantity): Quantity {
  const share = exact.divide(inUnit(part, whole.unit, 'divided by'), whole.value);
  return { value: exact.multiply(share, rational(100n)), unit: percent };
}

/** From `before` to `after`, in per cent of `before`. */
export function percentChange(before: Quantity, after: Quantity): Quantity {
  return percentOf(subtract(after, before), before);
}

/** `$24.50`, `12 km/h`, `33.3333333333 %` with a sign for what is rounded. */
export function describeQuantity({ value, unit }: Quantity): string {
  const { text, isExact } = toDecimal(value);
  const name = describeUnit(unit);
  const about = isExact ? '' : '≈ ';
  if (name === '') return about + text;
  if (isPercent(unit)) return `${about}${text}%`;
  const isSign = /^(?:[A-Z]{0,2}[$€£¥₹₩])$/.test(name);
  return isSign
    ? `${about}${text.startsWith('-') ? '-' : ''}${name}${text.replace('-', '')}`
    : `${about}${text} ${name}`;
}

function first(values: readonly Quantity[]): Quantity {
  const value = values[0];
  if (value === undefined) throw new ComputeError('notANumber', 'There are no numbers to calculate with.');
  return value;
}

function inUnit(a: Quantity, unit: Unit, verb: string): Rational {
  // A share is no count: 100 and 12 % cannot be added although neither has a dimension.
  const differ = isPercent(a.unit) !== isPercent(unit) && (isPlain(a.unit) || isPlain(unit));
  const factor = differ ? null : conversion(a.unit, unit);
  if (factor === null) {
    throw new ComputeError(
      'units',
      `${named(a.unit).replace('a', 'A')} cannot be ${verb} ${named(unit)}; give both numbers the same unit.`,
    );
  }
  return exact.multiply(a.value, factor);
}

function named(unit: Unit): string {
  return isPlain(unit) ? 'a plain number' : `a number in ${describeUnit(unit)}`;
}

function withoutPercent(a: Quantity): Quantity {
  return isPercent(a.unit) ? { value: exact.multiply(a.value, rational(1n, 100n)), unit: plain } : a;
}

/** What has no dimension left becomes a plain number. */
function settle(value: Rational, unit: Unit): Quantity {
  if (isPlain(unit) || isPercent(unit) || dimensionOf(unit) !== '') return { value, unit };
  return { value: exact.multiply(value, sizeOf(unit)), unit: plain };
}

/** As text that keeps the exact value, for where only text can be kept. */
export function encodeQuantity({ value, unit }: Quantity): string {
  const powers = [...unit].map(([symbol, count]) => `${symbol}^${count}`).join(' ');
  return `${marker}${value.numerator}/${value.denominator}|${powers}`;
}

/** Null for any other text. */
export function decodeQuantity(text: string): Quantity | null {
  if (!text.startsWith(marker)) return null;
  const [fraction = '', powers = ''] = text.slice(marker.length).split('|');
  const [numerator = '0', denominator = '1'] = fraction.split('/');
  const unit = powers.split(' ').flatMap((part) => {
    const at = part.lastIndexOf('^');
    return at < 0 ? [] : [[part.slice(0, at), Number(part.slice(at + 1))] as const];
  });
  return { value: { numerator: BigInt(numerator), denominator: BigInt(denominator) }, unit: new Map(unit) };
}

/** A control character: no cell's text begins with one, as readers fold them away. */
const marker = '\u0001';

/** For sorting: text whose order is the numbers' order, exact to twenty decimals. */
export function sortKey({ value, unit }: Quantity): string {
  const base = exact.multiply(value, isPlain(unit) ? one : sizeOf(unit));
  const shifted = (base.numerator * 10n ** 20n) / base.denominator + 10n ** 60n;
  if (shifted < 0n || shifted >= 2n * 10n ** 60n) {
    throw new ComputeError('tooLarge', 'A number is too large to be sorted.');
  }
  return shifted.toString().padStart(62, '0');
}

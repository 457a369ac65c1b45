/** Exact fractions over `bigint`: the calculator's numbers. No step rounds but `roundTo`, which is asked for. */
import { ComputeError } from './compute-error';

/** In lowest terms; the denominator is positive. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Binary digits of a numerator or denominator: a thousand decimal digits and more, far above what documents hold. */
const maxBits = 4096;
const maxExponent = 1000n;

export const one: Rational = { numerator: 1n, denominator: 1n };

/** @throws ComputeError `divisionByZero`, `tooLarge` */
export function rational(numerator: bigint, denominator = 1n): Rational {
  if (denominator === 0n) throw new ComputeError('divisionByZero', 'The calculation divides by zero.');
  const sign = denominator < 0n ? -1n : 1n;
  const divisor = greatestDivisor(numerator < 0n ? -numerator : numerator, denominator * sign);
  const result = { numerator: (sign * numerator) / divisor, denominator: (sign * denominator) / divisor };
  if (isLong(result.numerator) || isLong(result.denominator)) throw tooLarge();
  return result;
}

export function add(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

export function negate({ numerator, denominator }: Rational): Rational {
  return { numerator: -numerator, denominator };
}

export function subtract(a: Rational, b: Rational): Rational {
  return add(a, negate(b));
}

export function multiply(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** @throws ComputeError `divisionByZero` */
export function divide(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.denominator, a.denominator * b.numerator);
}

/** The exponent is a whole number, at most a thousand either way. @throws ComputeError */
export function power(base: Rational, exponent: Rational): Rational {
  if (exponent.denominator !== 1n) {
    throw new ComputeError('notAllowed', 'An exponent must be a whole number; roots are not exact.');
  }
  const size = exponent.numerator < 0n ? -exponent.numerator : exponent.numerator;
  // The size of the result is known before it is computed, and a huge one would take all of the memory.
  const bits = Math.max(bitLength(base.numerator), bitLength(base.denominator));
  if (size > maxExponent || (bits > 1 && BigInt(bits - 1) * size > BigInt(maxBits))) throw tooLarge();
  const [numerator, denominator] = [base.numerator ** size, base.denominator ** size];
  return exponent.numerator < 0n ? rational(denominator, numerator) : rational(numerator, denominator);
}

/** Negative, zero or positive, as `a` is below, at or above `b`. */
export function compare(a: Rational, b: Rational): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** To so many decimals, half away from zero; negative counts round to tens, hundreds … */
export function roundTo(value: Rational, decimals: number): Rational {
  if (!Number.isInteger(decimals) || Math.abs(decimals) > 100) {
    throw new ComputeError('notAllowed', 'Rounding takes a whole number of decimals, at most 100.');
  }
  const factor = power(rational(10n), rational(BigInt(decimals)));
  const scaled = multiply(value, factor);
  const size = scaled.numerator < 0n ? -scaled.numerator : scaled.numerator;
  const whole = (2n * size + scaled.denominator) / (2n * scaled.denominator);
  return divide(rational(scaled.numerator < 0n ? -whole : whole), factor);
}

export interface DecimalText {
  readonly text: string;
  /** False: the decimals never end (or are more than are shown), and the text is rounded. */
  readonly isExact: boolean;
}

const maxDecimals = 40;
const roundedDigits = 12;

/** `-1234.5`: no grouping. What does not end is rounded to twelve significant digits. */
export function toDecimal(value: Rational): DecimalText {
  for (let decimals = 0; decimals <= maxDecimals; decimals += 1) {
    const scale = 10n ** BigInt(decimals);
    if ((value.numerator * scale) % value.denominator === 0n) {
      return { text: fixed((value.numerator * scale) / value.denominator, decimals), isExact: true };
    }
  }
  let decimals = Math.max(0, roundedDigits - wholeDigits(value));
  const scaled = (places: number): bigint => {
    const { numerator, denominator } = multiply(roundTo(value, places), rational(10n ** BigInt(places)));
    return numerator / denominator;
  };
  // Leading zeros are no significant digits.
  while (decimals < maxDecimals && scaled(decimals).toString().replace('-', '').length < roundedDigits) decimals += 1;
  return { text: fixed(scaled(decimals), decimals), isExact: false };
}

/** Digits with a point, optionally an exponent: `-12.5`, `1e3`. Null where the text is none. */
export function parseDecimal(text: string): Rational | null {
  const [, sign = '', whole = '', part = '', exponent = '0'] =
    /^([+-]?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,2}))?$/.exec(text) ?? [];
  if (whole === '') return null;
  const digits = rational(BigInt(sign + whole + part), 10n ** BigInt(part.length));
  return multiply(digits, power(rational(10n), rational(BigInt(exponent))));
}

function fixed(scaled: bigint, decimals: number): string {
  const digits = (scaled < 0n ? -scaled : scaled).toString().padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const part = digits.slice(digits.length - decimals);
  return `${scaled < 0n ? '-' : ''}${whole}${part === '' ? '' : `.${part}`}`;
}

function wholeDigits({ numerator, denominator }: Rational): number {
  const whole = (numerator < 0n ? -numerator : numerator) / denominator;
  return whole === 0n ? 0 : whole.toString().length;
}

function greatestDivisor(a: bigint, b: bigint): bigint {
  let [first, second] = [a, b];
  while (second !== 0n) [first, second] = [second, first % second];
  return first;
}

function bitLength(value: bigint): number {
  return (value < 0n ? -value : value).toString(16).length * 4;
}

function isLong(value: bigint): boolean {
  return bitLength(value) > maxBits;
}

function tooLarge(): ComputeError {
  return new ComputeError(
    'tooLarge',
    'A number of the calculation is too large; more than a thousand digits are not kept.',
  );
}

/**
 * The number that a cell or a few words of a text show, with its unit: `1,234.5`, `1.234,5`, `(123)`, `12 %`, `$1.2 million`,
 * `3 亿元`. Dates and everything else that only holds digits are no numbers.
 */
import { quantity, type Quantity } from './quantity';
import { multiply, negate, parseDecimal, rational, type Rational } from './rational';
import { alternatives, combine, magnitudes, plain, unitNames, unitOf, type Unit } from './units';

/** What parts the decimals where a number alone does not tell: `1,234` is 1234 with `point`. */
export type DecimalSign = 'point' | 'comma';

const maxLength = 60;
const currencySigns = unitNames.filter((name) => /[$€£¥₹₩]|^[A-Z]{3}$/.test(name));

export function parseNumber(text: string, sign: DecimalSign = 'point'): Quantity | null {
  const cleaned = text.normalize('NFKC').replaceAll(/[−–]/g, '-').replaceAll(/\s+/g, ' ').trim();
  if (cleaned === '' || cleaned.length > maxLength) return null;
  const inBrackets = /^([^\d(]*)\((.*)\)(\s*%?)$/.exec(cleaned);
  if (inBrackets === null) return parseSigned(cleaned, sign);
  const [, before = '', inner = '', after = ''] = inBrackets;
  const positive = /^\s*-/.test(inner) ? null : parseSigned(before + inner + after, sign);
  return positive && { ...positive, value: negate(positive.value) };
}

/** Null: the text says nothing about it. */
export function decimalSignOf(text: string): DecimalSign | null {
  const [number = ''] = /\d[\d.,' \u00a0\u202f]*/.exec(text) ?? [];
  const digits = number.trim();
  if (/[.' \u00a0\u202f]\d{3},\d+$|^\d+,(?:\d{1,2}|\d{4,})$|^0,\d+$|\.\d{3}\.\d{3}$/.test(digits)) return 'comma';
  if (/,\d{3}\.\d+$|^\d+\.(?:\d{1,2}|\d{4,})$|^0\.\d+$|,\d{3},\d{3}$/.test(digits)) return 'point';
  return null;
}

/** Days and times, which stay what they are. */
export function isDate(text: string): boolean {
  const trimmed = text.trim();
  return (
    /^\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?(?:[T ]\d{1,2}:\d{2}.*)?$/.test(trimmed) ||
    /^\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}$/.test(trimmed) ||
    /^\d{1,2}:\d{2}(?::\d{2})?(?: ?[AP]M)?$/i.test(trimmed) ||
    /^(?:\p{L}+,? )?(?:\d{1,2}[ -]\p{L}{3,9}|\p{L}{3,9} \d{1,2},?)[ -]\d{2,4}$/u.test(trimmed)
  );
}

function parseSigned(text: string, sign: DecimalSign): Quantity | null {
  const [, outer = '', currency = '', inner = '', rest = ''] = signed.exec(text) ?? [];
  const [, digits = '', tail = ''] = /^(\d+ \d+\/\d+|\d[\d.,' ]*(?:[eE][+-]?\d+)?)(.*)$/.exec(rest) ?? [];
  if (digits === '' || (outer !== '' && inner !== '')) return null;
  const value = parseDigits(digits.trim(), sign);
  const after = readTail(tail.trim());
  if (value === null || after === null) return null;
  const before = currency === '' ? plain : (unitOf(currency) ?? plain);
  const isSame = before.size > 0 && after.unit.size > 0 && [...before.keys()].join() === [...after.unit.keys()].join();
  const unit = isSame ? before : combine(before, after.unit, 1);
  const size = multiply(value, after.factor);
  return quantity(outer === '-' || inner === '-' ? negate(size) : size, unit);
}

const signed = new RegExp(`^([+-]?) ?((?:${alternatives(currencySigns)})?) ?([+-]?)(\\d.*)$`);

function parseDigits(text: string, sign: DecimalSign): Rational | null {
  const [, mixed, part, whole] = /^(\d+) (\d+)\/(\d+)$/.exec(text) ?? [];
  if (mixed !== undefined && part !== undefined && whole !== undefined) {
    const [number, above, below] = [BigInt(mixed), BigInt(part), BigInt(whole)];
    return below === 0n ? null : rational(number * below + above, below);
  }
  return parseDecimal(text) !== null && sign === 'point' ? parseDecimal(text) : parseGrouped(text, sign);
}

const groupsWith = (mark: string): RegExp => new RegExp(`^\\d{1,3}(?:${mark}\\d{2,3})*${mark}\\d{3}$`);
const byMark: Readonly<Record<string, RegExp>> = {
  ',': groupsWith(','),
  '.': groupsWith('\\.'),
  "'": groupsWith("'"),
  ' ': groupsWith(' '),
};

function parseGrouped(text: string, sign: DecimalSign): Rational | null {
  const both = text.includes('.') && text.includes(',');
  const decimalMark = both ? (text.lastIndexOf('.') > text.lastIndexOf(',') ? '.' : ',') : sign === 'point' ? '.' : ',';
  const other = decimalMark === '.' ? ',' : '.';
  for (const mark of both ? [decimalMark] : [decimalMark, other]) {
    const value = readWith(text, mark as '.' | ',');
    if (value !== null) return value;
  }
  return null;
}

/** The number where `mark` parts the decimals and another sign parts the groups. */
function readWith(text: string, mark: '.' | ','): Rational | null {
  const at = text.lastIndexOf(mark);
  const isOnce = at >= 0 && text.indexOf(mark) === at;
  const whole = isOnce ? text.slice(0, at) : text;
  const part = isOnce ? text.slice(at + 1) : '';
  if (!isOnce && at >= 0) return null;
  if (isOnce && !/^\d+(?:[eE][+-]?\d{1,3})?$/.test(part)) return null;
  const marks = new Set(whole.match(/\D/g) ?? []);
  if (marks.size > 1) return null;
  const [group] = [...marks];
  if (group !== undefined && (group === mark || byMark[group]?.test(whole) !== true)) return null;
  return parseDecimal(whole.replaceAll(/\D/g, '') + (part === '' ? '' : `.${part}`));
}

const magnitudeWords = [...magnitudes.keys()].sort((a, b) => b.length - a.length);

/** `million dollars`, `万元`, `%`, `km/h`; a word that is no unit makes the text no number. */
function readTail(tail: string): { readonly factor: Rational; readonly unit: Unit } | null {
  let factor = rational(1n);
  let rest = tail;
  const word = magnitudeWords.find(
    (name) =>
      rest.toLowerCase().startsWith(name) && !/^[a-z]/i.test(/[a-z]$/.test(name) ? rest.slice(name.length) : ''),
  );
  if (word !== undefined) {
    factor = magnitudes.get(word) ?? factor;
    rest = rest.slice(word.length).trim();
  }
  if (rest === '') return { factor, unit: plain };
  const [above = '', below, ...more] = rest.split('/');
  const [top, bottom] = [unitOf(above), below === undefined ? plain : unitOf(below)];
  return top === null || bottom === null || more.length > 0 ? null : { factor, unit: combine(top, bottom, -1) };
}

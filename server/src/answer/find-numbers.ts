/**
 * Finds the numbers of a text and compares them as values: 1,234 and 1.234 and 1 234, 12% and 12 percent and 百分之十二,
 * 100 and 一百 and one hundred, 1.5 million and 1,500,000, 5 January and 01-05. Only numbers written in digits, and
 * Chinese ones of two characters or more, are claims; words such as `four` and names of months only answer for them.
 */
import { englishNumber, englishNumberWords, monthNumber, parseChineseNumber } from './number-words';

export interface FoundNumber {
  /** As it stands in the text, sign and unit aside. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  /** Decimal values that it may stand for, in plain digits: `1.234` is 1.234, or 1234 where a full stop groups. */
  readonly values: readonly string[];
  readonly isPercent: boolean;
  /** What it is multiplied by as a power of ten: 6 of `million`, 4 of 万. */
  readonly scale: number;
}

/** Values of a source, to look numbers up in. */
export interface NumberSet {
  readonly plain: ReadonlySet<string>;
  readonly percent: ReadonlySet<string>;
  readonly hasPercent: boolean;
  /** Scales that some number or heading of the source names. */
  readonly scales: ReadonlySet<number>;
}

// Not in names such as `utf8`; Chinese goes without spaces. A digit group goes on after a comma, full stop, apostrophe or a space that does not break.
const digits = /(?<![A-Za-z\u00c0-\u052f_\d０-９])[\d０-９]+(?:[.,，．'’\u00a0\u2009\u202f][\d０-９]+)*/gu;
const chineseNumber =
  /百分之[一二三四五六七八九十百两零〇点]+|[一二三四五六七八九十两][一二三四五六七八九十百千万亿两零〇点]+/gu;
const percentSign = /^\s?(?:[%％‰]|per ?cent(?:age)?\b|pct\b|个百分点)/iu;
const scaleWords: readonly (readonly [RegExp, number])[] = [
  [/^[\s-]?(?:thousand\b|k(?![\p{L}\d]))/iu, 3],
  [/^[\s-]?(?:[Mm]illion\b|mn\b|[Mm]io\b|M(?![\p{L}\d]))/u, 6],
  [/^[\s-]?(?:billion\b|bn\b)/iu, 9],
  [/^[\s-]?trillion\b/iu, 12],
  [/^\s?万亿/u, 12],
  [/^\s?万/u, 4],
  [/^\s?亿/u, 8],
];

/** The numbers that a text claims, in its order. */
export function findNumbers(text: string): readonly FoundNumber[] {
  const found = [...text.matchAll(digits)].map((match) => digitNumber(text, match[0], match.index));
  for (const match of text.matchAll(chineseNumber)) {
    const isPercent = match[0].startsWith('百分之');
    const value = parseChineseNumber(isPercent ? match[0].slice(3) : match[0]);
    if (value === null || (!isPercent && !/[十百千万亿]/u.test(match[0].slice(1)))) continue;
    const [start, end] = [match.index, match.index + match[0].length];
    found.push({ text: match[0], start, end, values: [value], isPercent, scale: 0 });
  }
  return found.sort((one, other) => one.start - other.start);
}

/** All values that stand in `text`, however they are written. */
export function numberSet(text: string): NumberSet {
  const plain = new Set<string>();
  const percent = new Set<string>();
  const scales = new Set<number>();
  for (const number of findNumbers(text)) {
    for (const value of valuesOf(number)) (number.isPercent ? percent : plain).add(value);
    if (number.scale > 0) scales.add(number.scale);
  }
  for (const value of wordValues(text)) plain.add(value);
  for (const [word, scale] of [
    ['thousand', 3],
    ['million', 6],
    ['billion', 9],
    ['万元', 4],
    ['亿元', 8],
  ] as const) {
    if (text.toLowerCase().includes(word)) scales.add(scale);
  }
  const hasPercent = percent.size > 0 || /[%％‰]|per ?cent|百分/iu.test(text);
  return { plain, percent, hasPercent, scales };
}

/** A percent sign or a scale may stand apart from its number in a table: in the head of the column. */
export function hasNumber(set: NumberSet, number: FoundNumber): boolean {
  if (number.isPercent) {
    return valuesOf(number).some((value) => set.percent.has(value) || (set.hasPercent && set.plain.has(value)));
  }
  if (valuesOf(number).some((value) => set.plain.has(value))) return true;
  return number.scale > 0 && set.scales.has(number.scale) && number.values.some((value) => set.plain.has(value));
}

function digitNumber(text: string, raw: string, start: number): FoundNumber {
  const end = start + raw.length;
  const after = text.slice(end, end + 16);
  const isPercent = percentSign.test(after);
  const scale = isPercent ? 0 : (scaleWords.find(([pattern]) => pattern.test(after))?.[1] ?? 0);
  return { text: raw, start, end, values: readDigits(raw.normalize('NFKC')), isPercent, scale };
}

/** Both readings where the marks allow two; each part of it for what is no number: a date, a version, a list. */
function readDigits(raw: string): readonly string[] {
  const grouped = /^\d{1,3}(?:([.,'’\s])\d{3})(?:\1\d{3})*(?:[.,]\d+)?$/u.exec(raw);
  const values = new Set<string>();
  if (grouped?.[1] !== undefined) {
    const group = grouped[1];
    const rest = raw.replaceAll(group, '').replace(',', '.');
    values.add(canonical(rest));
  }
  const marks = raw.match(/[^\d]/gu) ?? [];
  if (marks.length === 0) values.add(canonical(raw));
  else if (marks.length === 1 && /[.,]/.test(marks[0])) values.add(canonical(raw.replace(',', '.')));
  if (values.size === 0) values.add(raw);
  return [...values];
}

/** Without zeros that change nothing: 007 is 7, 2.50 is 2.5. */
function canonical(decimal: string): string {
  const [whole = '', fraction = ''] = decimal.split('.');
  const trimmed = fraction.replace(/0+$/, '');
  const start = whole.replace(/^0+(?=\d)/, '');
  return trimmed === '' ? start : `${start}.${trimmed}`;
}

function valuesOf({ values, scale }: FoundNumber): readonly string[] {
  return scale === 0 ? values : values.map((value) => shift(value, scale));
}

/** Times a power of ten, in decimal digits: no rounding. */
function shift(value: string, places: number): string {
  const [whole = '', fraction = ''] = value.split('.');
  const moved = fraction.padEnd(places, '0');
  return canonical(`${whole}${moved.slice(0, places)}.${moved.slice(places)}`);
}

function wordValues(text: string): readonly string[] {
  const values: string[] = [];
  for (const match of text.matchAll(englishNumberWords)) {
    const value = englishNumber(match[0]);
    if (value !== null) values.push(value);
  }
  for (const match of text.matchAll(/\p{L}{3,9}/gu)) {
    const month = monthNumber(match[0]);
    if (month !== null) values.push(month);
  }
  for (const match of text.matchAll(/[一二三四五六七八九十两零〇][一二三四五六七八九十百千万亿两零〇点]*/gu)) {
    const value = parseChineseNumber(match[0]);
    if (value !== null) values.push(value);
  }
  return values;
}

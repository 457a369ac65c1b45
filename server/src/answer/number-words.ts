/** Numbers in words: English cardinals and ordinals up to the billions, Chinese ones, names of months. */

const units = 'zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen'.split(' '); // prettier-ignore
const tens = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const scales: ReadonlyMap<string, number> = new Map([['hundred', 100], ['thousand', 1e3], ['million', 1e6], ['billion', 1e9]]); // prettier-ignore
const irregular: Readonly<Record<string, string>> = {
  first: 'one',
  second: 'two',
  third: 'three',
  fifth: 'five',
  eighth: 'eight',
  ninth: 'nine',
  twelfth: 'twelve',
  once: 'one',
  twice: 'two',
  a: 'one',
  an: 'one',
};
const simple: ReadonlyMap<string, number> = new Map([
  ...units.map((word, value) => [word, value] as const),
  ...tens.map((word, idx) => [word, 20 + 10 * idx] as const),
]);
const words = [...simple.keys(), ...scales.keys(), ...Object.keys(irregular).filter((word) => word.length > 2)];
const word = `(?:(?:${words.join('|')})(?:th|eth|ieth)?|twentieth|thirtieth|fortieth|fiftieth|sixtieth|seventieth|eightieth|ninetieth)`;
/** A run of number words, with the `and` inside of it. */
export const englishNumberWords = new RegExp(`\\b(?:an? )?${word}(?:(?:[\\s-]+and[\\s-]+|[\\s-]+)${word})*\\b`, 'giu');

/** Decimal digits, or null for words that make no number. */
export function englishNumber(text: string): string | null {
  let total = 0;
  let current = 0;
  for (const raw of text.toLowerCase().split(/[\s-]+/)) {
    if (raw === 'and') continue;
    const name = cardinal(raw);
    const scale = scales.get(name);
    const value = simple.get(name);
    if (scale === undefined) {
      if (value === undefined) return null;
      current += value;
    } else if (scale === 100) current = Math.max(1, current) * 100;
    else {
      total += Math.max(1, current) * scale;
      current = 0;
    }
  }
  return String(total + current);
}

function cardinal(raw: string): string {
  if (irregular[raw] !== undefined) return irregular[raw];
  if (simple.has(raw) || scales.has(raw)) return raw;
  return raw.endsWith('ieth') ? `${raw.slice(0, -4)}y` : raw.replace(/th$/, '');
}

const months = 'january february march april may june july august september october november december'.split(' ');

/** `January` and `Jan` are 1. Null for any other word. */
export function monthNumber(name: string): string | null {
  const lower = name.toLowerCase();
  const month = months.findIndex((full) => full === lower || full.slice(0, 3) === lower || (lower === 'sept' && full === 'september')); // prettier-ignore
  return month < 0 ? null : String(month + 1);
}

const chineseDigits: ReadonlyMap<string, number> = new Map([
  ...[...'零一二三四五六七八九'].map((char, value) => [char, value] as const),
  ['〇', 0],
  ['两', 2],
]);
const chineseScales: ReadonlyMap<string, number> = new Map([['十', 10], ['百', 100], ['千', 1000]]); // prettier-ignore

/** 一百二十 is 120, 二〇二四 is 2024, 三点五 is 3.5, 一亿二千万 is 120000000. Null for what makes no number. */
export function parseChineseNumber(text: string): string | null {
  const [whole = '', fraction, ...more] = text.split('点');
  if (more.length > 0 || whole === '') return null;
  const digits = fraction === undefined ? '' : [...fraction].map((char) => chineseDigits.get(char) ?? '?').join('');
  if (fraction === '' || digits.includes('?')) return null;
  const value = chineseWhole(whole);
  if (value === null) return null;
  const trimmed = digits.replace(/0+$/, '');
  return trimmed === '' ? value : `${value}.${trimmed}`;
}

function chineseWhole(text: string): string | null {
  if ([...text].every((char) => chineseDigits.has(char))) {
    // Digit by digit, as years are written.
    return [...text].map((char) => chineseDigits.get(char)).join('').replace(/^0+(?=\d)/, ''); // prettier-ignore
  }
  let total = 0;
  let section = 0;
  let digit = -1;
  for (const char of text) {
    const scale = chineseScales.get(char);
    const value = chineseDigits.get(char);
    if (value !== undefined) digit = value;
    else if (scale !== undefined) {
      section += Math.max(1, digit) * scale;
      digit = -1;
    } else if (char === '万' || char === '亿') {
      const part = section + Math.max(0, digit);
      total = char === '万' ? total + part * 1e4 : (total + part) * 1e8;
      section = 0;
      digit = -1;
    } else return null;
  }
  return String(total + section + Math.max(0, digit));
}

/** Cuts calculations and queries into tokens; a number takes the unit or the word for a magnitude behind it along. */
import { ComputeError } from './compute-error';
import { parseNumber } from './parse-number';
import type { Quantity } from './quantity';
import { measurePattern } from './units';

export type Token =
  | { readonly kind: 'number'; readonly value: Quantity; readonly text: string; readonly at: number }
  | { readonly kind: 'text'; readonly text: string; readonly at: number }
  | { readonly kind: 'name'; readonly text: string; readonly isQuoted: boolean; readonly at: number }
  | { readonly kind: 'sign'; readonly text: string; readonly at: number }
  | { readonly kind: 'end'; readonly text: string; readonly at: number };

/** Longer ones are no calculation that a person or a model writes for one question. */
const maxLength = 4000;

/** A unit in letters ends where the word ends, and is no function. */
const suffix = `(?: ?(?:${measurePattern})(?![A-Za-z0-9_]| ?\\())`;
const number = new RegExp(
  `([$€£¥₹₩]?)\\d+(?:\\.\\d+)?(?:[eE][+-]?\\d+(?![A-Za-z]))?(${suffix}{0,2}(?:/${suffix})?)`,
  'uy',
);
const name = /[\p{L}_][\p{L}\p{M}\p{N}_]*/uy;
const sign = /<>|!=|<=|>=|==|[-+*/^(),.=<>;]/y;
const text = /'((?:[^']|'')*)'/y;
const quoted = /"((?:[^"]|"")*)"|`([^`]*)`|\[([^\]]*)\]/y;
const space = /\s+/y;
const synonyms: Readonly<Record<string, string>> = {
  '×': '*',
  '·': '*',
  '÷': '/',
  '−': '-',
  '–': '-',
  '（': '(',
  '）': ')',
  '，': ',',
};

/** @throws ComputeError `syntax` */
export function tokenise(source: string): readonly Token[] {
  if (source.length > maxLength) {
    throw new ComputeError('tooLarge', `The calculation has more than ${maxLength} characters; write a shorter one.`);
  }
  const input = source.replaceAll(/[×·÷−–（），]/g, (char) => synonyms[char] ?? char);
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(input);
  };
  while (at < input.length) {
    const blank = match(space);
    if (blank !== null) {
      at += blank[0].length;
      continue;
    }
    const token = nextToken(match, at);
    if (token === null) {
      throw new ComputeError('syntax', `"${[...input.slice(at)][0] ?? ''}" at character ${at + 1} is not understood.`);
    }
    tokens.push(token.token);
    at += token.length;
  }
  tokens.push({ kind: 'end', text: '', at });
  return tokens;
}

function nextToken(
  match: (pattern: RegExp) => RegExpExecArray | null,
  at: number,
): { readonly token: Token; readonly length: number } | null {
  const digits = match(number);
  if (digits !== null) return { token: numberToken(digits[0], at), length: digits[0].length };
  const literal = match(text);
  if (literal !== null) {
    return { token: { kind: 'text', text: (literal[1] ?? '').replaceAll("''", "'"), at }, length: literal[0].length };
  }
  const marked = match(quoted);
  if (marked !== null) {
    const content = marked[1]?.replaceAll('""', '"') ?? marked[2] ?? marked[3] ?? '';
    return { token: { kind: 'name', text: content, isQuoted: true, at }, length: marked[0].length };
  }
  const word = match(name);
  if (word !== null) return { token: { kind: 'name', text: word[0], isQuoted: false, at }, length: word[0].length };
  const operator = match(sign);
  return operator && { token: { kind: 'sign', text: operator[0], at }, length: operator[0].length };
}

function numberToken(shown: string, at: number): Token {
  const value = parseNumber(shown);
  if (value === null) throw new ComputeError('syntax', `"${shown}" at character ${at + 1} is not a number.`);
  return { kind: 'number', value, text: shown, at };
}

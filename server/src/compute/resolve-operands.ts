/**
 * The operands of a calculation, checked: each is a number that stands in a span of the evidence, in the words that are
 * quoted around it. What belongs to it there (its sign, currency, unit, million) is taken along, also where the quote cut it off.
 */
import type { ComputedOperand, EvidenceSpan } from '../../../protocol/evidence';
import { ComputeError } from './compute-error';
import { parseNumber } from './parse-number';
import type { Quantity } from './quantity';
import { alternatives, measurePattern, unitNames } from './units';

export interface WrittenOperand {
  readonly name: string;
  readonly span: string;
  /** Words of the span, with the number among them; may be the number alone. */
  readonly quote: string;
  /** The number as it stands there. */
  readonly value: string;
}
export interface ResolvedOperand {
  readonly operand: ComputedOperand;
  readonly quantity: Quantity;
}

/** @throws ComputeError that names the operand and what is wrong with it */
export function resolveOperands(
  written: readonly WrittenOperand[],
  evidence: readonly EvidenceSpan[],
): readonly ResolvedOperand[] {
  const names = new Set<string>();
  return written.map((operand) => {
    if (!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(operand.name) || names.has(operand.name)) {
      throw new ComputeError(
        'syntax',
        `"${operand.name}" cannot name an operand; give each a name of its own, as a, b, c.`,
      );
    }
    names.add(operand.name);
    return resolveOperand(operand, evidence);
  });
}

function resolveOperand(written: WrittenOperand, evidence: readonly EvidenceSpan[]): ResolvedOperand {
  const { name, value } = written;
  const span = evidence.find(({ id }) => id === written.span.trim().replace(/^\[|\]$/g, ''));
  if (span === undefined)
    throw new ComputeError(
      'unknownName',
      `The operand ${name} names ${written.span}, which is no span of the evidence.`,
    );
  const start = placeOf(written, span);
  const range = wholeNumber(span.text, start, start + value.trim().length);
  const shown = span.text.slice(range.start, range.end);
  const quantity = parseNumber(shown) ?? parseNumber(value);
  if (quantity === null)
    throw new ComputeError('notANumber', `The operand ${name} is "${value.slice(0, 60)}", which is no number.`);
  return { operand: { ...sourceOf(span, range), name, text: shown, spanId: span.id }, quantity };
}

/** Offset in the span's text. A number that stands there several times must be told by its words. */
function placeOf({ name, quote, value }: WrittenOperand, span: EvidenceSpan): number {
  const words = quote.trim() === '' || !quote.includes(value.trim()) ? value.trim() : quote.trim();
  const places = occurrences(span.text, words).flatMap((at) =>
    occurrences(words, value.trim())
      .map((inside) => at + inside)
      .filter((place) => isWhole(span, place, place + value.trim().length)),
  );
  const [place] = places;
  if (place === undefined || value.trim() === '') {
    throw new ComputeError(
      'unknownName',
      `The operand ${name}, "${value.slice(0, 60)}", does not stand in ${span.id} as quoted.`,
    );
  }
  if (places.length > 1) {
    throw new ComputeError(
      'unknownName',
      `The operand ${name}, "${value.slice(0, 60)}", stands ${places.length} times in ${span.id}; quote the words around it.`,
    );
  }
  return place;
}

function occurrences(text: string, words: string): readonly number[] {
  const found: number[] = [];
  for (let at = text.indexOf(words); words !== '' && at >= 0; at = text.indexOf(words, at + 1)) found.push(at);
  return found;
}

/** Not a part of a longer number: 12 does not stand in 1,250 or 12.5. Between values that commas part, 3 stands in 12.5,3,7. */
function isWhole({ text, path }: EvidenceSpan, start: number, end: number): boolean {
  const [before, after] = [text.slice(Math.max(0, start - 2), start), text.slice(end, end + 5)];
  if (!/\.csv$/i.test(path)) return !/\d[.,]?$/.test(before) && !/^(?:\d|[.,]\d)/.test(after);
  const isGroup = /\d,$/.test(before) && /^\d{3}(?!\d)/.test(text.slice(start, start + 4));
  return !isGroup && !/\d\.?$/.test(before) && !/^(?:\d|\.\d|,\d{3}(?!\d))/.test(after);
}

const suffix = new RegExp(`^(?: ?(?:${measurePattern})(?![A-Za-z0-9_])){1,2}`, 'u');
const currency = new RegExp(`(?:${alternatives(unitNames.filter((name) => /[$€£¥₹₩]/.test(name)))}) ?$`);

interface Range {
  readonly start: number;
  readonly end: number;
}

function wholeNumber(text: string, from: number, to: number): Range {
  const behind = suffix.exec(text.slice(to, to + 40));
  let end = to + (behind?.[0].length ?? 0);
  let start = from - (currency.exec(text.slice(Math.max(0, from - 5), from))?.[0].length ?? 0);
  // A dash between two words or numbers is no sign.
  if (/(?:^|[\s|(])[-−]$/.test(text.slice(Math.max(0, start - 2), start))) start -= 1;
  // A table shows a negative number in brackets; in a sentence they are brackets.
  const isCell = /(?:^|[|\t\n])\s*\($/.test(text.slice(0, start)) && /^\)\s*(?:$|[|\t\n])/.test(text.slice(end));
  if (isCell) [start, end] = [start - 1, end + 1];
  return { start, end };
}

function sourceOf(span: EvidenceSpan, { start, end }: Range): Omit<ComputedOperand, 'name' | 'text' | 'spanId'> {
  const lines = (to: number): number => span.text.slice(0, to).match(/\r\n|\n|\r/g)?.length ?? 0;
  const { path, place } = span;
  const range = {
    path,
    start: span.start + start,
    end: span.start + end,
    startLine: span.startLine + lines(start),
    endLine: span.startLine + lines(end),
  };
  return place === undefined ? range : { ...range, place };
}

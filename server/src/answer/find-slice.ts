/**
 * Finds words in a source text exactly, white space and typography aside, and refuses look-alikes: a match inside a
 * longer word or number, and a match whose negation stands just before it, say something else than the source.
 */
import { isCjk, normaliseText, type NormalisedText } from './normalise-text';

export type SliceSearch =
  | { readonly kind: 'found'; readonly start: number; readonly end: number }
  | { readonly kind: 'notFound' }
  /** The words stand there, but only as part of a longer word or number, or after a negation. */
  | { readonly kind: 'outOfContext'; readonly before: string };

/** `start` and `end` of the result are offsets into the source text that `haystack` was made from. */
export function findSlice(haystack: NormalisedText, quote: string): SliceSearch {
  const needle = normaliseText(quote).text;
  if (needle === '') return { kind: 'notFound' };
  let refused: SliceSearch = { kind: 'notFound' };
  for (let at = haystack.text.indexOf(needle); at >= 0; at = haystack.text.indexOf(needle, at + 1)) {
    const end = at + needle.length;
    const before = haystack.text.slice(Math.max(0, at - 12), at);
    if (standsAlone(haystack.text, at, end) && !negatesWhatFollows(before)) {
      return { kind: 'found', start: haystack.starts[at] ?? 0, end: sourceEnd(haystack, end) };
    }
    refused = { kind: 'outOfContext', before };
  }
  return refused;
}

function sourceEnd(haystack: NormalisedText, end: number): number {
  // One past the last matched unit, not the start of the next one: white space between them is not quoted.
  return (haystack.starts[end - 1] ?? 0) + 1;
}

function standsAlone(text: string, start: number, end: number): boolean {
  const first = text.charAt(start);
  const last = text.charAt(end - 1);
  if (isWordChar(first) && isWordChar(text.charAt(start - 1))) return false;
  if (isWordChar(last) && isWordChar(text.charAt(end))) return false;
  if (isDigit(first) && /(?:[.,]|(?:^|[^\p{L}\p{N}])[-+])$/u.test(text.slice(Math.max(0, start - 2), start)))
    return false;
  return !(isDigit(last) && /^(?:[.,]\d|\s?[%‰])/.test(text.slice(end, end + 2)));
}

function negatesWhatFollows(before: string): boolean {
  return (
    /(?:^|[^\p{L}])(?:not|no|never|cannot|can't|without|neither|nor|hardly|[a-z]{2,6}n't) $/iu.test(before) ||
    /(?:^|[^\p{L}])non-$/iu.test(before) ||
    /[不没未非无勿莫]$/u.test(before)
  );
}

function isWordChar(char: string): boolean {
  return /[\p{L}\p{N}_$]/u.test(char) && !isCjk(char);
}

function isDigit(char: string): boolean {
  return /\d/.test(char);
}

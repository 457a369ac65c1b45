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

/** Occurrences that are looked at: a word that fills a file must not cost its square. */
const maxOccurrences = 200;

/** `start` and `end` of the result are offsets into the source text that `haystack` was made from. */
export function findSlice(haystack: NormalisedText, quote: string): SliceSearch {
  return findNeedle(haystack, normaliseText(quote).text);
}

/** The same for words that are normalised already. */
export function findNeedle(haystack: NormalisedText, needle: string): SliceSearch {
  let refused: SliceSearch = { kind: 'notFound' };
  for (const search of searches(haystack, needle)) {
    if (search.kind === 'found') return search;
    refused = search;
  }
  return refused;
}

/** Every place at which the words stand for themselves, up to a bound. */
export function allSlices(
  haystack: NormalisedText,
  quote: string,
): readonly { readonly start: number; readonly end: number }[] {
  return [...searches(haystack, normaliseText(quote).text)].flatMap((search) =>
    search.kind === 'found' ? [search] : [],
  );
}

/** Every place of normalised words, whatever stands around them, as offsets into the source; at most `limit`. */
export function allNeedles(
  haystack: NormalisedText,
  needle: string,
  limit: number,
): readonly { readonly start: number; readonly end: number }[] {
  const places: { start: number; end: number }[] = [];
  if (needle === '') return places;
  for (let at = haystack.text.indexOf(needle); at >= 0 && places.length < limit;) {
    places.push({ start: haystack.starts[at] ?? 0, end: sourceEnd(haystack, at + needle.length) });
    at = haystack.text.indexOf(needle, at + 1);
  }
  return places;
}

/** Whether a name stands there as a whole word; what stands before it does not matter. */
export function hasWord(haystack: NormalisedText, word: string): boolean {
  const needle = normaliseText(word).text;
  if (needle === '') return false;
  for (let at = haystack.text.indexOf(needle); at >= 0; at = haystack.text.indexOf(needle, at + 1)) {
    const [before, after] = [haystack.text.charAt(at - 1), haystack.text.charAt(at + needle.length)];
    const isWhole = !(isWordChar(before) && isWordChar(needle.charAt(0)));
    if (isWhole && !(isWordChar(after) && isWordChar(needle.charAt(needle.length - 1)))) return true;
  }
  return false;
}

function* searches(haystack: NormalisedText, needle: string): Generator<SliceSearch> {
  if (needle === '') return;
  let at = haystack.text.indexOf(needle);
  for (let count = 0; at >= 0 && count < maxOccurrences; count += 1) {
    const end = at + needle.length;
    const before = haystack.text.slice(Math.max(0, at - 12), at);
    if (standsAlone(haystack.text, at, end) && !negatesWhatFollows(before)) {
      yield { kind: 'found', start: haystack.starts[at] ?? 0, end: sourceEnd(haystack, end) };
    } else yield { kind: 'outOfContext', before };
    at = haystack.text.indexOf(needle, at + 1);
  }
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

/**
 * Text → runs for the static embeddings: letters and digits up to the next other character, Chinese and Japanese apart
 * from the rest. One pass over UTF-16 units with a class a unit, because this runs over every byte of a workspace.
 */
import { wordMark, type Tokenizer } from '../tokens/tokenizer';

/** Receives one run: its range in the text, and whether it is written without spaces between words. */
export type RunSink = (start: number, end: number, isUnspaced: boolean) => void;

const [other, letter, unspaced] = [0, 1, 2] as const;
/** Longer runs are data (hashes, base64), not words. */
const maxRunLength = 100;
/** A run of Chinese is cut here at the latest, so that no table of the cut grows with the text. */
const maxUnspacedLength = 64;

/** `text` is expected in NFKC. Characters above U+FFFF are passed over: the vocabulary has next to none of them. */
export function forEachRun(text: string, sink: RunSink): void {
  const size = text.length;
  let start = 0;
  while (start < size) {
    const kind = unitKinds[text.charCodeAt(start)];
    let end = start + 1;
    if (kind !== other) {
      const limit = kind === unspaced ? Math.min(size, start + maxUnspacedLength) : size;
      while (end < limit && unitKinds[text.charCodeAt(end)] === kind) end++;
      if (kind === unspaced) sink(start, end, true);
      else if (end - start <= maxRunLength) sink(start, end, false);
    }
    start = end;
  }
}

/** An identifier's parts: camelCase, an acronym before a word (`HTTPServer`), digits. */
const identifierPart = /\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{M}]+|\p{N}+|[\p{L}\p{M}]+/gu;

/** The ids of the pieces of one run, in lower case and part by part, without what the vocabulary does not know. */
export function runPieces(tokenizer: Tokenizer, run: string, isUnspaced: boolean): readonly number[] {
  const ids: number[] = [];
  const sink = (id: number, start: number, end: number): void => {
    if (id !== tokenizer.unknownId && !(start === 0 && end === 1 && !isUnspaced)) ids.push(id);
  };
  if (isUnspaced) tokenizer.cutWord(run, sink);
  else for (const [part] of run.matchAll(identifierPart)) tokenizer.cutWord(wordMark + part.toLowerCase(), sink);
  return ids;
}

const unitKinds = classifyUnits();

function classifyUnits(): Uint8Array {
  const kinds = new Uint8Array(0x10000);
  const isUnspaced = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u30fc]$/u;
  const isLetter = /^[\p{L}\p{M}\p{N}]$/u;
  for (let unit = 0; unit < kinds.length; unit++) {
    const character = String.fromCharCode(unit);
    if (isUnspaced.test(character)) kinds[unit] = unspaced;
    else if (isLetter.test(character)) kinds[unit] = letter;
  }
  return kinds;
}

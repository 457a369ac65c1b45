/**
 * Tokens for a critic whose own tokenizer is not at hand: runs of letters and digits, single CJK characters, single
 * signs. Their ranges are sorted, apart and cover everything that is not white space; linear in the text.
 */
export interface WordTokens {
  /** UTF-16 ranges `[starts[i], ends[i])` in the text. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** A run is cut after 16 characters: a text without spaces must not pass as one token. */
const tokenPattern =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]\p{M}{0,16}|(?:(?![\p{sc=Han}\p{sc=Hira}\p{sc=Kana}])[\p{L}\p{N}\p{M}]){1,16}|\S\p{M}{0,16}/gu;

export function cutWordTokens(text: string): WordTokens {
  const starts: number[] = [];
  const ends: number[] = [];
  for (const match of text.matchAll(tokenPattern)) {
    starts.push(match.index);
    ends.push(match.index + match[0].length);
  }
  return { starts: Uint32Array.from(starts), ends: Uint32Array.from(ends) };
}

export function countWordTokens(text: string): number {
  let count = 0;
  for (const _ of text.matchAll(tokenPattern)) count++;
  return count;
}

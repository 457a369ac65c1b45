/**
 * Text as the quote check compares it: runs of white space (line breaks too) are one space, none between two CJK
 * characters; typographic quotes, dashes and invisible characters are the plain ones. Words, numbers, case and
 * punctuation stay: the check forgives how a text is set, never what it says. `starts` leads back to the source.
 */
export interface NormalisedText {
  readonly text: string;
  /** Source offset of each UTF-16 unit of `text`, and one more: the end of the source text. */
  readonly starts: Uint32Array;
}

const plainForms: ReadonlyMap<string, string> = new Map([
  ...[...'‘’‚‛′'].map((char) => [char, "'"] as const),
  ...[...'“”„‟″'].map((char) => [char, '"'] as const),
  ...[...'‐‑‒–—―−'].map((char) => [char, '-'] as const),
  ['…', '...'],
  ...['\u00ad', '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff'].map((char) => [char, ''] as const),
]);
const space = /\s/;
const cjk = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uffef]/u;

export function normaliseText(source: string): NormalisedText {
  const parts: string[] = [];
  const starts: number[] = [];
  let pendingSpace = -1;
  let last = '';
  for (let idx = 0; idx < source.length; idx += 1) {
    const char = source.charAt(idx);
    if (space.test(char)) {
      if (pendingSpace < 0) pendingSpace = idx;
      continue;
    }
    const plain = plainForms.get(char) ?? char;
    if (plain === '') continue;
    if (pendingSpace >= 0 && parts.length > 0 && !(isCjk(last) && isCjk(char))) {
      parts.push(' ');
      starts.push(pendingSpace);
    }
    pendingSpace = -1;
    parts.push(plain);
    for (let unit = 0; unit < plain.length; unit += 1) starts.push(idx);
    last = char;
  }
  starts.push(source.length);
  return { text: parts.join(''), starts: Uint32Array.from(starts) };
}

export function isCjk(char: string): boolean {
  return cjk.test(char);
}

/**
 * Text as the quote check compares it: runs of white space (line breaks too) are one space, none beside a CJK
 * character; typographic quotes, dashes, full-width and invisible characters are the plain ones; a word that was
 * hyphenated at a line end is whole. Words, numbers, case and punctuation stay: the check forgives how a text is set,
 * never what it says. `starts` leads back to the source.
 */
export interface NormalisedText {
  readonly text: string;
  /** Source offset of each UTF-16 unit of `text`, and one more: the end of the source text. */
  readonly starts: Uint32Array;
}

/**
 * At a line end `well-` may be half of `well-known` or of `wellspring`: `kept` has the hyphen and no break, `joined`
 * neither.
 */
export type LineEndHyphens = 'kept' | 'joined';

const plainForms: ReadonlyMap<string, string> = new Map([
  ...[...'‘’‚‛′'].map((char) => [char, "'"] as const),
  ...[...'“”„‟″「」『』«»'].map((char) => [char, '"'] as const),
  ...[...'‹›'].map((char) => [char, "'"] as const),
  ...[...'‐‑‒–—―−'].map((char) => [char, '-'] as const),
  ['…', '...'],
  ...['\u00ad', '\u200b', '\u200c', '\u200d', '\u2060', '\ufeff'].map((char) => [char, ''] as const),
]);
const space = /\s/;
const cjk = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\u3000-\u303f\uff00-\uffef]/u;
/** Twins of ASCII characters in the width of a Chinese one (Unicode, Halfwidth and Fullwidth Forms). */
const fullWidth = /[\uff01-\uff5e\uffe0-\uffe6]/;
/** Room for a line break with its indentation. */
const breakChars = 40;

export function normaliseText(source: string, hyphens: LineEndHyphens = 'kept'): NormalisedText {
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
    const plain = toPlain(char);
    if (plain === '') continue;
    if (pendingSpace >= 0 && parts.length > 0 && !isCjk(last) && !isCjk(plain)) {
      parts.push(' ');
      starts.push(pendingSpace);
    }
    pendingSpace = -1;
    last = plain;
    const breakLength = plain === '-' ? hyphenatedBreak(source, idx) : 0;
    if (breakLength === 0 || hyphens === 'kept') {
      parts.push(plain);
      for (let unit = 0; unit < plain.length; unit += 1) starts.push(idx);
    }
    idx += breakLength;
  }
  starts.push(source.length);
  return { text: parts.join(''), starts: Uint32Array.from(starts) };
}

export function isCjk(char: string): boolean {
  return cjk.test(char);
}

function toPlain(char: string): string {
  if (char < '\u0080') return char;
  return plainForms.get(char) ?? (fullWidth.test(char) ? char.normalize('NFKC') : char);
}

/** Length of the line break behind the hyphen at `at` when a word goes on after it, else 0. */
function hyphenatedBreak(source: string, at: number): number {
  if (!/\p{L}/u.test(source.charAt(at - 1)) || isCjk(source.charAt(at - 1))) return 0;
  const lineBreak = /^[ \t]*(?:\r\n|\n|\r)[ \t]*(?=\p{Ll})/u.exec(source.slice(at + 1, at + 1 + breakChars));
  return lineBreak?.[0].length ?? 0;
}

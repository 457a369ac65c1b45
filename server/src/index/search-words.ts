/**
 * Text → the words that full text search stores and looks for: words in lower case, identifiers whole and in their
 * parts (camelCase, snake_case, digits), Chinese, Japanese and Korean characters alone and in pairs. Index and query
 * go through the same function, so that they always agree.
 */
const cjk = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}';
// A run of CJK ends a word and the reverse: `使用fastify框架` is three of them.
const token = new RegExp(`[${cjk}]+|(?:(?![${cjk}])[\\p{L}\\p{M}\\p{N}_$])+`, 'gu');
const isCjk = new RegExp(`^[${cjk}]`, 'u');
const identifierPart = /\p{Lu}+(?![\p{Ll}])|\p{Lu}?[\p{Ll}\p{M}]+|\p{N}+|[\p{L}\p{M}]+/gu;
/** Longer runs are data, not words. */
const maxWordLength = 100;

export function searchWords(text: string): readonly string[] {
  const words: string[] = [];
  for (const [found] of text.normalize('NFKC').matchAll(token)) {
    if (isCjk.test(found)) addCjk(found, words);
    else if (found.length <= maxWordLength) addWord(found, words);
  }
  return words;
}

function addWord(word: string, words: string[]): void {
  const whole = word.replace(/[_$]/g, '').toLowerCase();
  if (whole !== '') words.push(whole);
  const parts = word.match(identifierPart) ?? [];
  if (parts.length > 1) for (const part of parts) words.push(part.toLowerCase());
}

function addCjk(run: string, words: string[]): void {
  const characters = [...run];
  characters.forEach((character, idx) => {
    words.push(character);
    const next = characters[idx + 1];
    if (next !== undefined) words.push(character + next);
  });
}

/**
 * Finds what an answer names beside its quotes: identifiers in backticks, files, and lines of them. Whether they exist
 * is checked elsewhere.
 */
import { isQuotable } from './find-quotes';
import type { Piece, Sentence } from './split-answer';

/** `line` and `endLine` are 1-based; null where only the file is named. */
export interface FileReference {
  readonly path: string;
  readonly line: number | null;
  readonly endLine: number | null;
}

export interface LineReference {
  readonly line: number;
  readonly endLine: number;
}

const fileEnding =
  '(?:md|mdx|txt|rst|adoc|csv|tsv|json|jsonl|ya?ml|toml|ini|cfg|conf|xml|html?|css|scss|less|tsx?|jsx?|mjs|cjs|vue|svelte|py|ipynb|rs|go|java|kts?|swift|c|cc|cpp|cxx|h|hpp|cs|rb|php|pl|lua|r|sh|bash|ps1|sql|proto|gradle|lock|log|pdf|docx?|xlsx?|pptx?|epub|rtf|odt)';
const latin = 'A-Za-z0-9_\u00c0-\u024f';
/** Chinese prose has no spaces around a file's name, so such names count only in backticks. */
const proseFiles = filePattern(latin);
const codeFiles = filePattern(`${latin}\\p{Script=Han}`);

function filePattern(letters: string): RegExp {
  const name = `[${letters}@.+-]*[${letters}@+-]`;
  const path = `(?:\\.{1,2}/)?((?:${name}/)*${name}\\.${fileEnding})`;
  const line = '(?:[:：#]L?(\\d{1,7})(?:[-–:]L?(\\d{1,7}))?)?';
  return new RegExp(`(?<![${letters}./@+-])${path}(?![${letters}/])${line}`, 'giu');
}

/** `Node.js` and `Vue.js` are names of products. */
const productName = /^\p{Lu}[\p{L}\d]*\.js$/u;
const linePattern =
  /\blines?\s+(\d{1,7})(?:\s*(?:-|–|to|and)\s*(\d{1,7}))?|第\s*(\d{1,7})(?:\s*[-–到至]\s*(\d{1,7}))?\s*行/giu;
const identifier = /^(?:--?)?[A-Za-z_$@#][\w$-]*(?:(?:\.|::|->|#|\/)[A-Za-z_$][\w$-]*)*(?:\(\))?$/;
/** Words of the languages themselves: no file has to define them. */
const languageWords = new Set(
  'true false null undefined none nil void string number boolean int float double char bool object array list dict map set async await return if else for while class function def const let var import export from new this self super try catch finally throw raise yield static public private protected'.split(
    ' ',
  ),
);

/** Identifiers in backticks, without the brackets of a call; those of the languages themselves are left out. */
export function findCodeNames(sentence: Sentence): readonly string[] {
  const names = sentence
    .filter(({ kind, text }) => kind === 'code' && isCodeName(text))
    .map(({ text }) => bareName(text));
  return [...new Set(names)].filter((name) => !languageWords.has(name.toLowerCase()));
}

/** An identifier or a file, whatever it is written in. */
export function isName(text: string): boolean {
  return isCodeName(text) || isFileName(text.trim());
}

function isCodeName(text: string): boolean {
  const name = text.trim();
  return identifier.test(name) && !isFileName(name);
}

export function bareName(text: string): string {
  return text.trim().replace(/\(\)$/, '');
}

/** Files named in prose or in backticks, as paths or bare names. */
export function findFiles(sentence: Sentence): readonly FileReference[] {
  return sentence.filter(isNaming).flatMap((piece) =>
    [...piece.text.matchAll(patternOf(piece))].flatMap(({ 1: path = '', 2: from, 3: to }) => {
      const line = from === undefined ? null : Number(from);
      if (piece.kind === 'prose' && line === null && productName.test(path)) return [];
      return { path, line, endLine: to === undefined ? line : Number(to) };
    }),
  );
}

/** `line 12`, `lines 3-5`, 第 12 行. */
export function findLines(sentence: Sentence): readonly LineReference[] {
  return sentence
    .filter(({ kind }) => kind === 'prose')
    .flatMap(({ text }) =>
      [...text.matchAll(linePattern)].map((match) => {
        const line = Number(match[1] ?? match[3]);
        return { line, endLine: Number(match[2] ?? match[4] ?? line) };
      }),
    );
}

/** The sentence's own words, without what is checked as a quote, with files, lines and the number of a list item blanked, for the search for numbers. */
export function textForNumbers(sentence: Sentence): string {
  const text = sentence
    .map((piece, idx) => {
      if (piece.kind === 'mark' || piece.kind === 'block' || isWholeQuote(piece)) return ' ';
      return idx === 0 && piece.kind === 'prose' ? piece.text.replace(/^[\s>*_#-]*\d+[.)、]\s+/u, ' ') : piece.text;
    })
    .join(' ');
  return text.replaceAll(codeFiles, ' ').replaceAll(proseFiles, ' ').replaceAll(linePattern, ' ');
}

function isWholeQuote({ kind, text }: Piece): boolean {
  return (kind === 'quote' || kind === 'code') && isQuotable(text);
}

function isFileName(name: string): boolean {
  return [...name.matchAll(codeFiles)][0]?.[0] === name;
}

function patternOf({ kind }: Piece): RegExp {
  return kind === 'code' ? codeFiles : proseFiles;
}

function isNaming({ kind }: Piece): boolean {
  return kind === 'prose' || kind === 'code';
}

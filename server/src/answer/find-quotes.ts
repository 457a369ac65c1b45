/**
 * Finds what an answer claims to take from its sources: quoted strings, code, sentences marked with a span id like
 * `[S3]`, and sentences that may be copied word by word. Pure text work; whether a claim is true is checked elsewhere.
 */
import { isCjk } from './normalise-text';

export interface QuoteClaim {
  /** `copied`: nothing says that it is a quote; it counts only if the source has it. */
  readonly kind: 'quoted' | 'marked' | 'copied';
  readonly text: string;
  /** Span ids that stand with it, in order; may be empty. */
  readonly spanIds: readonly string[];
}

interface Piece {
  readonly kind: 'quote' | 'mark' | 'prose';
  readonly text: string;
  readonly spanIds: readonly string[];
}

const markPattern = /[[【(（]\s*(S\d+(?:\s*(?:[,;、，]|and|和)\s*S\d+)*)\s*[\]】)）]/y;
const closers: ReadonlyMap<string, string> = new Map([
  ['“', '”'],
  ['"', '"'],
  ['「', '」'],
  ['『', '』'],
  ['«', '»'],
]);

/** Claims in the order of the answer. */
export function findQuotes(answer: string): readonly QuoteClaim[] {
  return splitSentences(splitPieces(answer)).flatMap(claimsOfSentence);
}

/** Long enough to be a quote and not just a word in quotation marks. */
export function isQuotable(text: string): boolean {
  const { words, cjkChars } = measure(text);
  return words >= 2 || cjkChars >= 4 || text.trim().length >= 8;
}

function claimsOfSentence(sentence: readonly Piece[]): readonly QuoteClaim[] {
  const claims: QuoteClaim[] = [];
  const quotes = sentence.filter((piece) => piece.kind === 'quote' && isQuotable(piece.text));
  if (quotes.length > 0) {
    const sentenceIds = sentence.flatMap((piece) => piece.spanIds);
    for (const quote of quotes) {
      const own = sentence
        .slice(sentence.indexOf(quote) + 1)
        .find((piece) => piece.kind !== 'prose' || isClause(piece));
      const spanIds = own?.kind === 'mark' ? own.spanIds : sentenceIds;
      claims.push({ kind: 'quoted', text: quote.text.trim(), spanIds: [...new Set(spanIds)] });
    }
    return claims;
  }
  let prose = '';
  for (const piece of sentence) {
    if (piece.kind !== 'mark') prose += piece.kind === 'quote' ? `"${piece.text}"` : piece.text;
    else if (trimClause(prose) !== '') {
      claims.push({ kind: 'marked', text: trimClause(prose), spanIds: piece.spanIds });
      prose = '';
    } else claims.push(...addIds(claims.pop(), piece.spanIds));
  }
  return isCopyLength(trimClause(prose))
    ? [...claims, { kind: 'copied', text: trimClause(prose), spanIds: [] }]
    : claims;
}

function addIds(claim: QuoteClaim | undefined, spanIds: readonly string[]): readonly QuoteClaim[] {
  return claim === undefined ? [] : [{ ...claim, spanIds: [...new Set([...claim.spanIds, ...spanIds])] }];
}

function isClause(piece: Piece): boolean {
  return trimClause(piece.text) !== '';
}

function isCopyLength(text: string): boolean {
  const { words, cjkChars } = measure(text);
  return words >= 6 || cjkChars >= 10;
}

function measure(text: string): { readonly words: number; readonly cjkChars: number } {
  const cjkChars = [...text].filter((char) => /\p{Script=Han}/u.test(char)).length;
  const words =
    text.match(/[^\s\p{Script=Han}]*[\p{L}\p{N}][^\s\p{Script=Han}]*/gu)?.filter((word) => !isCjk(word)) ?? [];
  return { words: words.length, cjkChars };
}

/** Drops list bullets, emphasis and joining punctuation around a clause; the words stay as they are. */
function trimClause(text: string): string {
  return text
    .replace(/^[\s,;:，；：、.。)）]*(?:(?:[-*+•]|\d+[.)])\s+)?(?:[*_#>]+\s*)*/u, '')
    .replace(/[\s,;:，；：、(（*_]+$/u, '');
}

/** Cuts the answer into quotes, id marks and the prose between them. */
function splitPieces(answer: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let proseStart = 0;
  const push = (at: number, piece: Piece, end: number): number => {
    if (at > proseStart) pieces.push({ kind: 'prose', text: answer.slice(proseStart, at), spanIds: [] });
    pieces.push(piece);
    proseStart = end;
    return end;
  };
  let at = 0;
  while (at < answer.length) {
    const mark = matchMark(answer, at);
    const quote = mark === null ? matchQuote(answer, at) : null;
    if (mark !== null) at = push(at, { kind: 'mark', text: '', spanIds: mark.spanIds }, mark.end);
    else if (quote !== null) at = push(at, { kind: 'quote', text: quote.text, spanIds: [] }, quote.end);
    else at += 1;
  }
  if (proseStart < answer.length) pieces.push({ kind: 'prose', text: answer.slice(proseStart), spanIds: [] });
  return pieces;
}

function matchMark(answer: string, at: number): { readonly spanIds: readonly string[]; readonly end: number } | null {
  markPattern.lastIndex = at;
  const match = markPattern.exec(answer);
  return match === null ? null : { spanIds: match[1]?.match(/S\d+/g) ?? [], end: markPattern.lastIndex };
}

function matchQuote(answer: string, at: number): { readonly text: string; readonly end: number } | null {
  if (answer.charAt(at) === '`') return matchCode(answer, at);
  const open = answer.charAt(at);
  const close = closers.get(open);
  if (close === undefined) return null;
  // A straight quote after a word or digit is an inch mark or a closing one whose opening was lost.
  if (open === '"' && /[\p{L}\p{N}]/u.test(answer.charAt(at - 1)) && !isCjk(answer.charAt(at - 1))) return null;
  const end = matchingClose(answer, at, open, close);
  return end < 0 ? null : { text: answer.slice(at + 1, end), end: end + 1 };
}

/** Nested pairs count; a quote never runs over an empty line, so a lost closing mark costs one paragraph at most. */
function matchingClose(answer: string, at: number, open: string, close: string): number {
  let depth = 1;
  for (let idx = at + 1; idx < answer.length; idx += 1) {
    const char = answer.charAt(idx);
    if (char === '\n' && /^\n[ \t\r]*\n/.test(answer.slice(idx, idx + 8))) return -1;
    if (char === close) depth -= 1;
    else if (char === open) depth += 1;
    if (depth === 0) return idx;
  }
  return -1;
}

function matchCode(answer: string, at: number): { readonly text: string; readonly end: number } | null {
  const fence = /^`+/.exec(answer.slice(at, at + 64))?.[0] ?? '`';
  let end = answer.indexOf(fence, at + fence.length);
  while (end >= 0 && answer.charAt(end + fence.length) === '`') {
    end = answer.indexOf(fence, end + fence.length + 1);
  }
  if (end < 0) return null;
  const inner = answer.slice(at + fence.length, end);
  // The first line of a fenced block names its language.
  const text = fence.length >= 3 ? inner.replace(/^[^\n]*\n/, '') : inner;
  return { text, end: end + fence.length };
}

/** Groups pieces by sentence: prose is cut at its sentence and line ends, and a mark after the full stop still belongs to the sentence. */
function splitSentences(pieces: readonly Piece[]): readonly (readonly Piece[])[] {
  const sentences: Piece[][] = [[]];
  let ended = false;
  const current = (): Piece[] => sentences.at(-1) ?? [];
  for (const piece of pieces) {
    if (piece.kind !== 'prose') {
      if (ended && piece.kind === 'quote') sentences.push([]);
      current().push(piece);
      if (piece.kind === 'quote') ended = endsSentence(piece.text);
      continue;
    }
    for (const part of piece.text.split(/(?<=[.!?]["'”’)*_]*\s)|(?<=[。！？])|(?<=\n)/u)) {
      if (ended && trimClause(part) !== '') sentences.push([]);
      current().push({ ...piece, text: part });
      ended = trimClause(part) === '' ? ended || /\n\s*\n|\n\s*[-*+•\d]/.test(part) : endsSentence(part);
    }
  }
  return sentences.filter((sentence) => sentence.length > 0);
}

function endsSentence(part: string): boolean {
  return /[.!?。！？]["'”’)*_\s]*$|\n\s*$/u.test(part);
}

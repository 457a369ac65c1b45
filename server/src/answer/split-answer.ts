/**
 * Cuts an answer into sentences, and each sentence into quotes, code, span id marks like `[S3]` and the prose between
 * them. Every piece knows its place, so that the outcome of a check can be drawn where it stands.
 */
import { isCjk } from './normalise-text';

export interface Piece {
  /** `code` stands in backticks, `block` is a fenced block of code. */
  readonly kind: 'quote' | 'code' | 'block' | 'mark' | 'prose';
  /** What is quoted, without its quotation marks; empty for a mark. */
  readonly text: string;
  readonly spanIds: readonly string[];
  /** UTF-16 offsets of the whole piece in the answer. */
  readonly start: number;
  readonly end: number;
}

export type Sentence = readonly Piece[];

const markPattern = /[[【(（]\s*(S\d+(?:\s*(?:[,;、，]|and|和)\s*S\d+)*)\s*[\]】)）]/y;
const closers: ReadonlyMap<string, string> = new Map([
  ['“', '”'],
  ['"', '"'],
  ['「', '」'],
  ['『', '』'],
  ['«', '»'],
]);

/** Every character of the answer is in exactly one piece. */
export function splitAnswer(answer: string): readonly Sentence[] {
  return splitSentences(splitPieces(answer));
}

/** Drops list bullets, emphasis and joining punctuation around a clause; the words stay as they are. */
export function trimClause(text: string): string {
  return text
    .replace(/^[\s,;:，；：、.。)）]*(?:(?:[-*+•]|\d+[.)])\s+)?(?:[*_#>]+\s*)*/u, '')
    .replace(/[\s,;:，；：、(（*_]+$/u, '');
}

function splitPieces(answer: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let proseStart = 0;
  let at = 0;
  while (at < answer.length) {
    const found = matchMark(answer, at) ?? matchQuote(answer, at);
    if (found === null) {
      at += 1;
      continue;
    }
    if (at > proseStart) pieces.push(prose(answer, proseStart, at));
    pieces.push(found);
    at = proseStart = found.end;
  }
  if (proseStart < answer.length) pieces.push(prose(answer, proseStart, answer.length));
  return pieces;
}

function prose(answer: string, start: number, end: number): Piece {
  return { kind: 'prose', text: answer.slice(start, end), spanIds: [], start, end };
}

function matchMark(answer: string, at: number): Piece | null {
  markPattern.lastIndex = at;
  const match = markPattern.exec(answer);
  if (match === null) return null;
  return { kind: 'mark', text: '', spanIds: match[1]?.match(/S\d+/g) ?? [], start: at, end: markPattern.lastIndex };
}

function matchQuote(answer: string, at: number): Piece | null {
  const open = answer.charAt(at);
  if (open === '`') return matchCode(answer, at);
  const close = closers.get(open);
  if (close === undefined) return null;
  // A straight quote after a word or digit is an inch mark or a closing one whose opening was lost.
  if (open === '"' && /[\p{L}\p{N}]/u.test(answer.charAt(at - 1)) && !isCjk(answer.charAt(at - 1))) return null;
  const end = matchingClose(answer, at, open, close);
  return end < 0
    ? null
    : { kind: 'quote', text: answer.slice(at + 1, end), spanIds: [], start: at, end: end + close.length };
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

function matchCode(answer: string, at: number): Piece | null {
  const fence = /^`+/.exec(answer.slice(at, at + 64))?.[0] ?? '`';
  let end = answer.indexOf(fence, at + fence.length);
  while (end >= 0 && answer.charAt(end + fence.length) === '`') {
    end = answer.indexOf(fence, end + fence.length + 1);
  }
  if (end < 0) return null;
  const inner = answer.slice(at + fence.length, end);
  const isBlock = fence.length >= 3;
  // The first line of a fenced block names its language.
  const text = isBlock ? inner.replace(/^[^\n]*\n/, '') : inner;
  return { kind: isBlock ? 'block' : 'code', text, spanIds: [], start: at, end: end + fence.length };
}

const continuesQuote = /^\s*[\p{Ll},，、;；:：()（）]/u;
/** A source named behind the full stop: `(docs/retries.md:12)`. */
const inBrackets = /^[ \t]*[(（][^()（）\n]{1,200}[)）][.。]?\s*$/u;

/**
 * Groups pieces by sentence: prose is cut at its sentence and line ends. A mark behind the full stop still belongs to its
 * sentence, and so does what goes on in lower case, or with a comma, behind a quote that ends with one.
 */
function splitSentences(pieces: readonly Piece[]): readonly Sentence[] {
  const sentences: Piece[][] = [[]];
  let end: 'open' | 'quote' | 'ended' = 'open';
  const add = (piece: Piece, isNew: boolean): void => {
    if (isNew) sentences.push([]);
    sentences.at(-1)?.push(piece);
  };
  for (const piece of pieces) {
    if (piece.kind === 'mark') {
      add(piece, false);
      continue;
    }
    if (piece.kind !== 'prose') {
      add(piece, end !== 'open');
      end = endsSentence(piece.text) ? 'quote' : 'open';
      continue;
    }
    let start = piece.start;
    for (const text of piece.text.split(/(?<=[.!?]["'”’)*_]*\s)|(?<=[。！？])|(?<=\n)/u)) {
      const isBlank = trimClause(text) === '';
      // The number or bullet of a list item belongs to what follows it.
      const isItem = isBlank && /^\s*(?:[-*+•]|\d+[.)])\s/.test(text);
      const goesOn = isBlank || (end === 'quote' && continuesQuote.test(text)) || inBrackets.test(text);
      add({ ...piece, text, start, end: start + text.length }, isItem || (end !== 'open' && !goesOn));
      start += text.length;
      if (isItem) end = 'open';
      else if (!isBlank) end = endsSentence(text) ? 'ended' : 'open';
      else if (/[.!?。！？\n]/.test(text)) end = 'ended';
    }
  }
  return sentences.filter((sentence) => sentence.length > 0);
}

function endsSentence(part: string): boolean {
  return /[.!?。！？]["'”’)*_\s]*$|\n\s*$/u.test(part);
}

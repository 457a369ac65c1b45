/**
 * Finds what an answer claims to take from its sources: quoted strings, code, sentences marked with a span id like
 * `[S3]`, and sentences that may be copied word by word. Pure text work; whether a claim is true is checked elsewhere.
 */
import { isCjk } from './normalise-text';
import { splitAnswer, trimClause, type Piece, type Sentence } from './split-answer';

export interface QuoteClaim {
  /** `copied`: nothing says that it is a quote; it counts only if the source has it. */
  readonly kind: 'quoted' | 'marked' | 'copied';
  readonly text: string;
  /** Span ids that stand with it, in order; may be empty. */
  readonly spanIds: readonly string[];
}

/** Claims in the order of the answer. */
export function findQuotes(answer: string): readonly QuoteClaim[] {
  return splitAnswer(answer).flatMap(claimsOfSentence);
}

/** Long enough to be a quote and not just a word in quotation marks. */
export function isQuotable(text: string): boolean {
  const { words, cjkChars } = measure(text);
  return words >= 2 || cjkChars >= 4 || text.trim().length >= 8;
}

/** Of one sentence, in its order. */
export function claimsOfSentence(sentence: Sentence): readonly QuoteClaim[] {
  const claims: QuoteClaim[] = [];
  const quotes = sentence.filter((piece) => isQuoted(piece) && isQuotable(piece.text));
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
    if (piece.kind !== 'mark') prose += asWritten(piece);
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

function isQuoted({ kind }: Piece): boolean {
  return kind !== 'prose' && kind !== 'mark';
}

function asWritten({ kind, text }: Piece): string {
  if (kind === 'prose') return text;
  return kind === 'quote' ? `"${text}"` : `\`${text}\``;
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

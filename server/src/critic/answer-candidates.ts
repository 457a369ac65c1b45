/**
 * Stretches of a sentence that may be an answer: whatever lies between two words of it and neither begins nor ends with a
 * word that says nothing, up to a length, and whole clauses. Every one is an exact slice. Pure; linear in the sentences,
 * because the length of a candidate is bounded.
 */
import { isTelling } from './answer-question';
import type { AnswerWord } from './answer-words';

/** The words `first … last - 1` of a sentence. */
export interface AnswerCandidate {
  readonly first: number;
  readonly last: number;
}

/** Words of a candidate inside of a clause, and of one that begins and ends with a clause. */
const [maxWords, maxClauseWords] = [8, 24];

export function findCandidates(text: string, words: readonly AnswerWord[]): readonly AnswerCandidate[] {
  const found: AnswerCandidate[] = [];
  const marks = words.map(({ kind, start, end }) => (kind === 'mark' ? text.slice(start, end) : ''));
  words.forEach((word, first) => {
    const startsClause = first === 0 || marks[first - 1] !== '';
    if (word.kind === 'mark' || (word.kind === 'empty' && !startsClause)) return;
    let isTold = false;
    for (let last = first + 1; last <= Math.min(words.length, first + maxClauseWords); last++) {
      const endsClause = last === words.length || marks[last] !== '';
      const kind = words[last - 1]?.kind ?? 'mark';
      isTold ||= isTelling(kind);
      if (!isTold || kind === 'mark' || (kind === 'empty' && !endsClause)) continue;
      const isShort = last - first <= maxWords && word.kind !== 'empty';
      const closed = isShort || (startsClause && endsClause) ? closePairs(marks, { first, last }) : null;
      if (closed) found.push(closed);
    }
  });
  return found;
}

/** Signs that come in pairs; the straight quotation mark is both. */
const pairs: readonly (readonly [string, string])[] = ['()', '（）', '《》', '「」', '『』', '“”', '""'].map((pair) => [
  pair.charAt(0),
  pair.charAt(1),
]);

/** With the other half of a pair where it stands right beside the candidate; null where half a pair is left. */
function closePairs(marks: readonly string[], { first, last }: AnswerCandidate): AnswerCandidate | null {
  let [start, end] = [first, last];
  for (const [open, close] of pairs) {
    const depth = depthOf(marks.slice(first, last), open, close);
    if (depth === 0) continue;
    if (depth === 1 && marks[end] === close) end++;
    else if ((depth === -1 || open === close) && marks[start - 1] === open) start--;
    else return null;
  }
  return { first: start, last: end };
}

/** Opened less closed ones; the straight mark opens and closes in turn. NaN where one is closed before it and another opened. */
function depthOf(marks: readonly string[], open: string, close: string): number {
  let [depth, least] = [0, 0];
  for (const mark of marks) {
    if (open === close) depth = mark === open ? 1 - depth : depth;
    else if (mark === open) depth++;
    else if (mark === close) depth--;
    least = Math.min(least, depth);
  }
  return least < 0 && least !== depth ? NaN : depth;
}

/** How many planted defects the check of an answer marks, and how many right sentences it marks; both rates are printed. */
import { expect, it } from 'vitest';
import { checkClaims } from '../../../server/src/answer/check-claims';
import type { ClaimCheck, ClaimStatus } from '../../../protocol/evidence';
import { defectiveAnswers, defects, rightAnswers, type GeneratedAnswer } from './planted-defects';

const marked: readonly ClaimStatus[] = ['struck', 'misplaced', 'notFromFiles'];
const known = { names: new Set<string>(), files: new Set<string>() };

/** The worst status of each sentence that was written, by where it stands. */
function check({ evidence, sentences }: GeneratedAnswer): readonly (ClaimCheck | undefined)[] {
  const claims = checkClaims(sentences.join('\n'), evidence, { question: '', known });
  let start = 0;
  return sentences.map((text) => {
    const [from, to] = [start, start + text.length];
    start = to + 1;
    const own = claims.filter((claim) => claim.start < to && from < claim.end);
    return own.find(({ status }) => marked.includes(status)) ?? own[0];
  });
}

it('marks every planted defect and at most one right sentence in a hundred', () => {
  const bad = defectiveAnswers(500, 11);
  const good = rightAnswers(500, 12);
  const missed: string[] = [];
  const wronged: string[] = [];
  const found = new Map(defects.map((kind) => [kind, 0]));
  let rightSentences = 0;
  let uncheckedSentences = 0;
  for (const answer of [...bad, ...good]) {
    check(answer).forEach((claim, idx) => {
      const isMarked = claim !== undefined && marked.includes(claim.status);
      const line = `${answer.sentences[idx] ?? ''}  →  ${claim?.status ?? 'no claim'}: ${claim?.problem ?? ''}`;
      if (answer.defect?.sentence === idx) {
        if (isMarked) found.set(answer.defect.kind, (found.get(answer.defect.kind) ?? 0) + 1);
        else missed.push(`${answer.defect.kind}: ${line}`);
        return;
      }
      rightSentences += 1;
      if (isMarked) wronged.push(line);
      else if (claim?.status !== 'supported') uncheckedSentences += 1;
    });
  }
  const perKind = defects.map((kind) => `${kind} ${found.get(kind) ?? 0}`).join(', ');
  console.log(
    `${bad.length - missed.length} of ${bad.length} planted defects marked (${perKind}); ${wronged.length} of ${rightSentences} right sentences marked, ${uncheckedSentences} left unchecked`,
  );
  expect(missed).toEqual([]);
  expect(wronged.length, wronged.slice(0, 20).join('\n')).toBeLessThanOrEqual(rightSentences / 100);
});

/**
 * Questions that a text does not answer, made of those that it does: the context is swapped for the one of the set that
 * BM25 finds nearest to the question and that holds none of the answers.
 */
import type { EvidenceRecord } from './read-records';
import { indexReferenceBm25 } from './reference-bm25';
import { holdsAnswer } from './text-answers';

/** The record whose context stands in, or undefined where every other context holds an answer. */
export type FindOtherContext = (record: EvidenceRecord) => EvidenceRecord | undefined;

/** `records`: all of a set, whatever the sample, so that a larger sample has the same pairs. */
export function indexContexts(records: readonly EvidenceRecord[]): FindOtherContext {
  // English and Chinese are cut alike; code is not asked for answers.
  const score = indexReferenceBm25(
    records.map(({ context }) => context),
    'en',
  );
  return (record) => {
    const scores = score(record.question);
    let best: { readonly other: EvidenceRecord; readonly value: number } | undefined;
    for (const [place, other] of records.entries()) {
      const value = scores[place] ?? 0;
      // The first of equals stays.
      if (best && best.value >= value) continue;
      if (other.context !== record.context && !holdsAnswer(other.context, record)) best = { other, value };
    }
    return best?.other;
  };
}

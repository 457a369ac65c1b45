/**
 * Compression without the critic's values: the same units, granularity and budget, ranked by BM25 alone. Equal scores
 * stay in the order of the passages, which come best first. A least probability does not count: BM25 has none. Tokens are the critic's own where its tokenizer still works.
 */
import { CancelledError, throwIfCancelled } from '../util/cancelled';
import { selectSpans } from './compress';
import { budgetOf, type CompressedPassages, type CompressRequest, type Passage } from './compress-passages';
import type { Critic, LabelledContext } from './critic';
import { fuseWithOrder } from './fuse-order';
import { labelSpans } from './span-labels';
import { UnitRanker } from './unit-ranker';

/** Throws `CancelledError` when cancelled. */
export async function compressByWords(request: CompressRequest): Promise<CompressedPassages> {
  const { critic, question, passages, granularity, signal } = request;
  const tokenized = await tokenize(critic, passages, signal);
  throwIfCancelled(signal);
  const ranker = new UnitRanker({ question, granularity, head: { score: ({ bm25 }) => bm25 } });
  const texts = passages.map(({ id, text }, place) => ({
    text,
    labelled: tokenized[place] ?? labelSpans(id, text, []),
  }));
  texts.forEach(({ text, labelled }, place) =>
    ranker.add(place, text, labelled, passages[place]?.units, passages[place]?.heading),
  );
  const unitScores = request.fusesOrder === true ? fuseWithOrder(ranker.rank()) : ranker.rank();
  const tokensRead = texts.reduce((sum, { labelled }) => sum + labelled.starts.length, 0);
  const spans = selectSpans(unitScores, texts, budgetOf(request, tokensRead));
  const tokensKept = spans.reduce((sum, span) => sum + span.tokens, 0);
  return { spans, tokensRead, tokensKept, unitScores, texts };
}

/** Empty where the tokenizer is unusable, too. */
async function tokenize(
  critic: Critic,
  passages: readonly Passage[],
  signal: AbortSignal,
): Promise<readonly LabelledContext[]> {
  try {
    return (await critic.tokenize?.(passages, signal)) ?? [];
  } catch (error) {
    if (CancelledError.is(error)) throw error;
    return [];
  }
}

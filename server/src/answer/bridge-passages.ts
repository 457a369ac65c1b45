/**
 * The second hop of a question, before any model: what the best spans name and the question does not is searched, too. A
 * question about the river at Old Bridge finds the sentence that names the river; only that name finds where the river ends.
 * After the bridge entities of multi-hop retrieval (HotpotQA; MuSiQue).
 */
import type { Passage, Retriever } from '../retrieve/retriever';

/** Spans whose names are searched: the first hop's best is among them nearly always. */
const bridgeSpans = 3;
/** Passages that are as likely to be read already, and are passed over. */
const spareHits = 8;
const maxWords = 24;

export interface BridgeOptions {
  readonly question: string;
  /** Texts of the spans found so far, best first. */
  readonly best: readonly string[];
  /** Passages in all. */
  readonly limit: number;
  readonly isRead: (passage: Passage) => boolean;
  readonly signal: AbortSignal;
}

export interface Bridge {
  /** The words that were searched, for the trace. */
  readonly query: string;
  /** Each span's best, then each one's second best, and so on; none twice. */
  readonly passages: readonly Passage[];
}

/** Null where the best spans name nothing new. */
export async function findBridge(
  retriever: Retriever,
  { question, best, limit, isRead, signal }: BridgeOptions,
): Promise<Bridge | null> {
  const queries = [...new Set(best.slice(0, bridgeSpans).map((text) => newNames(text, question)))].filter(
    (query) => query !== '',
  );
  if (queries.length === 0) return null;
  const share = Math.ceil(limit / queries.length) + spareHits;
  const lists = await Promise.all(queries.map((query) => retriever.retrieve(query, { limit: share, signal })));
  const found = new Map<string, Passage>();
  for (let rank = 0; rank < share && found.size < limit; rank += 1) {
    for (const list of lists) {
      const passage = list[rank];
      if (passage && found.size < limit && !isRead(passage))
        found.set(`${passage.startOffset}:${passage.path}`, passage);
    }
  }
  return { query: queries.join(' | '), passages: [...found.values()] };
}

/** Words with a capital, a digit or Chinese characters that the question has not. */
function newNames(text: string, question: string): string {
  const asked = new Set(question.toLowerCase().match(/[\p{L}\p{N}]+/gu));
  const words = text.match(/[\p{L}\p{M}\p{N}]+(?:['’.-][\p{L}\p{M}\p{N}]+)*/gu) ?? [];
  return words
    .filter((word) => /[\p{Lu}\p{N}\p{Script=Han}]/u.test(word) && !asked.has(word.toLowerCase()))
    .slice(0, maxWords)
    .join(' ');
}

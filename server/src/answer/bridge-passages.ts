/**
 * The further hops of a question, before any model: the names that the best spans hold and the question does not are searched,
 * too. A question about the river at Old Bridge finds the sentence that names the river; only that name finds where the river
 * ends. After the bridge entities of multi-hop retrieval (HotpotQA; MuSiQue).
 */
import type { Passage, Retriever } from '../retrieve/retriever';
import { newNames } from './bridge-names';

/** Hops after the first one: what the second finds has names of its own. */
export const bridgeHops = 2;
/** Spans whose names are searched, and names of each. */
const [bridgeSpans, namesOfSpan] = [4, 4];
/** Passages of a name: what is about it comes first, and much of it was read already. */
const hitsOfName = 8;

export interface BridgeOptions {
  readonly question: string;
  /** Texts of the spans found so far, best first. */
  readonly best: readonly string[];
  /** Passages in all. */
  readonly limit: number;
  /** Names that were searched for the question; those of this hop are added. */
  readonly searched: Set<string>;
  readonly isRead: (passage: Passage) => boolean;
  readonly signal: AbortSignal;
}

export interface Bridge {
  /** The names that were searched, for the trace. */
  readonly query: string;
  /** Each name's best, then each one's second best, and so on; none twice. */
  readonly passages: readonly Passage[];
}

/** Null where the best spans name nothing new. Each name is searched alone: together one would drown the others. */
export async function findBridge(
  retriever: Retriever,
  { question, best, limit, searched, isRead, signal }: BridgeOptions,
): Promise<Bridge | null> {
  const names = best.slice(0, bridgeSpans).flatMap((text) => {
    const own = newNames(text, question).filter((name) => !searched.has(name)).slice(0, namesOfSpan); // prettier-ignore
    for (const name of own) searched.add(name);
    return own;
  });
  if (names.length === 0) return null;
  const lists = await Promise.all(names.map((name) => retriever.retrieve(name, { limit: hitsOfName, signal })));
  const found = new Map<string, Passage>();
  for (let rank = 0; rank < hitsOfName; rank += 1) {
    for (const list of lists) {
      const passage = list[rank];
      if (passage && found.size < limit && !isRead(passage))
        found.set(`${passage.startOffset}:${passage.path}`, passage);
    }
  }
  return { query: names.join(' | '), passages: [...found.values()] };
}

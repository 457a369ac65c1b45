/** Compression as the answer stage uses it: passages and a question in, the spans worth reading out. */
import type { Granularity } from '../../../protocol/trace-events';
import { throwIfCancelled } from '../util/cancelled';
import { selectSpans, type KeptSpan } from './compress';
import type { Critic, CriticContext, LabelledContext } from './critic';
import { selectKeywords } from './keywords';
import { furtherPasses } from './unit-head';
import { UnitRanker, type RankedUnit } from './unit-ranker';
import type { TextUnit } from './units';

export interface Passage extends CriticContext {
  /** Units to rank, sorted and apart, instead of those that the granularity gives. */
  readonly units?: readonly TextUnit[];
}

export interface CompressRequest {
  readonly critic: Critic;
  readonly question: string;
  /** What to extract, in plain words. */
  readonly instruction: string;
  /** Best candidates first: they are read in this order. Ids are unique. */
  readonly passages: readonly Passage[];
  readonly granularity: Granularity;
  /** Critic tokens; a hard upper bound. */
  readonly tokenBudget: number;
  /**
   * Whether the passages are scored again for the question together with what was found. The default where the critic
   * has a head of its own, because it keeps the passages' states; another one would read everything again.
   */
  readonly followsHops?: boolean;
  readonly signal: AbortSignal;
  /** Called after each batch of the first pass. */
  readonly onRanked?: (progress: RankProgress) => void;
}

export interface RankProgress {
  /** The units read so far, best first, less the few that came since the last ranking; all of them after the last batch. */
  readonly ranked: readonly RankedUnit[];
  readonly passagesRead: number;
  readonly passagesTotal: number;
  readonly tokensRead: number;
}

export interface CompressedPassages {
  /** In the order of the passages; sorted and apart in each. */
  readonly spans: readonly KeptSpan[];
  readonly tokensRead: number;
  readonly tokensKept: number;
  /** Every unit with its scores, best first. */
  readonly unitScores: readonly RankedUnit[];
}

/** Throws `CancelledError` when cancelled, `CriticError` when the critic fails. */
export async function compressPassages(request: CompressRequest): Promise<CompressedPassages> {
  const { critic, question, instruction, passages, granularity, tokenBudget, signal, onRanked } = request;
  const places = new Map(passages.map((passage, place) => [passage.id, place]));
  const head = await critic.loadHead?.();
  const ranker = new UnitRanker({ question, granularity, ...(head ? { head } : {}) });
  let [passagesRead, tokensRead] = [0, 0];
  const onBatch = (labelled: readonly LabelledContext[]): void => {
    for (const context of labelled) {
      const place = places.get(context.id);
      const passage = place === undefined ? undefined : passages[place];
      if (place === undefined || !passage) continue;
      ranker.add(place, passage.text, context, passage.units, passage.heading);
      passagesRead++;
      tokensRead += context.starts.length;
    }
    if (!onRanked) return;
    const ranked = passagesRead === passages.length ? ranker.rank() : ranker.rankSoFar();
    onRanked({ ranked, passagesRead, passagesTotal: passages.length, tokensRead });
  };
  const labelled = await critic.label({ instruction, question, contexts: passages }, { signal, onBatch });
  throwIfCancelled(signal);
  const hops = (request.followsHops ?? head !== undefined) ? furtherPasses : 0;
  for (let hop = 0; hop < hops; hop++) {
    const found = ranker.foundText();
    if (found === null) break;
    const again = { instruction, question: `${question} ${found}`, contexts: passages };
    ranker.addPass(await critic.label(again, { signal }));
    throwIfCancelled(signal);
  }
  const unitScores = ranker.rank();
  const texts = labelled.map((context, place) => ({ text: passages[place]?.text ?? '', labelled: context }));
  const select = granularity === 'keyword' ? selectKeywords : selectSpans;
  const spans = select(unitScores, texts, tokenBudget);
  return { spans, tokensRead, tokensKept: spans.reduce((sum, span) => sum + span.tokens, 0), unitScores };
}

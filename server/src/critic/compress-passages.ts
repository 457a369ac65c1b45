/** Compression as the answer stage uses it: passages and a question in, the spans worth reading out. */
import type { Granularity } from '../../../protocol/trace-events';
import { throwIfCancelled } from '../util/cancelled';
import { selectSpans, type KeptSpan, type LabelledText } from './compress';
import type { Critic, CriticContext, LabelledContext } from './critic';
import { fuseWithOrder } from './fuse-order';
import { selectKeywords } from './keywords';
import { furtherPasses } from './unit-figures';
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
  /** The same as a share of the tokens read, 0 to 1; the smaller of both counts. */
  readonly tokenShare?: number;
  /** Only units that help to answer with at least this probability are kept; none may be. Default 0. */
  readonly threshold?: number;
  /** Whether the order of the passages counts beside the critic's ranking: where they come from a search. Default: no. */
  readonly fusesOrder?: boolean;
  /**
   * Whether the passages are asked again with what was found. The default where the critic keeps the passages' states;
   * another one would read everything again.
   */
  readonly followsHops?: boolean;
  readonly signal: AbortSignal;
  /** Called after each batch of the first pass. */
  readonly onRanked?: (progress: RankProgress) => void;
}

/** Units shown while reading: enough to fill a screen, little enough to send often. */
const shownWhileReading = 12;

export interface RankProgress {
  /** The best of the units read so far, less the few that came since the last ranking; exact after the last batch. */
  readonly ranked: readonly RankedUnit[];
  /** The passages read so far, each at its place in the request. */
  readonly read: readonly (LabelledText | undefined)[];
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
  /** In the order of the passages, with the labels of the first pass. */
  readonly texts: readonly LabelledText[];
}

/** Throws `CancelledError` when cancelled, `CriticError` when the critic fails. */
export async function compressPassages(request: CompressRequest): Promise<CompressedPassages> {
  const { critic, question, instruction, passages, granularity, signal, onRanked } = request;
  const places = new Map(passages.map((passage, place) => [passage.id, place]));
  const head = await critic.loadHead?.();
  const ranker = new UnitRanker({ question, granularity, ...(head ? { head } : {}) });
  const read: LabelledText[] = [];
  let [passagesRead, tokensRead] = [0, 0];
  const onBatch = (labelled: readonly LabelledContext[]): void => {
    for (const context of labelled) {
      const place = places.get(context.id);
      const passage = place === undefined ? undefined : passages[place];
      if (place === undefined || !passage) continue;
      ranker.add(place, passage.text, context, passage.units, passage.heading);
      read[place] = { text: passage.text, labelled: context };
      passagesRead++;
      tokensRead += context.starts.length;
    }
    if (!onRanked) return;
    const isLast = passagesRead === passages.length;
    const ranked = isLast ? ranker.best(shownWhileReading) : ranker.rankSoFar(shownWhileReading);
    onRanked({ ranked, read, passagesRead, passagesTotal: passages.length, tokensRead });
  };
  const labelled = await critic.label({ instruction, question, granularity, contexts: passages }, { signal, onBatch });
  throwIfCancelled(signal);
  const canFollow = (request.followsHops ?? true) && critic.keepsStates === true;
  if (canFollow) await followHops(request, ranker);
  const unitScores = request.fusesOrder === true ? fuseWithOrder(ranker.rank()) : ranker.rank();
  const texts = labelled.map((context, place) => ({ text: passages[place]?.text ?? '', labelled: context }));
  const select = granularity === 'keyword' ? selectKeywords : selectSpans;
  const { threshold = 0 } = request;
  const probable = unitScores.filter(({ isKeepable, probability }) => !isKeepable || probability >= threshold);
  const spans = select(probable, texts, budgetOf(request, tokensRead));
  const tokensKept = spans.reduce((sum, span) => sum + span.tokens, 0);
  return { spans, tokensRead, tokensKept, unitScores, texts };
}

/** Tokens to keep of those that were read. */
export function budgetOf(
  { tokenBudget, tokenShare = 1 }: Pick<CompressRequest, 'tokenBudget' | 'tokenShare'>,
  tokensRead: number,
): number {
  return Math.min(tokenBudget, Math.ceil(tokenShare * tokensRead));
}

/** UTF-16 units of the passages that are asked again: about 65,000 tokens, whose states the critic's cache still holds. */
const maxAgainLength = 200_000;

/**
 * Two more passes, whose questions hold what was found before, so that they find what only that leads to. Of more text than
 * the critic keeps only the best passages are asked again.
 */
async function followHops(request: CompressRequest, ranker: UnitRanker): Promise<void> {
  const { critic, instruction, passages, granularity, signal } = request;
  const again = ranker.bestContexts(maxAgainLength);
  const contexts = again.flatMap((place) => passages[place] ?? []);
  for (let pass = 0; pass < furtherPasses && again.length > 0; pass++) {
    const found = ranker.foundText();
    if (found === null) break;
    const question = `${request.question} ${found}`;
    const labelled = await critic.label({ instruction, question, granularity, contexts }, { signal });
    throwIfCancelled(signal);
    ranker.addPass(new Map(again.flatMap((place, index) => (labelled[index] ? [[place, labelled[index]]] : []))));
  }
}

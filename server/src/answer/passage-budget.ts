/** How much is read and kept of what was found, where tokens have to be guessed. */
import type { SourceRange } from '../../../protocol/evidence';
import type { Passage } from '../retrieve/retriever';
import type { RankedSpan } from './ports';

/** Passages of a hop: the critic chooses from twice what it may keep, but an answer does not wait for more. */
const [leastPassages, mostPassages] = [40, 130];
const readPerKept = 2;
/** Critic tokens of a passage, roughly. */
const tokensOfPassage = 290;
/** UTF-16 units a critic token stands for at most, roughly; used only where nothing counted tokens. */
const charsPerToken = 3;
/** The same on the average, for counts that are shown. */
const charsOfToken = 4;

/** Critic tokens of text that no critic has counted. */
export function tokensOf(ranges: readonly Pick<SourceRange, 'start' | 'end'>[]): number {
  return Math.round(ranges.reduce((sum, { start, end }) => sum + end - start, 0) / charsOfToken);
}

/** More than the most are read only where the budget itself asks for them. */
export function passageLimitOf(tokenBudget: number): number {
  const kept = Math.ceil(tokenBudget / tokensOfPassage);
  return Math.max(leastPassages, kept, Math.min(mostPassages, readPerKept * kept));
}

/** Where not even BM25 ranked units, the best passages stand whole, as many as the budget surely holds. */
export function wholePassages(byId: ReadonlyMap<string, Passage>, tokenBudget: number): readonly RankedSpan[] {
  const spans: RankedSpan[] = [];
  let left = tokenBudget * charsPerToken;
  for (const [contextId, { text, score }] of byId) {
    if (text.length > left) break;
    left -= text.length;
    spans.push({
      contextId,
      startOffset: 0,
      endOffset: text.length,
      score,
      tokens: Math.ceil(text.length / charsPerToken),
    });
  }
  return spans;
}

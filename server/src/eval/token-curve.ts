/** From how many tokens of evidence on a question has all its gold, and what that makes over many questions. */
import { inkInside } from './recall';
import type { FileSlice } from './gold-lines';
import { mergeRanges } from './gold-lines';
import { countInk } from './text-ranges';

/** Tokens of evidence at which the share of questions with all gold is told. */
export const curveTokens = [125, 250, 500, 1000, 2000, 4000, 8000, 16000] as const;
/** Shares of questions with all gold at which two methods' tokens are compared. */
export const curveShares = [0.25, 0.5, 0.75] as const;

export interface SizedSlice extends FileSlice {
  readonly tokens: number;
}

/**
 * Tokens of the shortest beginning of the evidence that holds all gold; Infinity where none does.
 * @param evidence best first; slices may overlap, and each costs all its tokens
 * @param texts by path
 */
export function tokensToAllGold(
  gold: readonly FileSlice[],
  texts: ReadonlyMap<string, string>,
  evidence: readonly SizedSlice[],
): number {
  const kept = new Map<string, readonly FileSlice[]>();
  let open = gold.filter((range) => countInk(texts.get(range.path) ?? '', range) > 0);
  let tokens = 0;
  for (const slice of evidence) {
    if (open.length === 0) break;
    tokens += slice.tokens;
    const own = mergeRanges([...(kept.get(slice.path) ?? []), slice]).map((range) => ({ ...range, path: slice.path }));
    kept.set(slice.path, own);
    const text = texts.get(slice.path) ?? '';
    open = open.filter((range) => range.path !== slice.path || inkInside(text, range, own) < countInk(text, range));
  }
  return open.length === 0 ? tokens : Infinity;
}

/** Share of questions that have all gold within so many tokens. */
export function shareWithin(needs: readonly number[], tokens: number): number {
  return needs.filter((need) => need <= tokens).length / needs.length;
}

/** Fewest tokens with which at least this share of the questions has all gold; null where no number is enough. */
export function tokensForShare(needs: readonly number[], share: number): number | null {
  const sorted = needs.toSorted((left, right) => left - right);
  const need = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Infinity;
  return Number.isFinite(need) ? need : null;
}

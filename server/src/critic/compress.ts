/**
 * From ranked units to kept spans: the best units until the token budget is met, neighbours merged. Pure; linear in
 * units but for the sort that ranked them. Every span is a range of its context, so its text is an exact slice.
 */
import type { LabelledContext } from './critic';
import type { RankedUnit } from './unit-ranker';

export interface KeptSpan {
  readonly contextId: string;
  /** UTF-16 range in the context's text. */
  readonly startOffset: number;
  readonly endOffset: number;
  /** The best score of the units in it. */
  readonly score: number;
  /** Critic tokens. */
  readonly tokens: number;
}

/** Spans in the order of the request's contexts, sorted and apart in each; their tokens sum to the budget at most. */
export function selectSpans(
  ranked: readonly RankedUnit[],
  labelled: readonly LabelledContext[],
  tokenBudget: number,
): readonly KeptSpan[] {
  const kept = new Set<RankedUnit>();
  let left = tokenBudget;
  for (const unit of ranked) {
    const size = sizeOf(unit);
    if (!unit.isKeepable || size > left || size === 0) continue;
    kept.add(unit);
    left -= size;
  }
  if (kept.size === 0) {
    const best = ranked.find((unit) => unit.isKeepable && sizeOf(unit) > 0);
    const cut = best && cutUnit(best, labelled[best.contextPlace], tokenBudget);
    return cut ? [cut] : [];
  }
  const ordered = [...ranked].sort(
    (one, other) => one.contextPlace - other.contextPlace || one.unitPlace - other.unitPlace,
  );
  keepBetween(ordered, kept, left);
  return mergeUnits(ordered, kept);
}

function sizeOf(unit: RankedUnit): number {
  return unit.lastToken - unit.firstToken;
}

/** Nothing fits: as much of the best unit as the budget allows, cut behind a token. */
function cutUnit(unit: RankedUnit, labelled: LabelledContext | undefined, tokenBudget: number): KeptSpan | undefined {
  const last = Math.min(unit.lastToken, unit.firstToken + Math.floor(tokenBudget));
  const endOffset = Math.min(unit.endOffset, labelled?.ends[last - 1] ?? 0);
  if (last <= unit.firstToken || endOffset <= unit.startOffset) return undefined;
  const { contextId, startOffset, score } = unit;
  return { contextId, startOffset, endOffset, score, tokens: last - unit.firstToken };
}

/** Room left over goes to the heading right above a kept unit and to lone brackets between two kept ones. */
function keepBetween(ordered: readonly RankedUnit[], kept: Set<RankedUnit>, room: number): void {
  let left = room;
  ordered.forEach((unit, index) => {
    if (unit.isKeepable || sizeOf(unit) > left) return;
    const [before, after] = [ordered[index - 1], ordered[index + 1]];
    const isBeforeKept = after !== undefined && isNext(unit, after) && kept.has(after);
    const isAfterKept = before !== undefined && isNext(before, unit) && kept.has(before);
    if (!isBeforeKept || !(isAfterKept || unit.isHeading)) return;
    kept.add(unit);
    left -= sizeOf(unit);
  });
}

function mergeUnits(ordered: readonly RankedUnit[], kept: ReadonlySet<RankedUnit>): readonly KeptSpan[] {
  const spans: KeptSpan[] = [];
  let before: RankedUnit | undefined;
  for (const unit of ordered) {
    const span = spans.at(-1);
    if (kept.has(unit)) {
      if (span && before && kept.has(before) && isNext(before, unit)) spans[spans.length - 1] = extendSpan(span, unit);
      else spans.push(toSpan(unit));
    }
    before = unit;
  }
  return spans;
}

function toSpan(unit: RankedUnit): KeptSpan {
  const { contextId, startOffset, endOffset, score } = unit;
  return { contextId, startOffset, endOffset, score, tokens: sizeOf(unit) };
}

function extendSpan(span: KeptSpan, unit: RankedUnit): KeptSpan {
  return {
    ...span,
    endOffset: unit.endOffset,
    score: Math.max(span.score, unit.score),
    tokens: span.tokens + sizeOf(unit),
  };
}

function isNext(before: RankedUnit, unit: RankedUnit): boolean {
  return before.contextPlace === unit.contextPlace && before.unitPlace + 1 === unit.unitPlace;
}

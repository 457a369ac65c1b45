/**
 * From ranked units to kept spans: the best units until the token budget is met, neighbours merged. Pure; linear in
 * units but for the sort that ranked them. Every span is a range of its context, so its text is an exact slice.
 */
import type { LabelledContext } from './critic';
import type { RankedUnit } from './unit-ranker';
import { maxUnitLength } from './units';

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

/**
 * UTF-16 units that merged neighbours may have. A citation has to point at a place: where the budget holds whole files,
 * one span of a file would say nothing.
 */
const maxSpanLength = 4 * maxUnitLength;

/** A context with its labels; those of a request stand in its order. */
export interface LabelledText {
  readonly text: string;
  readonly labelled: LabelledContext;
}

/** Spans in the order of the request's contexts, sorted and apart in each; their tokens sum to the budget at most. */
export function selectSpans(
  ranked: readonly RankedUnit[],
  texts: readonly (LabelledText | undefined)[],
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
    const text = best && texts[best.contextPlace];
    const cut = text && cutUnit(best, text, tokenBudget);
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

/**
 * Nothing fits: as much of the best unit as the budget allows, from its first token with a letter or digit on, cut
 * behind a token. Undefined where not even one such token fits.
 */
function cutUnit(unit: RankedUnit, { text, labelled }: LabelledText, tokenBudget: number): KeptSpan | undefined {
  const { starts, ends } = labelled;
  for (let token = unit.firstToken; token < unit.lastToken; token++) {
    if (!/[\p{L}\p{N}]/u.test(text.slice(starts[token], ends[token]))) continue;
    // The mark of a word's beginning may be a token of its own over the same first character; it counts too.
    const isMarked = token > unit.firstToken && starts[token - 1] === starts[token];
    const first = isMarked ? token - 1 : token;
    const last = Math.min(unit.lastToken, first + Math.floor(tokenBudget));
    // Nor is a cut between the two: the text kept would hold both.
    const isHalf = last < unit.lastToken && (ends[last] ?? 0) <= (ends[last - 1] ?? 0);
    if (last <= token || isHalf) continue;
    const [startOffset, endOffset] = trimRange(text, starts[first] ?? 0, Math.min(unit.endOffset, ends[last - 1] ?? 0));
    if (startOffset >= unit.startOffset && endOffset > startOffset) {
      return { contextId: unit.contextId, startOffset, endOffset, score: unit.score, tokens: last - first };
    }
  }
  return undefined;
}

function trimRange(text: string, start: number, end: number): readonly [number, number] {
  const part = text.slice(start, end);
  return [end - part.trimStart().length, start + part.trimEnd().length];
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
      if (span && before && kept.has(before) && isNext(before, unit) && fits(span, unit))
        spans[spans.length - 1] = extendSpan(span, unit);
      else spans.push(toSpan(unit));
    }
    before = unit;
  }
  return spans;
}

function fits(span: KeptSpan, unit: RankedUnit): boolean {
  return unit.endOffset - span.startOffset <= maxSpanLength;
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

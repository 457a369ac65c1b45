/**
 * Ranked units and the order of their passages, put together by reciprocal rank (Cormack et al., 2009). Retrieval has seen
 * the whole workspace, the critic only what was retrieved: what both find is surer than what one of them does.
 */
import type { RankedUnit } from './unit-ranker';

/** The usual constant of reciprocal rank fusion: how slowly the weight of a rank falls. */
const rankConstant = 60;
/** Of three parts: retrieval knows which files answer as a whole, and how rare each word is among all of them. */
const orderShare = 2 / 3;

/** The same units with scores from 0 to 1, best first; those that are not keepable stay last. Passages come best first. */
export function fuseWithOrder(ranked: readonly RankedUnit[]): readonly RankedUnit[] {
  const before = unitsBefore(ranked);
  const fused = ranked.map((unit, rank): RankedUnit => {
    if (!unit.isKeepable) return unit;
    const ofPassage = worthOf(before[unit.contextPlace] ?? 0);
    return { ...unit, score: orderShare * ofPassage + (1 - orderShare) * worthOf(rank) };
  });
  return fused.sort((left, right) => right.score - left.score || left.contextPlace - right.contextPlace);
}

function worthOf(rank: number): number {
  return (rankConstant + 1) / (rankConstant + 1 + rank);
}

/** How many units stand in the passages before each: a passage's rank among units. */
function unitsBefore(ranked: readonly RankedUnit[]): readonly number[] {
  const counts: number[] = [];
  for (const { contextPlace } of ranked) counts[contextPlace] = (counts[contextPlace] ?? 0) + 1;
  let sum = 0;
  return Array.from(counts, (count: number | undefined) => {
    const before = sum;
    sum += count ?? 0;
    return before;
  });
}

/** The critic's ranking and the search's order, put together by their ranks. */
import { expect, test } from 'vitest';
import { fuseWithOrder } from '../../../server/src/critic/fuse-order';
import type { RankedUnit } from '../../../server/src/critic/unit-ranker';

function unit(contextPlace: number, unitPlace: number, isKeepable = true): RankedUnit {
  return {
    contextId: `p${contextPlace}`,
    contextPlace,
    unitPlace,
    startOffset: 10 * unitPlace,
    endOffset: 10 * unitPlace + 9,
    firstToken: unitPlace,
    lastToken: unitPlace + 1,
    isHeading: !isKeepable,
    isKeepable,
    criticScore: 0,
    bm25Score: 0,
    score: 0,
    probability: 0,
  };
}

/** As the critic ranks them, best first, over passages of `size` units each. */
function fuse(ranked: readonly (readonly [passage: number, unit: number])[]): readonly string[] {
  return fuseWithOrder(ranked.map(([passage, place]) => unit(passage, place))).map(nameOf);
}

const nameOf = ({ contextPlace, unitPlace }: RankedUnit): string => `${contextPlace}.${unitPlace}`;

test('of units that the critic ranks alike the one of the better passage comes first', () => {
  expect(
    fuse([
      [1, 0],
      [0, 0],
      [1, 1],
      [0, 1],
    ]),
  ).toEqual(['0.0', '0.1', '1.0', '1.1']);
});

test('what the critic ranks far higher overtakes the passages right before', () => {
  // Forty passages of ten units; the critic finds one unit of the third best and none of the first.
  const places = Array.from({ length: 400 }, (_, place) => [39 - Math.floor(place / 10), place % 10] as const);
  const [best, rest] = [[2, 4] as const, places.filter(([passage, place]) => passage !== 2 || place !== 4)];
  const fused = fuse([best, ...rest]);
  expect(fused[0]).toBe('2.4');
  // A passage far down does not come before the best ones for one good unit.
  expect(fuse([[39, 0], ...places.filter(([passage, place]) => passage !== 39 || place !== 0)])[0]).toBe('0.0');
});

test('scores lie between 0 and 1, best first; what cannot be kept alone stays last with its own', () => {
  const heading = { ...unit(0, 0, false), score: -Infinity };
  const fused = fuseWithOrder([unit(1, 0), unit(0, 1), heading]);
  expect(fused.map(nameOf)).toEqual(['0.1', '1.0', '0.0']);
  expect(fused.map(({ score }) => score > 0 && score <= 1)).toEqual([true, true, false]);
  expect(fused.map(({ score }) => score)).toEqual(fused.map(({ score }) => score).toSorted((a, b) => b - a));
});

/** The ranker on made-up labels: how often a growing text is ranked, and which of many passages are asked again. */
import { expect, test } from 'vitest';
import type { LabelledContext } from '../../../server/src/critic/critic';
import type { UnitFigures } from '../../../server/src/critic/unit-figures';
import { UnitRanker } from '../../../server/src/critic/unit-ranker';

/** One line is one unit of one token with this value. */
function makeContext(id: string, values: readonly number[]): { text: string; labelled: LabelledContext } {
  const lines = values.map((_, line) => `${id} line ${line}.`);
  const ends = lines.map((_, line) => lines.slice(0, line + 1).join('\n').length);
  const starts = ends.map((end, line) => end - (lines[line]?.length ?? 0));
  const logits = Float32Array.from(values.flatMap((value) => [value, value - 1, 0, value - 1]));
  return {
    text: lines.join('\n'),
    labelled: { id, starts: Uint32Array.from(starts), ends: Uint32Array.from(ends), logits },
  };
}

test('a text that grows by one passage at a time is ranked in linear work', () => {
  const work = (passages: number): number => {
    let units = 0;
    const score = (figures: UnitFigures): Float64Array => {
      units += figures.texts.length;
      return figures.critic;
    };
    const ranker = new UnitRanker({ question: 'line', granularity: 'line', head: { score } });
    for (let place = 0; place < passages; place++) {
      const { text, labelled } = makeContext(`p${place}`, [place, -place]);
      ranker.add(place, text, labelled);
      ranker.rankSoFar(1);
    }
    return units;
  };
  expect(work(400)).toBeLessThan(12 * 2 * 400);
  expect(work(400) / work(40)).toBeLessThan(14);
});

test('the ranking so far is at most a tenth of the units behind', () => {
  const ranker = new UnitRanker({ question: 'line', granularity: 'line' });
  for (let place = 0; place < 100; place++) {
    const { text, labelled } = makeContext(`p${place}`, [1, 2, 3]);
    ranker.add(place, text, labelled);
    const added = 3 * (place + 1);
    expect(added - ranker.rankSoFar(Infinity).length).toBeLessThanOrEqual(added / 10);
  }
});

test('the passages with the best units are asked again, as many as have room; the others count as the least', () => {
  const head = { score: (figures: UnitFigures) => figures.further[1] ?? figures.critic };
  const ranker = new UnitRanker({ question: 'line', granularity: 'line', head });
  const made = [makeContext('a', [1, 2]), makeContext('b', [9, 0]), makeContext('c', [5, 5])];
  made.forEach(({ text, labelled }, place) => ranker.add(place, text, labelled));
  const length = made[0]?.text.length ?? 0;
  expect(ranker.bestContexts(3 * length)).toEqual([0, 1, 2]);
  expect(ranker.bestContexts(2 * length)).toEqual([1, 2]);
  expect(ranker.bestContexts(length - 1)).toEqual([]);
  const again = makeContext('b', [3, 8]).labelled;
  ranker.addPass(new Map([[1, again]]));
  ranker.addPass(new Map([[1, again]]));
  const ranked = ranker.rank().map(({ contextId, unitPlace, score }) => [contextId, unitPlace, score]);
  expect(ranked).toEqual([
    ['b', 1, 8],
    ['a', 0, 3],
    ['a', 1, 3],
    ['b', 0, 3],
    ['c', 0, 3],
    ['c', 1, 3],
  ]);
});

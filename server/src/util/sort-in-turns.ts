/** Sorts a long list without keeping other work on this thread waiting: short runs are sorted, then merged in turns. */
import { throwIfCancelled, yieldToLoop } from './cancelled';

const runLength = 4_096;
const mergesEachTurn = 16_384;

/** A new list in the order of `keyOf`, by UTF-16 units. */
export async function sortInTurns<Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string,
  signal: AbortSignal,
): Promise<Item[]> {
  const compare = (left: Item, right: Item): number => {
    const [first, second] = [keyOf(left), keyOf(right)];
    return first < second ? -1 : first > second ? 1 : 0;
  };
  let runs: Item[][] = [];
  for (let start = 0; start < items.length; start += runLength) {
    runs.push(items.slice(start, start + runLength).sort(compare));
    await yieldToLoop();
    throwIfCancelled(signal);
  }
  while (runs.length > 1) {
    const merged: Item[][] = [];
    for (let idx = 0; idx < runs.length; idx += 2) {
      merged.push(await merge(runs[idx] ?? [], runs[idx + 1] ?? [], compare, signal));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

async function merge<Item>(
  left: readonly Item[],
  right: readonly Item[],
  compare: (left: Item, right: Item) => number,
  signal: AbortSignal,
): Promise<Item[]> {
  const merged: Item[] = [];
  let [fromLeft, fromRight] = [0, 0];
  while (fromLeft < left.length || fromRight < right.length) {
    const [first, second] = [left[fromLeft], right[fromRight]];
    const takesLeft = second === undefined || (first !== undefined && compare(first, second) <= 0);
    if (takesLeft) fromLeft += 1;
    else fromRight += 1;
    const next = takesLeft ? first : second;
    if (next !== undefined) merged.push(next);
    if (merged.length % mergesEachTurn === 0) {
      await yieldToLoop();
      throwIfCancelled(signal);
    }
  }
  return merged;
}

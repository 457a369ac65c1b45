/** Chance that is the same in every run: the numbers depend on the seed and a name only. */
export function createSeededRandom(seed: number, name: string): () => number {
  let state = 0x811c9dc5 ^ seed;
  for (let index = 0; index < name.length; index++) state = Math.imul(state ^ name.charCodeAt(index), 0x01000193);
  // mulberry32
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * At most `count` of the items, in their order. Each has its own number, so a larger sample holds the smaller one and
 * results of the one serve the other.
 */
export function sampleItems<Item>(
  items: readonly Item[],
  count: number,
  seed: number,
  nameOf: (item: Item) => string,
): readonly Item[] {
  if (count >= items.length) return items;
  const numbered = items.map((item, place) => ({ item, place, number: createSeededRandom(seed, nameOf(item))() }));
  const chosen = numbered.sort((left, right) => left.number - right.number).slice(0, count);
  return chosen.sort((left, right) => left.place - right.place).map(({ item }) => item);
}

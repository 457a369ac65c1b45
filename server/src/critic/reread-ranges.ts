/** Finds the sections that hold the ranges of a request. A range in several of them is worth as much as its best part. */
import type { ContextRange } from './critic';
import type { Section } from './critic-sections';

/** A range's part in one section, in the section's offsets. */
export interface PlacedRange {
  /** Place of the range in the request. */
  readonly range: number;
  readonly startOffset: number;
  readonly endOffset: number;
}

/** By section; those that hold no part of a range are not in it. Linear in the ranges but for a bisection each. */
export function placeRanges(
  contexts: readonly (readonly Section[])[],
  ranges: readonly ContextRange[],
): ReadonlyMap<Section, readonly PlacedRange[]> {
  const placed = new Map<Section, PlacedRange[]>();
  ranges.forEach(({ context, startOffset, endOffset }, range) => {
    for (const section of sectionsBetween(contexts[context] ?? [], startOffset, endOffset)) {
      const start = Math.max(0, startOffset - section.startOffset);
      const end = Math.min(section.text.length, endOffset - section.startOffset);
      const own = placed.get(section) ?? [];
      own.push({ range, startOffset: start, endOffset: end });
      placed.set(section, own);
    }
  });
  return placed;
}

/** Sections are sorted and apart, so the first one is found by bisection. */
function sectionsBetween(sections: readonly Section[], start: number, end: number): readonly Section[] {
  let [low, high] = [0, sections.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const section = sections[middle];
    if (section && section.startOffset + section.text.length <= start) low = middle + 1;
    else high = middle;
  }
  const found: Section[] = [];
  for (let place = low; place < sections.length; place++) {
    const section = sections[place];
    if (!section || section.startOffset >= end) break;
    found.push(section);
  }
  return found;
}

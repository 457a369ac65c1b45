/** Finds the sections that hold the ranges of a request, and puts together what was read of a range in several of them. */
import type { ContextRange, Reread } from './critic';
import type { Section } from './critic-sections';

/** A range's part in one section, in the section's offsets. */
interface PlacedRange {
  /** Place of the range in the request. */
  readonly range: number;
  readonly startOffset: number;
  readonly endOffset: number;
}

export interface PlacedRanges {
  /** By context; only sections that hold a part of a range. */
  readonly sections: readonly (readonly Section[])[];
  rangesOf(section: Section): readonly PlacedRange[];
  /** Takes in what was read of the section's ranges, in the order of `rangesOf`. */
  add(section: Section, reread: readonly Reread[]): void;
  /** One a range, in the order of the request. */
  results(): readonly Reread[];
}

export function placeRanges(contexts: readonly (readonly Section[])[], ranges: readonly ContextRange[]): PlacedRanges {
  const placed = new Map<Section, PlacedRange[]>();
  const parts: Map<number, Reread>[] = ranges.map(() => new Map<number, Reread>());
  ranges.forEach(({ context, startOffset, endOffset }, range) => {
    for (const section of sectionsBetween(contexts[context] ?? [], startOffset, endOffset)) {
      const offset = section.startOffset;
      const start = Math.max(0, startOffset - offset);
      const end = Math.min(section.text.length, endOffset - offset);
      const own = placed.get(section) ?? [];
      own.push({ range, startOffset: start, endOffset: end });
      placed.set(section, own);
    }
  });
  return {
    sections: contexts.map((sections) => sections.filter((section) => placed.has(section))),
    rangesOf: (section) => placed.get(section) ?? [],
    add: (section, reread) => {
      placed.get(section)?.forEach(({ range }, index) => {
        const part = reread[index];
        if (part) parts[range]?.set(section.place, shift(part, section.startOffset));
      });
    },
    results: () => parts.map((own) => join([...own].sort(([left], [right]) => left - right).map(([, part]) => part))),
  };
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

function shift(part: Reread, offset: number): Reread {
  return {
    ...part,
    starts: part.starts.map((start) => start + offset),
    ends: part.ends.map((end) => end + offset),
  };
}

function join(parts: readonly Reread[]): Reread {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const size = parts.reduce((sum, part) => sum + part.starts.length, 0);
  const joined = { starts: new Uint32Array(size), ends: new Uint32Array(size), logits: new Float32Array(4 * size) };
  let first = 0;
  for (const part of parts) {
    joined.starts.set(part.starts, first);
    joined.ends.set(part.ends, first);
    joined.logits.set(part.logits, 4 * first);
    first += part.starts.length;
  }
  return { ...joined, relevance: Math.max(-Infinity, ...parts.map((part) => part.relevance)) };
}

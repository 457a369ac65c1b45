/** Cuts the contexts of a request into sections that workers read one by one, and joins their labels again. */
import type { CriticContext, LabelledContext } from './critic';
import { findHeads, noHeads, type UnitHeads } from './unit-heads';
import { cutSections, cutUnits } from './units';

export interface Section {
  /** Place of the context in the request, and of the section in the context. */
  readonly context: number;
  readonly place: number;
  /** UTF-16 offset in the context. */
  readonly startOffset: number;
  readonly text: string;
  /** What is open where the section begins. */
  readonly above: UnitHeads;
}

/** About 800 tokens: some 200 ms of one worker's time, so that progress shows and a cancel does not wait. */
const maxSectionLength = 3000;

/** The sections of each context; a blank context has none. */
export function cutRequest(contexts: readonly CriticContext[]): readonly (readonly Section[])[] {
  return contexts.map(({ text, heading }, context) => {
    if (text.trim() === '') return [];
    let above: UnitHeads = { ...noHeads, heading: heading ?? '' };
    return cutSections(text, maxSectionLength).map(({ start, end }, place) => {
      const section = { context, place, startOffset: start, text: text.slice(start, end), above };
      // The next section goes on under what this one leaves open.
      if (end < text.length) above = findHeads(section.text, cutUnits(section.text, 'line'), above).open;
      return section;
    });
  });
}

export function assembleContext(
  id: string,
  sections: readonly Section[],
  parts: readonly LabelledContext[],
): LabelledContext {
  const size = parts.reduce((sum, part) => sum + part.starts.length, 0);
  const [starts, ends, logits] = [new Uint32Array(size), new Uint32Array(size), new Float32Array(4 * size)];
  let first = 0;
  parts.forEach((part, place) => {
    const offset = sections[place]?.startOffset ?? 0;
    starts.set(
      part.starts.map((start) => start + offset),
      first,
    );
    ends.set(
      part.ends.map((end) => end + offset),
      first,
    );
    logits.set(part.logits, 4 * first);
    first += part.starts.length;
  });
  return { id, starts, ends, logits };
}

/** A document's whole text out of its passages, as the index keeps them: what no passage holds are empty lines. */
import type { Passage } from '../retrieve/retriever';
import type { ComputeDocument } from './find-grids';

/** Null where there are none. Offsets stay those of the document. */
export function joinPassages(passages: readonly Passage[]): ComputeDocument | null {
  const [first] = passages;
  if (first === undefined) return null;
  const pieces: string[] = [];
  const places: ComputeDocument['places'][number][] = [];
  let end = 0;
  for (const passage of passages.toSorted((a, b) => a.startOffset - b.startOffset)) {
    const { startOffset, endOffset, text } = passage;
    if (endOffset <= end) continue;
    if (startOffset > end) pieces.push('\n'.repeat(startOffset - end));
    pieces.push(text.slice(Math.max(0, end - startOffset)));
    for (const placed of passage.places ?? []) {
      // A place that goes over the border of two passages comes with both.
      const before = places.at(-1);
      if (before === undefined || placed.start >= before.end) places.push(placed);
    }
    end = endOffset;
  }
  return { path: first.path, text: pieces.join(''), places };
}

/**
 * The first pass: a document → chunks by blank lines and line ends alone, so that everything can be searched at once.
 * One pass over the text, no parsing, no names; `chunkDocument` replaces the result later. The chunks keep the same
 * promises.
 */
import type { Document } from '../extract/document';
import type { Chunk, ChunkedDocument } from './chunk';
import { maxChunkChars, maxChunkWeight } from './text-measure';
import { TokenWeigher, maxWeightOfPair } from './token-weights';

/** A place to cut at, and the weight of the text before it. */
interface Cut {
  offset: number;
  weight: number;
}

export function chunkQuick({ text }: Pick<Document, 'text'>): ChunkedDocument {
  return { chunks: placeLines(text, cutOffsets(text)), definitions: [], references: [], imports: [], problems: [] };
}

/** Ends of the chunks, the text's end last. */
function cutOffsets(text: string): readonly number[] {
  const ends: number[] = [];
  const weigher = new TokenWeigher();
  const start: Cut = { offset: 0, weight: 0 };
  const blank: Cut = { ...start };
  const line: Cut = { ...start };
  const space: Cut = { ...start };
  let weight = 0;
  let isBlank = true;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const next = weight + weigher.next(unit);
    if (next - start.weight > maxChunkWeight || at - start.offset >= maxChunkChars) {
      const cut = chooseCut(start, [blank, line, space], wholeCharacter(text, at, weight));
      ends.push(cut.offset);
      move(start, cut.offset, cut.weight);
    }
    weight = next;
    if (unit === 10) {
      move(line, at + 1, weight);
      if (isBlank) move(blank, at + 1, weight);
      isBlank = true;
    } else if (unit === 32 || unit === 9) move(space, at + 1, weight);
    else if (unit !== 13) isBlank = false;
  }
  ends.push(text.length);
  return ends;
}

/** The best kind of place that leaves at least half of a chunk; where there is none, the place that was reached. */
function chooseCut(start: Cut, places: readonly Cut[], reached: Cut): Cut {
  const half = start.offset + (reached.offset - start.offset) / 2;
  return places.find(({ offset }) => offset >= half && offset > start.offset && offset <= reached.offset) ?? reached;
}

function move(cut: Cut, offset: number, weight: number): void {
  cut.offset = offset;
  cut.weight = weight;
}

/** Never between the halves of a surrogate pair, whose first half weighs for the next chunk then. */
function wholeCharacter(text: string, at: number, weight: number): Cut {
  const isPair = /^[\uD800-\uDBFF][\uDC00-\uDFFF]$/.test(text.slice(at - 1, at + 1));
  return isPair ? { offset: at - 1, weight: weight - maxWeightOfPair } : { offset: at, weight };
}

/** The parts of the text without white space around, each with its lines. */
function placeLines(text: string, ends: readonly number[]): readonly Chunk[] {
  const chunks: Chunk[] = [];
  let from = 0;
  let line = 0;
  let nextBreak = text.indexOf('\n');
  const countTo = (offset: number): number => {
    for (; nextBreak >= 0 && nextBreak < offset; nextBreak = text.indexOf('\n', nextBreak + 1)) line += 1;
    return line;
  };
  for (const end of ends) {
    const part = text.slice(from, end);
    const startOffset = from + (part.length - part.trimStart().length);
    const endOffset = from + part.trimEnd().length;
    from = end;
    if (endOffset <= startOffset) continue;
    const startLine = countTo(startOffset);
    chunks.push({ startOffset, endOffset, startLine, endLine: countTo(endOffset - 1), kind: 'lines', heading: '' });
  }
  return chunks;
}

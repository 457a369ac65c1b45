/**
 * Evidence: kept slices of passages, numbered `S1`, `S2`, … best first, and the order in which a model reads them.
 * A span's text is always exactly its slice of the source; its lines are counted from the passage's start.
 */
import { placesIn, type PlacedRange } from '../../../protocol/places';
import type { EvidenceSpan, SourceRange } from '../../../protocol/evidence';
import type { Passage } from '../retrieve/retriever';
import type { RankedSpan, SelectedText } from './ports';

const lineBreak = /\r\n|\n|\r/g;

/** Turns 0-based passage lines into the wire's range with 1-based lines for `[start, end)` of the passage's text. */
export function rangeWithin(passage: Located, start: number, end: number): SourceRange {
  const startLine = passage.startLine + 1 + countLineBreaks(passage.text.slice(0, start));
  // The last character decides the end line: a span that ends with a line break still ends on that line.
  const endLine = startLine + countLineBreaks(passage.text.slice(start, Math.max(start, end - 1)));
  const [first, last] = [passage.startOffset + start, passage.startOffset + end];
  const place = placesIn(passage.places ?? [], first, last)[0]?.place;
  return { path: passage.path, start: first, end: last, startLine, endLine, ...(place ? { place } : {}) };
}

export interface Located {
  readonly path: string;
  readonly startOffset: number;
  /** 0-based. */
  readonly startLine: number;
  readonly text: string;
  readonly places?: readonly PlacedRange[];
}

export function countLineBreaks(text: string): number {
  return text.match(lineBreak)?.length ?? 0;
}

/** The selection as evidence `S1`. */
export function selectionEvidence(selection: SelectedText): EvidenceSpan {
  return { ...rangeWithin(selection, 0, selection.text.length), id: 'S1', text: selection.text, score: 1 };
}

/** Numbers new spans after the known ones, best first; what the known evidence already holds is left out. */
export function numberSpans(
  passages: ReadonlyMap<string, Passage>,
  spans: readonly RankedSpan[],
  known: readonly EvidenceSpan[],
): readonly EvidenceSpan[] {
  const fresh: EvidenceSpan[] = [];
  const taken = new Map<string, SourceRange[]>();
  for (const span of known) taken.set(span.path, [...(taken.get(span.path) ?? []), span]);
  for (const span of spans.toSorted((a, b) => b.score - a.score)) {
    const passage = passages.get(span.contextId);
    if (passage === undefined || span.endOffset <= span.startOffset) continue;
    const range = rangeWithin(passage, span.startOffset, span.endOffset);
    const neighbours = taken.get(range.path) ?? [];
    if (neighbours.some((other) => overlaps(other, range))) continue;
    taken.set(range.path, [...neighbours, range]);
    const text = passage.text.slice(span.startOffset, span.endOffset);
    fresh.push({ ...range, id: `S${known.length + fresh.length + 1}`, text, score: span.score });
  }
  return fresh;
}

/** Best first, for people: the score decides, the number breaks ties. */
export function bestFirst(evidence: readonly EvidenceSpan[]): readonly EvidenceSpan[] {
  return evidence.toSorted((a, b) => b.score - a.score || spanNumber(a.id) - spanNumber(b.id));
}

/** Document order, for models: files by their best span, then by place, so that a text reads as it was written. */
export function inDocumentOrder(evidence: readonly EvidenceSpan[]): readonly EvidenceSpan[] {
  const paths = [...new Set(bestFirst(evidence).map((span) => span.path))];
  const rank = new Map(paths.map((path, idx) => [path, idx]));
  return evidence.toSorted((a, b) => (rank.get(a.path) ?? 0) - (rank.get(b.path) ?? 0) || a.start - b.start);
}

export function spanNumber(id: string): number {
  return Number(id.slice(1));
}

function overlaps(a: SourceRange, b: SourceRange): boolean {
  return a.start < b.end && b.start < a.end;
}

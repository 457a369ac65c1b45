/**
 * What is found, kept and cited. Offsets are UTF-16 code units into the decoded file text; lines are 1-based.
 */
import type { Place } from './places';

/**
 * A place in a workspace file. `path` is relative to the workspace folder, with forward slashes; of a question about several
 * folders (`roots` of `questionAsked`) it begins with the folder's name.
 */
export interface SourceRange {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly startLine: number;
  readonly endLine: number;
  /** Page, slide, cell …: where it stands in a document that is no plain text. */
  readonly place?: Place;
}

/** A kept slice of a source. `id` is the short name (`S1`, `S2`, …) that prompts and answers cite. */
export interface EvidenceSpan extends SourceRange {
  readonly id: string;
  readonly text: string;
  readonly score: number;
}

/**
 * A retrieved passage, before the critic has read it. `sources` names the rankings that found it; `previous`: none did, but
 * evidence of the turn before stands there.
 */
export interface RetrievalHit extends SourceRange {
  readonly heading: string;
  readonly score: number;
  readonly sources: readonly RetrievalSource[];
}

/** Read again for a follow-up, and found by no search. */
export function isCarried({ sources }: RetrievalHit): boolean {
  return sources.includes('previous');
}

export type RetrievalSource = 'text' | 'symbol' | 'path' | 'neighbour' | 'vector' | 'previous';

/** A passage that the critic read: its text and the kept ranges, relative to that text. */
export interface CompressedPassage extends SourceRange {
  readonly text: string;
  readonly kept: readonly (readonly [start: number, end: number])[];
}

/**
 * A quote in the answer and what became of its check. A verified citation stands for the exact slice
 * `[start, end)` of `path`; one that failed has the path it claimed, if any, and is never linked.
 */
export interface Citation {
  /** As in `SourceRange`. */
  readonly place?: Place;
  readonly path: string | null;
  readonly start: number | null;
  readonly end: number | null;
  readonly startLine: number | null;
  readonly endLine: number | null;
  readonly spanId: string | null;
  readonly quote: string;
  readonly verified: boolean;
  /** Why the check failed, in plain words; null when verified. */
  readonly problem: string | null;
}

/**
 * `supported`: its quotes, numbers and names stand where it says, or it is copied from there. `unchecked`: it names a
 * source and says it in other words; nothing in it is wrong as far as words and numbers tell. `misplaced`: its words
 * stand in another source than the one that it names. `struck`: something in it does not stand there. `notFromFiles`:
 * it names no source.
 */
export type ClaimStatus = 'supported' | 'unchecked' | 'misplaced' | 'struck' | 'notFromFiles';

/** One sentence of the answer and what became of its check. Headings and lead-ins are no claims. */
export interface ClaimCheck {
  /** The sentence, and its UTF-16 offsets in the answer. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly status: ClaimStatus;
  /** Why, in plain words; null when it is supported. */
  readonly problem: string | null;
  /** The spans that it names. */
  readonly spanIds: readonly string[];
}

/** A number that a result was computed from: an operand, or a cell of a table (`table.column`). */
export interface ComputedOperand extends SourceRange {
  readonly name: string;
  /** As it stands in the source. */
  readonly text: string;
  /** The evidence it stands in; null: a cell outside of the evidence. */
  readonly spanId: string | null;
}

/**
 * Something that was worked out exactly before the answer was written. Its operands are exact slices of their sources; they
 * are no quotes of the answer, and its check does not count them.
 */
export interface ComputedFact {
  readonly form: 'expression' | 'query';
  readonly calculation: string;
  /** As shown: `$24.50`; of several rows one line each. `≈` stands before what was rounded. */
  readonly result: string;
  /** The first of them, for large tables. */
  readonly operands: readonly ComputedOperand[];
  readonly operandCount: number;
}

/** What an event `numberComputed` says was worked out; null where nothing could be. */
export function toComputedFact({
  form,
  calculation,
  result,
  operands,
  operandCount,
}: Omit<ComputedFact, 'result'> & { readonly result: string | null }): ComputedFact | null {
  return result === null ? null : { form, calculation, result, operands, operandCount };
}

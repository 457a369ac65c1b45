/** The retrieval contract: plain words in, passages out, best first; rankings are fused by reciprocal rank. */
import type { RetrievalSource } from '../../../protocol/evidence';
import type { PlacedRange } from '../../../protocol/places';

/** A chunk of the index found for a query. Offsets are UTF-16, lines 0-based. */
export interface Passage {
  readonly path: string;
  readonly startOffset: number;
  readonly endOffset: number;
  readonly startLine: number;
  readonly endLine: number;
  readonly heading: string;
  readonly text: string;
  readonly score: number;
  readonly sources: readonly RetrievalSource[];
  /** Where its stretches stand in a document that is no plain text. */
  readonly places?: readonly PlacedRange[];
}

export interface RetrieveOptions {
  readonly limit: number;
  readonly signal: AbortSignal;
}

export interface Retriever {
  retrieve(query: string, options: RetrieveOptions): Promise<readonly Passage[]>;
}

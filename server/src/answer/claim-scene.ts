/** What the checks of one sentence share: the sentence with the sources that it names, and what it is checked against. */
import type { ClaimStatus } from '../../../protocol/evidence';
import type { FileReference } from './find-names';
import type { KnownNames } from './known-names';
import type { LookUp, Source } from './look-up-claim';
import type { NormalisedText } from './normalise-text';
import type { Sentence } from './split-answer';

export interface ClaimOptions {
  readonly question: string;
  /** What the index knows of the names in the answer; null where it was not asked. */
  readonly known: KnownNames | null;
}

/** What all sentences are checked against. */
export interface ClaimScene extends ClaimOptions {
  readonly sources: readonly Source[];
  readonly asked: NormalisedText;
}

/** One sentence with the sources that it names. */
export interface CitedSentence {
  readonly sentence: Sentence;
  readonly files: readonly FileReference[];
  readonly cited: readonly Source[];
  /** Quotes that were found, wherever they stand. */
  readonly found: readonly Extract<LookUp, { kind: 'found' }>[];
}

export interface Finding {
  readonly status: ClaimStatus;
  readonly problem: string | null;
}

/**
 * The extractor's contract: bytes of one file → plain text with its facts, or a reason why not.
 * Pure over bytes; a bad file is a value, never an exception.
 */
export interface Document {
  /** Relative to the workspace root, forward slashes. */
  readonly path: string;
  /** Decoded text without a byte-order mark; line ends as they are in the file. */
  readonly text: string;
  readonly encoding: string;
  /** Language id as VS Code names it (`typescript`, `markdown`, `plaintext`, …). */
  readonly language: string;
}

export type SkipReason = 'binary' | 'tooLarge' | 'badEncoding' | 'generated' | 'empty';
export type ExtractOutcome =
  | { readonly kind: 'document'; readonly document: Document; readonly problems: readonly string[] }
  | { readonly kind: 'skipped'; readonly reason: SkipReason; readonly detail: string };

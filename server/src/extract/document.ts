/**
 * The extractor's contract: bytes of one file → plain text with its facts, or a reason why not.
 * Pure over bytes; a bad file is a value, never an exception.
 */
import type { PlacedRange } from '../../../protocol/places';

export interface Document {
  /** Relative to the workspace root, forward slashes. */
  readonly path: string;
  /** Decoded text without a byte-order mark, line ends as they are in the file; of other formats the text read out of it. */
  readonly text: string;
  /** Of text its encoding; of other formats the format (`pdf`, `docx`, …). */
  readonly encoding: string;
  /** Language id as VS Code names it (`typescript`, `markdown`, `plaintext`, …). */
  readonly language: string;
  /** Sorted and apart. Empty: `text` is the file's own text, and its offsets count there. */
  readonly places: readonly PlacedRange[];
}

export type SkipReason =
  | 'binary'
  | 'tooLarge'
  | 'badEncoding'
  | 'generated'
  | 'empty'
  | 'encrypted'
  | 'damaged'
  /** It can be read but holds no text, for instance scanned pages. */
  | 'noText'
  | 'unsupported';
export type ExtractOutcome =
  | { readonly kind: 'document'; readonly document: Document; readonly problems: readonly string[] }
  | { readonly kind: 'skipped'; readonly reason: SkipReason; readonly detail: string };

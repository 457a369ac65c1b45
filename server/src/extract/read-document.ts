/** What each reader of a document format returns. */
import type { PlacedText } from './text-builder';

export interface ReadDocument extends PlacedText {
  readonly language: string;
  /** For the ledger's column of encodings, for instance `docx`. */
  readonly format: string;
  readonly problems: readonly string[];
}

/** The ports to what parses off this loop: a file's bytes → decoded text → chunks, packed for the store; code → pieces. */
import type { ChunkedDocument } from '../chunk/chunk';
import type { CodeRange } from '../chunk/code-ranges';
import type { CodeText, CutRequest } from '../chunk/cut-code';
import type { ExtractOutcome } from '../extract/document';
import type { FileRecord, FileUpdate, IndexDepth } from '../index/index-store';

export interface ExtractRequest {
  /** Relative, forward slashes. */
  readonly path: string;
  readonly absolutePath: string;
  readonly maxFileBytes: number;
  /** Hash of the content that is indexed now; null: read and chunk it in any case. */
  readonly knownHash: string | null;
  readonly depth: IndexDepth;
}

/** A file of any format that is not to be indexed. */
export interface ReadRequest {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export type ExtractReply =
  | { readonly kind: 'update'; readonly update: FileUpdate; readonly problems: readonly string[] }
  /** Touched, but the bytes are those that are indexed. */
  | { readonly kind: 'unchanged'; readonly facts: Pick<FileRecord, 'sizeBytes' | 'modifiedMs'> }
  /** It was deleted since the walk. */
  | { readonly kind: 'gone' };

export interface CodeCutter {
  /** One entry a text; null where the text is no code of a known language or could not be parsed. */
  cutCode(request: CutRequest, signal: AbortSignal): Promise<readonly (readonly CodeRange[] | null)[]>;
}

/** A text that is not saved, with its chunks and names; null where reading it stopped the reader. */
export interface NameReader {
  readNames(text: CodeText, signal: AbortSignal): Promise<ChunkedDocument | null>;
}

export interface Extractor extends CodeCutter, NameReader {
  extract(request: ExtractRequest, signal: AbortSignal): Promise<ExtractReply>;
  readDocument(request: ReadRequest, signal: AbortSignal): Promise<ExtractOutcome>;
  dispose(): Promise<void>;
}

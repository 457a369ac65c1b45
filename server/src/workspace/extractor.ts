/** The port to what reads one file off this loop: bytes → decoded text → chunks, packed for the store. */
import type { FileRecord, FileUpdate } from '../index/index-store';

export interface ExtractRequest {
  /** Relative, forward slashes. */
  readonly path: string;
  readonly absolutePath: string;
  readonly maxFileBytes: number;
  /** Hash of the content that is indexed now; null: read and chunk it in any case. */
  readonly knownHash: string | null;
}

export type ExtractReply =
  | { readonly kind: 'update'; readonly update: FileUpdate; readonly problems: readonly string[] }
  /** Touched, but the bytes are those that are indexed. */
  | { readonly kind: 'unchanged'; readonly facts: Pick<FileRecord, 'sizeBytes' | 'modifiedMs'> }
  /** It was deleted since the walk. */
  | { readonly kind: 'gone' };

export interface Extractor {
  extract(request: ExtractRequest, signal: AbortSignal): Promise<ExtractReply>;
  dispose(): Promise<void>;
}

/**
 * Where a fold gets its chunks from: the evidence that was found, or every chunk of chosen documents. Chunks come one
 * at a time, so that a reading of millions of tokens holds one of them.
 */
import type { FoldRequest, Memory, ReadSpan } from '../../../protocol/folds';

/** A part of a chunk: a span's text, or a part of it where the span is longer than a chunk. */
export interface ChunkSpan {
  readonly id: string;
  /** `path:line`, for the prompt. */
  readonly place: string;
  readonly text: string;
  /** Where `text` stands in its span's text, UTF-16. */
  readonly start: number;
  /** Model tokens of `text` with its prompt label. */
  readonly tokens: number;
}

export interface FoldChunk {
  readonly spans: readonly ChunkSpan[];
  readonly tokens: number;
}

export interface ReadingExtent {
  /** Of all chunks, how many have been read; a chunk of the index where everything is read. */
  readonly chunksRead: number;
  readonly chunksTotal: number;
  /** Steps that all of it takes, those done included. */
  readonly steps: number;
  /** Model tokens of all of it. */
  readonly tokens: number;
}

export interface ChunkReader {
  readonly source: 'evidence' | 'everything';
  /** Stands for the files that are read, with their contents; null where that is recorded otherwise. */
  readonly sourceHash: string | null;
  extent(): ReadingExtent;
  /** Records which chunks the first hop has, once the fold has begun; where that is not known yet, nothing. */
  announce(): void;
  /** The next chunk of this hop; null: all were read. */
  next(signal: AbortSignal): Promise<FoldChunk | null>;
  /** After a step over `chunk` (also a skipped one), which led to `memory`. Gives the spans to record with the step. */
  stepped(chunk: FoldChunk, memory: Memory): readonly ReadSpan[];
  /** Follows the plan into another hop; gives how many chunks that brought. */
  find(request: FoldRequest, hop: number, memory: Memory, signal: AbortSignal): Promise<number>;
}

/** Packs spans into chunks in their order. A chunk is at most `chunkTokens`; longer spans were split before. */
export function packChunks(spans: readonly ChunkSpan[], chunkTokens: number): readonly FoldChunk[] {
  const chunks: FoldChunk[] = [];
  let open: ChunkSpan[] = [];
  let tokens = 0;
  const close = (): void => {
    if (open.length > 0) chunks.push({ spans: open, tokens });
    open = [];
    tokens = 0;
  };
  for (const span of spans) {
    if (tokens + span.tokens > chunkTokens) close();
    open.push(span);
    tokens += span.tokens;
  }
  close();
  return chunks;
}

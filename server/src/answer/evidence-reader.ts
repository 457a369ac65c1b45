/** A fold's chunks out of the evidence: first what was found for the question, then what the plan asks for. */
import type { EvidenceSpan } from '../../../protocol/evidence';
import type { FoldPiece, FoldRequest, Memory, ReadSpan } from '../../../protocol/folds';
import { packChunks, type ChunkReader, type FoldChunk, type ReadingExtent } from '../fold/chunk-reader';
import { toChunkSpans, type CountTokens } from '../fold/chunk-spans';
import { requestText } from '../fold/fold-request';
import type { ReplayedPart } from '../fold/replay-fold';
import type { TraceSink } from '../trace/trace-sink';
import { inDocumentOrder } from './evidence';
import type { EvidenceGatherer } from './gather-evidence';
import type { DocumentSource } from './ports';

export interface EvidenceReaderOptions {
  readonly gatherer: EvidenceGatherer;
  readonly documents: DocumentSource;
  readonly sink: TraceSink;
  readonly count: CountTokens;
  readonly chunkTokens: number;
  readonly part: number;
  /** What the critic judges by, beside the plan's request and the memory. */
  readonly searchQuery: string;
  /** Critic tokens that a later hop may keep. */
  readonly hopTokenBudget: number;
}

/** Words of the memory that the critic reads beside the question: its own question segment is short. */
const maxMemoryWords = 80;

export class EvidenceReader implements ChunkReader {
  readonly source = 'evidence';
  readonly sourceHash = null;
  private chunks: readonly FoldChunk[] = [];
  private cursor = 0;
  private earlier = { chunks: 0, tokens: 0 };

  constructor(private readonly options: EvidenceReaderOptions) {}

  /** Chunks of what was found for the question itself; `announce` records them once the fold has begun. */
  async plan(evidence: readonly EvidenceSpan[], signal: AbortSignal): Promise<void> {
    this.chunks = await this.toChunks(evidence, signal);
  }

  announce(): void {
    this.emitPlan(1, null);
  }

  /** Goes on where a recorded part stopped. */
  restore({ chunks, chunksRead, allChunksRead }: ReplayedPart): void {
    const textOf = new Map(this.options.gatherer.evidence.map((span) => [span.id, span]));
    this.chunks = chunks.map((pieces) => toChunk(pieces, textOf));
    this.cursor = chunksRead;
    this.earlier = { chunks: allChunksRead - chunksRead, tokens: 0 };
  }

  extent(): ReadingExtent {
    const { chunks, tokens } = this.earlier;
    const chunksTotal = chunks + this.chunks.length;
    const ownTokens = this.chunks.reduce((sum, chunk) => sum + chunk.tokens, 0);
    return { chunksRead: chunks + this.cursor, chunksTotal, steps: chunksTotal, tokens: tokens + ownTokens };
  }

  next(): Promise<FoldChunk | null> {
    return Promise.resolve(this.chunks[this.cursor] ?? null);
  }

  stepped(): readonly ReadSpan[] {
    this.cursor += 1;
    return [];
  }

  async find(request: FoldRequest, hop: number, memory: Memory, signal: AbortSignal): Promise<number> {
    const { gatherer, documents, searchQuery, hopTokenBudget } = this.options;
    const query = requestText(request);
    const critique = [searchQuery, query, memoryWords(memory)].filter((text) => text !== '').join('\n');
    const passages =
      request.kind === 'file'
        ? () => documents.passages(request.path)
        : request.kind === 'symbol'
          ? () => documents.symbol(request.name)
          : undefined;
    const fresh = await gatherer.gather(
      { query, critique, hop, tokenBudget: hopTokenBudget, ...(passages ? { passages } : {}) },
      signal,
    );
    const { chunksTotal, tokens } = this.extent();
    this.earlier = { chunks: chunksTotal, tokens };
    this.chunks = await this.toChunks(fresh, signal);
    this.cursor = 0;
    this.emitPlan(hop, request);
    return this.chunks.length;
  }

  private async toChunks(evidence: readonly EvidenceSpan[], signal: AbortSignal): Promise<readonly FoldChunk[]> {
    const { chunkTokens, count } = this.options;
    return packChunks(await toChunkSpans(inDocumentOrder(evidence), chunkTokens, count, signal), chunkTokens);
  }

  private emitPlan(hop: number, request: FoldRequest | null): void {
    const { part, sink } = this.options;
    const chunks = this.chunks.map(({ spans }) =>
      spans.map(({ id, start, text, tokens }) => ({ id, start, end: start + text.length, tokens })),
    );
    sink.emit({ kind: 'foldChunksPlanned', part, hop, request, chunks });
  }
}

function toChunk(pieces: readonly FoldPiece[], spans: ReadonlyMap<string, EvidenceSpan>): FoldChunk {
  const parts = pieces.map(({ id, start, end, tokens }) => {
    const span = spans.get(id);
    const before = span?.text.slice(0, start) ?? '';
    const line = (span?.startLine ?? 1) + (before.match(/\r\n|\n|\r/g)?.length ?? 0);
    return { id, start, tokens, place: `${span?.path ?? ''}:${line}`, text: span?.text.slice(start, end) ?? '' };
  });
  return { spans: parts, tokens: pieces.reduce((sum, piece) => sum + piece.tokens, 0) };
}

/** The newest facts first: they are what the request follows from. */
function memoryWords(memory: Memory): string {
  const words = memory.lines
    .toReversed()
    .flatMap((line) => line.text.match(/\p{Script=Han}|[^\s\p{Script=Han}]+/gu) ?? []);
  return words.slice(0, maxMemoryWords).join(' ');
}

/**
 * A fold's chunks out of whole documents, in order and without a search. One file's chunks are held at a time; of what
 * was read, only the spans that the memory names stay.
 */
import { createHash } from 'node:crypto';
import type { EvidenceSpan } from '../../../protocol/evidence';
import type { Memory, ReadSpan } from '../../../protocol/folds';
import { packChunks, type ChunkReader, type ChunkSpan, type FoldChunk, type ReadingExtent } from '../fold/chunk-reader';
import { splitSpan, type CountTokens } from '../fold/chunk-spans';
import type { ReplayedPart } from '../fold/replay-fold';
import type { Passage } from '../retrieve/retriever';
import { throwIfCancelled } from '../util/cancelled';
import { rangeWithin } from './evidence';
import { type EvidenceGatherer } from './gather-evidence';
import { tokensOf } from './passage-budget';
import type { DocumentListing, DocumentSource } from './ports';

export interface EverythingReaderOptions {
  readonly gatherer: EvidenceGatherer;
  readonly documents: DocumentSource;
  readonly listing: readonly DocumentListing[];
  readonly count: CountTokens;
  readonly chunkTokens: number;
  /** Number of the last span so far; shared by the parts of a question, so that an id means one span. */
  readonly ids: { last: number };
}

/** Chunks of the index that are counted before the reading starts, from its beginning, middle and end. */
const samplePassages = 24;
/** Steps after which the reading itself says how many the rest takes. */
const learnedSteps = 4;

interface Piece {
  readonly span: EvidenceSpan;
  readonly part: ChunkSpan;
  /** It is the last of its chunk of the index. */
  readonly endsPassage: boolean;
  readonly indexTokens: number;
}

export class EverythingReader implements ChunkReader {
  readonly source = 'everything';
  readonly sourceHash: string;
  private readonly total: { readonly chunks: number; readonly tokens: number };
  private fileIdx = 0;
  private passages: readonly Passage[] | null = null;
  private passageIdx = 0;
  private queue: Piece[] = [];
  private current: readonly Piece[] = [];
  private done = { chunks: 0, steps: 0, indexTokens: 0 };
  /** Steps and model tokens for a token of the index's own count, from a sample. */
  private expected = { steps: 0, modelTokens: 1 };
  /** What was read of the file at hand before this process, as an offset into it. */
  private skipTo = 0;

  constructor(private readonly options: EverythingReaderOptions) {
    const { listing } = options;
    const hash = createHash('sha256');
    for (const { path, contentHash, chunks, range } of listing) {
      hash.update(`${path}\0${contentHash}\0${chunks}\0${range?.join('-') ?? ''}\n`);
    }
    this.sourceHash = hash.digest('hex').slice(0, 32);
    this.total = {
      chunks: listing.reduce((sum, file) => sum + file.chunks, 0),
      tokens: listing.reduce((sum, file) => sum + file.tokens, 0),
    };
  }

  /** Goes on behind what a recorded part read last. */
  restore({ lastRead, allChunksRead, state }: ReplayedPart): void {
    const share = allChunksRead / Math.max(1, this.total.chunks);
    this.done = { chunks: allChunksRead, steps: state.steps, indexTokens: this.total.tokens * share };
    if (lastRead === null) return;
    const { listing } = this.options;
    this.fileIdx = Math.max(
      0,
      listing.findIndex((file) => file.path === lastRead.path && isWithin(file, lastRead.start)),
    );
    this.skipTo = lastRead.end;
  }

  /** Packs a sample, so that the number of steps can be said before the reading starts. */
  async measure(signal: AbortSignal): Promise<void> {
    const { listing, documents, count, chunkTokens } = this.options;
    const places = new Set([0, Math.floor(listing.length / 2), listing.length - 1]);
    const parts: ChunkSpan[] = [];
    let indexTokens = 0;
    for (const file of [...places].flatMap((idx) => listing[idx] ?? [])) {
      const passages = await documents.passages(file.path);
      throwIfCancelled(signal);
      for (const { path, startLine, text } of passages.slice(0, samplePassages)) {
        parts.push(...(await splitSpan({ id: `S${parts.length + 1}`, path, startLine, text }, chunkTokens, count)));
        indexTokens += file.tokens / Math.max(1, file.chunks);
      }
    }
    const chunks = packChunks(parts, chunkTokens);
    // The last chunk of a sample is not full.
    const steps = chunks.length - 1 + Math.min(1, (chunks.at(-1)?.tokens ?? 0) / chunkTokens);
    const modelTokens = parts.reduce((sum, part) => sum + part.tokens, 0);
    const perToken = 1 / Math.max(1, indexTokens);
    this.expected = { steps: steps * perToken, modelTokens: modelTokens * perToken };
  }

  extent(): ReadingExtent {
    const { chunks, steps, indexTokens } = this.done;
    const left = Math.max(0, this.total.tokens - indexTokens);
    const perToken = steps >= learnedSteps && indexTokens > 0 ? steps / indexTokens : this.expected.steps;
    const stepsLeft = chunks >= this.total.chunks ? 0 : Math.max(1, Math.ceil(left * perToken));
    const tokens = Math.round(this.total.tokens * this.expected.modelTokens);
    return { chunksRead: chunks, chunksTotal: this.total.chunks, steps: steps + stepsLeft, tokens };
  }

  /** The files say it all: `sourceHash` stands for them. */
  announce(): void {}

  async next(signal: AbortSignal): Promise<FoldChunk | null> {
    const taken: Piece[] = [];
    let tokens = 0;
    for (;;) {
      const piece = await this.peek(signal);
      if (piece === undefined || (taken.length > 0 && tokens + piece.part.tokens > this.options.chunkTokens)) break;
      this.queue.shift();
      taken.push(piece);
      tokens += piece.part.tokens;
    }
    this.current = taken;
    return taken.length === 0 ? null : { spans: taken.map((piece) => piece.part), tokens };
  }

  stepped(_chunk: FoldChunk, memory: Memory): readonly ReadSpan[] {
    const cited = new Set(memory.lines.flatMap((line) => line.spanIds));
    const { done, current } = this;
    const { gatherer } = this.options;
    gatherer.tokensRead += tokensOf(current.map(({ span }) => span));
    gatherer.adoptRead(current.filter(({ span }) => cited.has(span.id)).map(({ span }) => span));
    this.done = {
      chunks: done.chunks + current.filter((piece) => piece.endsPassage).length,
      steps: done.steps + 1,
      indexTokens: done.indexTokens + current.reduce((sum, piece) => sum + piece.indexTokens, 0),
    };
    return current.map(({ span: { text: _text, score: _score, ...range } }) => range);
  }

  /** All is read anyway. */
  find(): Promise<number> {
    return Promise.resolve(0);
  }

  private async peek(signal: AbortSignal): Promise<Piece | undefined> {
    while (this.queue.length === 0) {
      const file = this.options.listing[this.fileIdx];
      if (file === undefined) return undefined;
      if (this.passages === null) {
        this.passages = await this.options.documents.passages(file.path);
        throwIfCancelled(signal);
      }
      const passage = this.passages[this.passageIdx];
      if (passage === undefined) {
        this.fileIdx += 1;
        this.passageIdx = 0;
        this.passages = null;
        this.skipTo = 0;
        continue;
      }
      this.passageIdx += 1;
      if (passage.endOffset <= this.skipTo || !isWithin(file, passage.startOffset)) continue;
      this.queue = await this.toPieces(passage, file);
    }
    return this.queue[0];
  }

  private async toPieces(passage: Passage, file: DocumentListing): Promise<Piece[]> {
    const { chunkTokens, count, ids } = this.options;
    const { path, text } = passage;
    const whole = { id: `S${ids.last + 1}`, path, startLine: passage.startLine + 1, text };
    const parts = await splitSpan(whole, chunkTokens, count);
    const indexTokens = file.tokens / Math.max(1, file.chunks) / Math.max(1, text.length);
    return parts.flatMap((part, idx) => {
      const end = part.start + part.text.length;
      if (passage.startOffset + end <= this.skipTo) return [];
      ids.last += 1;
      const id = `S${ids.last}`;
      const span = { ...rangeWithin(passage, part.start, end), id, text: part.text, score: 1 };
      const endsPassage = idx === parts.length - 1;
      return [{ span, part: { ...part, id, start: 0 }, endsPassage, indexTokens: indexTokens * part.text.length }];
    });
  }
}

function isWithin({ range }: DocumentListing, offset: number): boolean {
  return range === undefined || (offset >= range[0] && offset < range[1]);
}

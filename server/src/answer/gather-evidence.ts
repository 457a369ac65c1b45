/**
 * One hop of evidence: retrieve passages for a query, let the critic keep what serves the question, number the kept
 * spans. Passages read in an earlier hop are not read again. What was found stays when a later stage fails or the
 * user cancels.
 */
import type { EvidenceSpan, RetrievalHit } from '../../../protocol/evidence';
import type { TraceStage } from '../../../protocol/trace-events';
import type { Passage } from '../retrieve/retriever';
import type { TraceSink } from '../trace/trace-sink';
import { CancelledError, throwIfCancelled } from '../util/cancelled';
import { errorMessage } from '../util/error-message';
import { bridgeHops, findBridge, type BridgeOptions } from './bridge-passages';
import { besideFound } from './carry-passages';
import { bestFirst, numberSpans, rangeWithin, selectionEvidence, spanNumber } from './evidence';
import { passageLimitOf, tokensOf, wholePassages } from './passage-budget';
import type { AnswerPorts, AnswerRequest, Compression, RankedSpan } from './ports';

/** A stage that failed; the message is for the user and was emitted as `stepFailed` already. */
export class StageError extends Error {
  override readonly name = 'StageError';
  constructor(
    readonly stage: TraceStage,
    message: string,
  ) {
    super(message);
  }
}

export interface HopRequest {
  readonly query: string;
  /** What the critic judges the passages by. */
  readonly critique: string;
  /** From 1. */
  readonly hop: number;
  /** Critic tokens that the hop may keep. */
  readonly tokenBudget: number;
  /** Where to look first (a file, a name of code) instead of searching; finding nothing there, the query is searched. */
  readonly passages?: () => Promise<readonly Passage[]>;
  /** What is read beside what is found, whether the search brings it or not. */
  readonly carried?: () => Promise<readonly Passage[]>;
}

/** What an earlier process had gathered for the same question. */
export interface GatheredBefore {
  readonly evidence: readonly EvidenceSpan[];
  /** `startOffset:path` of each. */
  readonly readPassages: readonly string[];
  readonly tokensRead: number;
  readonly tokensKept: number;
}

export class EvidenceGatherer {
  private readonly found: EvidenceSpan[] = [];
  private readonly readPassages = new Set<string>();
  tokensRead = 0;
  tokensKept = 0;
  /** That the evidence of the first hop answers the question, 0 to 1; null where it cannot be judged. */
  strength: number | null = null;

  constructor(
    private readonly request: AnswerRequest,
    private readonly ports: Pick<AnswerPorts, 'retriever' | 'compressor' | 'clock'>,
    private readonly sink: TraceSink,
  ) {
    if (request.selection !== undefined) {
      this.found.push(selectionEvidence(request.selection));
    }
  }

  /** Goes on from what was gathered before; a selection is the first of it. */
  restore({ evidence, readPassages, tokensRead, tokensKept }: GatheredBefore): void {
    const byNumber = evidence.toSorted((a, b) => spanNumber(a.id) - spanNumber(b.id));
    this.found.splice(0, this.found.length, ...byNumber);
    for (const key of readPassages) this.readPassages.add(key);
    this.tokensRead = tokensRead;
    this.tokensKept = tokensKept;
  }

  /** Takes spans that were read without a search, because the memory names them. */
  adoptRead(spans: readonly EvidenceSpan[]): void {
    const known = new Set(this.found.map((span) => span.id));
    const evidence = spans.filter((span) => !known.has(span.id));
    if (evidence.length === 0) return;
    this.found.push(...evidence);
    this.tokensKept += tokensOf(evidence);
    this.sink.emit({ kind: 'evidenceAdded', evidence });
  }

  /** All evidence so far, best first; what the user selected leads. */
  get evidence(): readonly EvidenceSpan[] {
    return this.ranked(this.found);
  }

  /** What was read for the question, in all hops. */
  get searched(): { readonly passages: number; readonly files: number } {
    const files = new Set([...this.readPassages].map((key) => key.slice(key.indexOf(':') + 1)));
    return { passages: this.readPassages.size, files: files.size };
  }

  private ranked(spans: readonly EvidenceSpan[]): readonly EvidenceSpan[] {
    const selected = this.request.selection === undefined ? 0 : 1;
    return [...spans.slice(0, selected), ...bestFirst(spans.slice(selected))];
  }

  /**
   * Runs one hop and returns its new spans, best first.
   * Throws `StageError` when retrieval fails and `CancelledError`; partial finds are in `evidence` by then.
   */
  async gather(request: HopRequest, signal: AbortSignal): Promise<readonly EvidenceSpan[]> {
    const { hop } = request;
    const passages = await this.retrieve(request, signal);
    const byId = new Map(passages.map((passage, idx) => [`h${hop}p${idx}`, passage]));
    for (const passage of passages) this.readPassages.add(passageKey(passage));
    let read = await this.compress(byId, request, signal);
    const searched = new Set<string>();
    const limit = Math.ceil(byId.size / 2);
    for (let further = 1; further <= bridgeHops; further += 1) {
      if (!(await this.bridge(byId, read, request, { searched, limit }, signal))) break;
      read = await this.compress(byId, request, signal, read);
      // A critic that failed is not asked once more.
      if (read.passages < byId.size) break;
    }
    this.finishCompression(byId, read, request);
    const fresh = this.adopt(byId, read.spans);
    this.sink.emit({ kind: 'evidenceSelected', evidence: this.evidence });
    return fresh;
  }

  private adopt(byId: ReadonlyMap<string, Passage>, spans: readonly RankedSpan[]): readonly EvidenceSpan[] {
    const fresh = numberSpans(byId, spans, this.found);
    this.found.push(...fresh);
    return fresh;
  }

  private async retrieve(request: HopRequest, signal: AbortSignal): Promise<readonly Passage[]> {
    const { query, hop, tokenBudget, passages: lookUp } = request;
    const startedMs = this.ports.clock.nowMs();
    const carrying = this.carry(request);
    try {
      const limit = this.request.passageLimit ?? passageLimitOf(tokenBudget);
      const there = lookUp === undefined ? [] : (await lookUp()).slice(0, limit);
      const found = there.length > 0 ? there : await this.ports.retriever.retrieve(query, { limit, signal });
      const passages = [...found, ...besideFound(found, await carrying)];
      throwIfCancelled(signal);
      const durationMs = Math.round(this.ports.clock.nowMs() - startedMs);
      this.sink.emit({ kind: 'retrievalFinished', hop, query, hits: passages.map(toHit), durationMs });
      return passages.filter((passage) => !this.readPassages.has(passageKey(passage)));
    } catch (err) {
      if (signal.aborted || CancelledError.is(err)) throw new CancelledError();
      const message = `The search failed: ${errorMessage(err)}`;
      this.sink.emit({ kind: 'stepFailed', stage: 'retrieve', message });
      // With evidence at hand (a selection, an earlier hop) the question goes on from that.
      if (this.found.length > 0) return [];
      throw new StageError('retrieve', message);
    }
  }

  /** Never rejects: the question can be answered without the last answer's places. */
  private async carry({ carried }: HopRequest): Promise<readonly Passage[]> {
    try {
      return (await carried?.()) ?? [];
    } catch (err) {
      const message = `The places of the last answer could not be read again: ${errorMessage(err)}`;
      this.sink.emit({ kind: 'stepFailed', stage: 'retrieve', message });
      return [];
    }
  }

  /**
   * Adds passages on what the best spans name, in the first hop of a question about documents (what code calls is found by
   * the symbol graph); false when there are none.
   */
  private async bridge(
    byId: Map<string, Passage>,
    { spans, result }: ReadPassages,
    { query, hop }: HopRequest,
    { searched, limit }: Pick<BridgeOptions, 'searched' | 'limit'>,
    signal: AbortSignal,
  ): Promise<boolean> {
    if (hop > 1 || result?.mayWiden !== true || spans.length === 0) return false;
    const startedMs = this.ports.clock.nowMs();
    const best = spans.toSorted((a, b) => b.score - a.score).map((span) => textOf(byId, span));
    const isRead = (passage: Passage): boolean => this.readPassages.has(passageKey(passage));
    try {
      const options = { question: query, best, limit, searched, isRead, signal };
      const found = await findBridge(this.ports.retriever, options);
      throwIfCancelled(signal);
      if (found === null || found.passages.length === 0) return false;
      for (const passage of found.passages) byId.set(`h${hop}b${byId.size}`, passage);
      for (const passage of found.passages) this.readPassages.add(passageKey(passage));
      const durationMs = Math.round(this.ports.clock.nowMs() - startedMs);
      const hits = [...byId.values()].map(toHit);
      this.sink.emit({ kind: 'retrievalFinished', hop, query: found.query, hits, durationMs });
      return true;
    } catch (err) {
      if (signal.aborted || CancelledError.is(err)) {
        this.adopt(byId, spans);
        throw new CancelledError();
      }
      // What the question's own words found is there.
      this.sink.emit({
        kind: 'stepFailed',
        stage: 'retrieve',
        message: `A further search failed: ${errorMessage(err)}`,
      });
      return false;
    }
  }

  /** `before`: what was read of some of the passages; it stands until as many are read again, and where that fails. */
  private async compress(
    byId: ReadonlyMap<string, Passage>,
    { critique, hop, tokenBudget }: HopRequest,
    signal: AbortSignal,
    before: ReadPassages = nothingRead,
  ): Promise<ReadPassages> {
    if (byId.size === 0) return nothingRead;
    const { granularity } = this.request;
    const startedMs = this.ports.clock.nowMs();
    let ranked = before.spans;
    try {
      const texts = [...byId].map(([id, { path, text, heading }]) => ({ id, path, text, heading }));
      const result = await this.ports.compressor.compress(texts, {
        question: critique,
        granularity,
        tokenBudget,
        signal,
        onRanked: ({ spans, passagesRead, passagesTotal }) => {
          if (passagesRead < before.passages) return;
          ranked = spans;
          const evidence = this.ranked([...this.found, ...numberSpans(byId, ranked, this.found)]);
          this.sink.emit({ kind: 'evidenceRanked', hop, passagesRead, passagesTotal, evidence });
        },
      });
      throwIfCancelled(signal);
      const durationMs = before.durationMs + Math.round(this.ports.clock.nowMs() - startedMs);
      return { spans: result.spans, result, passages: byId.size, durationMs };
    } catch (err) {
      if (signal.aborted || CancelledError.is(err)) {
        this.adopt(byId, ranked);
        throw new CancelledError();
      }
      const message = `The critic failed, so the evidence is less well chosen: ${errorMessage(err)}`;
      this.sink.emit({ kind: 'stepFailed', stage: 'compress', message });
      return { ...before, spans: ranked.length > 0 ? ranked : wholePassages(byId, tokenBudget) };
    }
  }

  private finishCompression(
    byId: ReadonlyMap<string, Passage>,
    { spans, result, durationMs }: ReadPassages,
    { hop, tokenBudget }: HopRequest,
  ): void {
    if (result === null) return;
    if (result.problem !== null) this.sink.emit({ kind: 'stepFailed', stage: 'compress', message: result.problem });
    const { tokensRead, tokensKept } = result;
    this.tokensRead += tokensRead;
    this.tokensKept += tokensKept;
    if (hop === 1) this.strength = result.strength ?? null;
    const keptOf = new Map<string, [number, number][]>([...byId.keys()].map((id) => [id, []]));
    for (const span of spans) keptOf.get(span.contextId)?.push([span.startOffset, span.endOffset]);
    const passages = [...byId].map(([id, passage]) => ({
      ...rangeWithin(passage, 0, passage.text.length),
      text: passage.text,
      kept: (keptOf.get(id) ?? []).toSorted((a, b) => a[0] - b[0]),
    }));
    const { granularity } = this.request;
    const counts = { tokensRead, tokensKept, durationMs };
    this.sink.emit({ kind: 'compressionFinished', hop, granularity, tokenBudget, passages, ...counts });
  }
}

/** What the critic made of passages. `result` is null where it failed, or there was nothing. */
interface ReadPassages {
  readonly spans: readonly RankedSpan[];
  readonly result: Compression | null;
  readonly passages: number;
  readonly durationMs: number;
}

const nothingRead: ReadPassages = { spans: [], result: null, passages: 0, durationMs: 0 };

function textOf(byId: ReadonlyMap<string, Passage>, { contextId, startOffset, endOffset }: RankedSpan): string {
  return byId.get(contextId)?.text.slice(startOffset, endOffset) ?? '';
}

function passageKey(passage: Passage): string {
  return `${passage.startOffset}:${passage.path}`;
}

function toHit(passage: Passage): RetrievalHit {
  const { heading, score, sources } = passage;
  return { ...rangeWithin(passage, 0, passage.text.length), heading, score, sources };
}

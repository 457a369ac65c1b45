/**
 * One workspace folder as lsp and cli use it: index, search, questions, symbols, traces. It knows only ports; the
 * concrete parts come from compose.ts.
 */
import { join } from 'node:path';
import type { AskResult } from '../../../protocol/ask';
import type { LedgerRow } from '../../../protocol/indexing';
import type { Anchor, CitedSlice } from '../../../protocol/sources';
import type { EvidenceSpan } from '../../../protocol/evidence';
import type { TraceEvent } from '../../../protocol/trace-events';
import type { TraceSummary } from '../../../protocol/traces';
import { answerQuestion } from '../answer/answer-question';
import { continueFrom } from '../answer/continue-run';
import type { NameLookUp } from '../answer/known-names';
import type {
  Answer,
  AnswerPorts,
  AnswerRequest,
  Compressor,
  DocumentSource,
  OpenedModel,
  SelectedText,
} from '../answer/ports';
import type {
  AskOptions,
  ContinueQuestion,
  IndexOptions,
  JoinedRoots,
  LedgerOptions,
  Question,
  WorkspaceSession,
} from '../application';
import type { Calculator } from '../compute/calculator';
import { HostSpeeds } from '../fold/host-speed';
import { RunControl } from '../fold/run-control';
import type { IndexStore, IndexTotals } from '../index/index-store';
import type { ModelHost } from '../llm/choose-model';
import type { Clock, FileSystem } from '../platform/ports';
import {
  describeSymbol,
  type DescribedStore,
  type LookedAt,
  type SymbolDescription,
} from '../retrieve/describe-symbol';
import type { Passage, Retriever } from '../retrieve/retriever';
import { createTraceRecorder, type TraceRecorder } from '../trace/trace-recorder';
import type { TraceSink } from '../trace/trace-sink';
import { CancelledError } from '../util/cancelled';
import { errorMessage } from '../util/error-message';
import { createDocuments } from './documents';
import { countRootTokens, joinDocuments, joinNames, readRootText, searchRoots, toSourceRoots } from './joined-roots';
import { readLedger } from './ledger';
import { locateSlices } from './locate-slices';
import { createNameLookUp } from './name-look-up';
import { findPassages } from './find-passages';
import { readPrevious } from './previous-turn';
import type { TraceLibrary } from './trace-library';

export interface WorkspaceParts {
  readonly root: string;
  readonly store: IndexStore;
  readonly retriever: Retriever;
  /** The names of the index, and of what stands on the screen. */
  readonly names: DescribedStore;
  /** The chunks of a file of the index, in their order, as they are searched: of what stands on the screen where that differs. */
  readonly chunksShown: IndexStore['chunksOf'];
  readonly calculator: Calculator;
  readonly compressor: (question: AskOptions) => Compressor;
  readonly traces: TraceLibrary;
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly modelHost: (question: AskOptions) => ModelHost;
  readonly index: (options: IndexOptions) => Promise<void>;
  readonly refresh: (paths: readonly string[], options: IndexOptions) => Promise<void>;
  readonly showUnsaved: (path: string, text: string | null) => Promise<void>;
  /** The decoded text of a file of the workspace, as the index sees it. */
  readonly readText: (path: string) => Promise<string>;
  /** Deletes the workspace's folder of kept things; the store is closed by then. */
  readonly remove: () => Promise<void>;
  readonly onClosed: () => void;
}

export class FolderSession implements WorkspaceSession {
  readonly documents: DocumentSource;
  readonly names: NameLookUp;
  private readonly speeds = new HostSpeeds();
  /** Texts on the screen by absolute path. */
  readonly #unsaved = new Map<string, string>();

  constructor(private readonly parts: WorkspaceParts) {
    this.documents = createDocuments(parts.store);
    this.names = createNameLookUp(parts.store);
  }

  get root(): string {
    return this.parts.root;
  }

  async index(options: IndexOptions): Promise<IndexTotals> {
    await this.parts.index(options);
    return this.totals();
  }

  refresh(paths: readonly string[], options: IndexOptions): Promise<void> {
    return this.parts.refresh(paths, options);
  }

  showUnsaved(path: string, text: string | null): Promise<void> {
    if (text === null) this.#unsaved.delete(path);
    else this.#unsaved.set(path, text);
    return this.parts.showUnsaved(path, text);
  }

  totals(): Promise<IndexTotals> {
    return this.parts.store.totals();
  }

  ledger(under: string | undefined, options: LedgerOptions = {}): Promise<readonly LedgerRow[]> {
    return readLedger(this.parts, under ?? '', options);
  }

  search(query: string, limit: number, signal: AbortSignal): Promise<readonly Passage[]> {
    return this.parts.retriever.retrieve(query, { limit, signal });
  }

  async ask(question: Question, options: AskOptions): Promise<AskResult> {
    const { joined } = options;
    const asked = { session: this, ...(joined ? { joined } : {}) };
    const previous = await readPrevious(question, asked);
    const recorder = this.createRecorder(question.traceFile, options);
    const request = { ...(await this.toRequest(question, joined)), ...previous.request };
    const ports = { ...this.answerPorts(question, options, recorder), ...previous.ports };
    const answer = await answerQuestion(request, ports, recorder, options.signal);
    return this.finish(answer, recorder, options);
  }

  async continueTrace(order: ContinueQuestion, options: AskOptions): Promise<AskResult> {
    const continued = continueFrom(order.events, order);
    const { question: text, mode, granularity, tokenBudget, paths } = continued.asked;
    const { model, windowTokens } = continued;
    const question: Question = {
      text,
      mode,
      granularity,
      tokenBudget,
      model,
      windowTokens,
      ...(paths ? { paths } : {}),
    };
    const recorder = this.createRecorder(order.traceFile, options);
    recorder.adopt(continued.events);
    // A run that only goes on replaces the one that broke off; a fork stands beside it.
    const isResumed = order.atStep === null && Object.keys(order.edit).length === 0 && order.traceFile === undefined;
    if ((await recorder.flush()) && isResumed) await this.parts.traces.remove(order.from);
    const ports = this.answerPorts(question, options, recorder);
    // How it was asked: what `auto` became is in the trace, and parts follow from it.
    const request = { ...(await this.toRequest(question, options.joined)), mode: continued.mode };
    const answer = await answerQuestion(request, ports, recorder, options.signal, continued);
    return this.finish(answer, recorder, options);
  }

  private createRecorder(traceFile: string | undefined, options: AskOptions): TraceRecorder {
    const { traces, clock, fileSystem } = this.parts;
    const listeners = options.onEvent ? [options.onEvent] : [];
    return createTraceRecorder({ clock, fileSystem, path: traceFile ?? traces.nextFile(), listeners });
  }

  private async finish(answer: Answer, recorder: TraceRecorder, options: AskOptions): Promise<AskResult> {
    const trace = await recorder.close();
    await this.parts.traces.prune(options.settings.trace.keep);
    const evidence = answer.evidence.map(({ id: _id, ...span }) => span);
    return { ...answer, ...(options.joined ? { roots: toSourceRoots(options.joined.roots) } : {}), evidence, trace };
  }

  private answerPorts(question: Question, options: AskOptions, sink: TraceSink): AnswerPorts {
    const { clock, compressor, calculator } = this.parts;
    const { joined } = options;
    const tell = (message: string): void => sink.emit({ kind: 'stepFailed', stage: 'retrieve', message });
    const control = options.control ?? new RunControl();
    control.onSteer = (action) => sink.emit({ kind: 'runSteered', action });
    return {
      ...{ clock, calculator, control, speeds: this.speeds },
      documents: joined ? joinDocuments(joined) : this.documents,
      retriever: joined ? searchRoots(joined, tell) : this.parts.retriever,
      names: joined ? joinNames(joined) : this.names,
      compressor: compressor(options),
      openModel: () => this.openModel(question, options),
    };
  }

  readText(path: string): Promise<string> {
    return this.parts.readText(path);
  }

  chunksOf(path: string): ReturnType<WorkspaceSession['chunksOf']> {
    return this.parts.store.chunksOf(path);
  }

  locate(slices: readonly CitedSlice[]): Promise<readonly Anchor[]> {
    const { root, readText } = this.parts;
    return locateSlices(slices, async (path) => this.#unsaved.get(join(root, path)) ?? readText(path));
  }

  passagesOf(slices: readonly CitedSlice[]): Promise<readonly (readonly Passage[])[]> {
    return findPassages(slices, this.parts.chunksShown);
  }

  async gather(question: string, tokenBudget: number, options: AskOptions): Promise<readonly EvidenceSpan[]> {
    const { granularity } = options.settings.compress;
    const asked = {
      text: question,
      mode: 'evidence',
      granularity,
      tokenBudget,
      model: 'none',
      windowTokens: 0,
    } as const;
    const ports = this.answerPorts(asked, options, silentSink);
    const request = await this.toRequest(asked);
    const { evidence, outcome, message } = await answerQuestion(request, ports, silentSink, options.signal);
    if (outcome === 'cancelled') throw new CancelledError();
    if (outcome === 'failed') throw new Error(message ?? 'The question failed.');
    return evidence;
  }

  describeSymbol(at: LookedAt, signal: AbortSignal): Promise<SymbolDescription | null> {
    return describeSymbol(this.parts.names, at, signal);
  }

  traces(): Promise<readonly TraceSummary[]> {
    return this.parts.traces.list();
  }

  readTrace(id: string): Promise<readonly TraceEvent[]> {
    return this.parts.traces.read(id);
  }

  async forget(): Promise<void> {
    await this.close();
    await this.parts.remove();
  }

  async close(): Promise<void> {
    this.parts.onClosed();
    await this.parts.store.close();
  }

  /** A model that cannot be opened leaves the evidence, and its sentence tells why there is no written answer. */
  private async openModel(question: Question, options: AskOptions): Promise<OpenedModel> {
    if (question.mode === 'evidence' || question.model === 'none') return { model: null, problem: null };
    try {
      const host = this.parts.modelHost(options);
      return { model: await host.open(question.model, question.windowTokens, options.signal), problem: null };
    } catch (error) {
      return { model: null, problem: CancelledError.is(error) ? null : errorMessage(error) };
    }
  }

  private async toRequest(
    question: Pick<Question, 'text' | 'mode' | 'granularity' | 'tokenBudget' | 'selection' | 'paths'>,
    joined?: JoinedRoots,
  ): Promise<AnswerRequest> {
    const selection = question.selection ? await this.readSelection(question.selection, joined) : null;
    const scope = joined
      ? {
          workspace: joined.roots.map(({ path }) => path).join(', '),
          roots: toSourceRoots(joined.roots),
          problems: joined.problems,
          workspaceTokens: await countRootTokens(joined),
        }
      : { workspace: this.parts.root, workspaceTokens: (await this.parts.store.totals()).tokens };
    return {
      question: question.text,
      ...scope,
      mode: question.mode,
      granularity: question.granularity,
      tokenBudget: question.tokenBudget,
      ...(selection ? { selection } : {}),
      ...(question.paths ? { paths: question.paths } : {}),
    };
  }

  /** Offsets come from the client: they are clamped to the text as it is now, and an empty slice is no selection. */
  private async readSelection(
    selection: NonNullable<Question['selection']>,
    joined: JoinedRoots | undefined,
  ): Promise<SelectedText | null> {
    const { path } = selection;
    const text = await (joined ? readRootText(joined, path) : this.parts.readText(path));
    const startOffset = Math.min(Math.max(0, selection.start), text.length);
    const endOffset = Math.min(Math.max(startOffset, selection.end), text.length);
    if (startOffset === endOffset) return null;
    const startLine = text.slice(0, startOffset).split('\n').length - 1;
    return { path, startOffset, endOffset, startLine, text: text.slice(startOffset, endOffset) };
  }
}

const silentSink: TraceSink = { emit: () => undefined };

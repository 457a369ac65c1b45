/**
 * What the language server and the command line can do with a workspace, whoever asks. The concrete parts behind
 * it are put together in compose.ts; nothing here knows of LSP, terminals or SQLite.
 */
import type { AskResult } from '../../protocol/ask';
import type { LedgerRow } from '../../protocol/indexing';
import type { ModelList } from '../../protocol/models';
import type { OutboundLog } from '../../protocol/network';
import type { SourceRoot } from '../../protocol/roots';
import type { Settings } from '../../protocol/settings';
import type { Anchor, CitedSlice } from '../../protocol/sources';
import type { EvidenceSpan } from '../../protocol/evidence';
import type { AnswerMode, Granularity, TraceEvent } from '../../protocol/trace-events';
import type { TraceSummary } from '../../protocol/traces';
import type { ContinueOrder } from './answer/continue-run';
import type { NameLookUp } from './answer/known-names';
import type { DocumentSource } from './answer/ports';
import type { AbstentionRow } from './eval/measure-abstention';
import type { AnswersRow } from './eval/measure-answers';
import type { EvidenceRequest, EvidenceRow } from './eval/measure-evidence';
import type { RepoQaRequest, RepoQaRow } from './eval/measure-repo-qa';
import type { TokensRow } from './eval/measure-tokens';
import type { EvaluationRequest } from './eval/run-evaluation';
import type { RunControl } from './fold/run-control';
import type { IndexTotals } from './index/index-store';
import type { LookedAt, SymbolDescription } from './retrieve/describe-symbol';
import type { EditorHost } from './llm/editor-host';
import type { PullOptions } from './llm/ollama-pull';
import type { Passage } from './retrieve/retriever';
import type { Pause } from './workspace/pause-gate';

/** A question with everything that steers it; offsets of `selection` are UTF-16 into the file's text. */
export interface Question {
  readonly text: string;
  /** As in `AskParams`. */
  readonly previous?: string;
  readonly previousTrace?: string;
  readonly mode: AnswerMode;
  readonly granularity: Granularity;
  readonly tokenBudget: number;
  /** `auto`, `none`, `ollama:NAME`, `openai:NAME`, `embedded:FILE` or `editor:VENDOR/NAME`. */
  readonly model: string;
  /** Window to ask the model for, in its tokens; 0: the model's own. */
  readonly windowTokens: number;
  /** `path` as paths of the answer are. */
  readonly selection?: { readonly path: string; readonly start: number; readonly end: number };
  /** In the mode `everything`: files and folders to read, relative to the workspace; absent: all of it. */
  readonly paths?: readonly string[];
  /** Where to write the trace; absent: the workspace's trace folder. */
  readonly traceFile?: string;
}

export interface CompressQuestion extends Pick<Question, 'text' | 'granularity' | 'tokenBudget'> {
  /** Of the tokens read, 0 to 1; the smaller of both budgets counts. */
  readonly tokenShare?: number;
  /** What to look out for, in the user's own words: it stands in the question segment, behind the question. */
  readonly instruction?: string;
  /** Least probability, 0 to 1, that what is kept helps to answer. */
  readonly threshold?: number;
}

export interface IndexProgress {
  readonly phase: 'waiting' | 'paused' | 'walking' | 'indexing' | 'symbols';
  readonly filesDone: number;
  readonly filesTotal: number;
}

export interface IndexOptions {
  readonly settings: Settings;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: IndexProgress) => void;
  /** Read every file again instead of only the changed ones. */
  readonly rebuild?: boolean;
  /** A question waits: the structure of very many files is left to another run. */
  readonly forQuestion?: boolean;
  /** Asked before each file whether indexing may go on. */
  readonly pause?: Pause;
  /** Relative paths of what the user looks at: read before the others. */
  readonly first?: () => readonly string[];
}

export interface LedgerOptions {
  /** Counts the files inside of excluded folders, on the disk. */
  readonly count?: boolean;
  readonly signal?: AbortSignal;
}

export interface AskOptions {
  readonly settings: Settings;
  readonly signal: AbortSignal;
  readonly onEvent?: (event: TraceEvent) => void;
  /** Several folders, this one among them: all are searched, and paths begin with a folder's name. */
  readonly joined?: JoinedRoots;
  /** The user's hand on the run; absent: nobody steers it. */
  readonly control?: RunControl;
}

/** A folder that is asked together with others. */
export interface AskedRoot extends SourceRoot {
  readonly session: WorkspaceSession;
}

export interface JoinedRoots {
  /** At least one. */
  readonly roots: readonly AskedRoot[];
  /** One sentence for each folder that is left out or not complete. */
  readonly problems: readonly string[];
}

/** A recorded fold to go on with. */
export interface ContinueQuestion extends Omit<ContinueOrder, 'from'> {
  readonly events: readonly TraceEvent[];
  /** Name of the trace; a resumed one of the workspace's own is replaced by the new one. */
  readonly from: string;
  readonly traceFile?: string;
}

export interface CompressedFile {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly startLine: number;
  readonly endLine: number;
  readonly text: string;
  readonly score: number;
}

/** One workspace folder: its index, its questions, its traces. */
export interface WorkspaceSession {
  readonly root: string;
  /** The indexed documents in reading order, without a search. */
  readonly documents: DocumentSource;
  /** Which names the index knows. */
  readonly names: NameLookUp;
  index(options: IndexOptions): Promise<IndexTotals>;
  /** Reads single files again after they were saved, created or deleted. Absolute paths. */
  refresh(paths: readonly string[], options: IndexOptions): Promise<void>;
  /**
   * What stands on the screen of this process: where it is not what is saved, it is searched and cited instead. Null: the
   * file is closed. `path` is absolute.
   */
  showUnsaved(path: string, text: string | null): Promise<void>;
  totals(): Promise<IndexTotals>;
  /** Files and what was left out, sorted by path; `under` is a path of the workspace. Nothing is walked again. */
  ledger(under: string | undefined, options?: LedgerOptions): Promise<readonly LedgerRow[]>;
  search(query: string, limit: number, signal: AbortSignal): Promise<readonly Passage[]>;
  ask(question: Question, options: AskOptions): Promise<AskResult>;
  /** Goes on with a recorded fold; one over several folders needs all of them in `joined`. @throws Error with one sentence */
  continueTrace(order: ContinueQuestion, options: AskOptions): Promise<AskResult>;
  /** The text of an indexed file, as its chunks' offsets count in it. */
  readText(path: string): Promise<string>;
  /** The index's chunks of a file, in their order. */
  chunksOf(path: string): Promise<readonly { readonly startOffset: number; readonly endOffset: number }[]>;
  /** Where cited words stand now, one anchor a slice; never rejects for a file that is gone. */
  locate(slices: readonly CitedSlice[]): Promise<readonly Anchor[]>;
  /**
   * The passages in which cited words stand now, as a search would give them: a list a slice, empty where the words are gone
   * or the file is no longer indexed.
   */
  passagesOf(slices: readonly CitedSlice[]): Promise<readonly (readonly Passage[])[]>;
  /** The evidence that `ask` would start from without a model, best first; leaves no trace. */
  gather(question: string, tokenBudget: number, options: AskOptions): Promise<readonly EvidenceSpan[]>;
  /** What a name means where it is written and who uses it; null when the index knows nothing. @throws CancelledError */
  describeSymbol(at: LookedAt, signal: AbortSignal): Promise<SymbolDescription | null>;
  traces(): Promise<readonly TraceSummary[]>;
  readTrace(id: string): Promise<readonly TraceEvent[]>;
  /** Deletes the index and all traces of this workspace; the session is closed afterwards. */
  forget(): Promise<void>;
  close(): Promise<void>;
}

export interface Application {
  /** Opens the session of a folder once; a missing folder is a `FileError`. */
  workspace(root: string): Promise<WorkspaceSession>;
  /** Requests that went out to other programs, or were refused. */
  outboundLog(): OutboundLog;
  models(settings: Settings, signal: AbortSignal): Promise<ModelList>;
  /** Fetches a model into Ollama, which the user has agreed to. */
  pullModel(name: string, settings: Settings, options: PullOptions): Promise<void>;
  /** The editor that the server works for; null again when it has gone. */
  attachEditor(editor: EditorHost | null): void;
  /** Compresses files for a question without an index. */
  compress(
    files: readonly string[],
    question: CompressQuestion,
    options: Pick<AskOptions, 'settings' | 'signal'>,
  ): Promise<CompressResult>;
  /** The words of files that answer a question, without an index and without a language model. */
  extract(
    files: readonly string[],
    question: string,
    options: Pick<AskOptions, 'settings' | 'signal'>,
  ): Promise<ExtractResult>;
  /** How much of known evidence is kept, on labelled records. */
  measureEvidence(request: EvidenceRequest): Promise<readonly EvidenceRow[]>;
  /** How well the critic answers without a language model, on labelled records. */
  measureAnswers(request: EvaluationRequest): Promise<readonly AnswersRow[]>;
  /** Whether too weak evidence is known for it, on labelled records. */
  measureAbstention(request: EvaluationRequest): Promise<readonly AbstentionRow[]>;
  /** How much of what answers questions about repositories is in their evidence. */
  measureRepoQa(request: RepoQaRequest): Promise<readonly RepoQaRow[]>;
  /** How many tokens of evidence questions need until all their gold is among them. */
  measureTokens(request: EvaluationRequest): Promise<readonly TokensRow[]>;
  readTraceFile(path: string): Promise<readonly TraceEvent[]>;
  /** Writes a trace as one self-contained HTML page. */
  writeTracePage(target: string, events: readonly TraceEvent[]): Promise<void>;
  dispose(): Promise<void>;
}

export interface CompressResult {
  readonly spans: readonly CompressedFile[];
  readonly tokensRead: number;
  readonly tokensKept: number;
  /** One sentence a file that could not be read, and one where BM25 alone chose the spans. */
  readonly problems: readonly string[];
}

export interface ExtractResult {
  /** Null where the files do not seem to hold an answer. Offsets are UTF-16; line and column 1-based. */
  readonly answer: {
    readonly path: string;
    readonly start: number;
    readonly end: number;
    readonly line: number;
    readonly column: number;
    readonly text: string;
  } | null;
  /** That the files hold an answer, 0 to 1. */
  readonly probability: number;
  /** One sentence a file that could not be read. */
  readonly problems: readonly string[];
}

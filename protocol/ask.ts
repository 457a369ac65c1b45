/**
 * Asking a question. The client makes a progress token, registers for it, then sends the request; the server
 * streams `TraceEvent[]` batches under that token before it answers. Cancelling the request stops the question
 * within a second; what was found by then is in the result.
 */
import { ProgressType, RequestType } from 'vscode-languageserver-protocol';
import type { SourceRoot } from './roots';
import type { Citation, ClaimCheck, ComputedFact, EvidenceSpan } from './evidence';
import type { SteerAction } from './folds';
import type { AnswerMode, AskOutcome, Granularity, TokenCounts, TraceEvent } from './trace-events';

export interface AskParams {
  /** URI of the workspace folder to ask about; its settings hold for the question. */
  readonly workspaceUri: string;
  /** URIs of further folders that are asked together with it: paths then begin with a folder's name (`roots`). */
  readonly furtherUris?: readonly string[];
  readonly question: string;
  /** The question asked before in the same conversation, as it stood alone; for questions that point back to it. */
  readonly previous?: string;
  /**
   * Name of the trace of that turn, as `longfold/trace/list` has it: of a question that points back, what was found then is
   * read again. Without `previous` the question comes from there, too.
   */
  readonly previousTrace?: string;
  /** Settings of this one question; what is absent comes from the configuration. */
  readonly mode?: AnswerMode;
  readonly granularity?: Granularity;
  readonly tokenBudget?: number;
  /** `ollama:NAME`, `embedded:FILE` or `none`. */
  readonly model?: string;
  /** A selection to explain: its text becomes the first evidence. */
  readonly selection?: { readonly uri: string; readonly start: number; readonly end: number };
  /** In the mode `everything`: files and folders to read, relative to the folder; absent: all of it. */
  readonly paths?: readonly string[];
  readonly traceToken?: string | number;
}

export interface SteerParams {
  /** The `traceToken` that the question was asked with. */
  readonly traceToken: string | number;
  readonly action: SteerAction;
}

/** The answer as the command line prints it with `--json`; `ask-result.schema.json` is its JSON Schema. */
export interface AskResult {
  readonly question: string;
  /** The folders, when several were asked at once and paths begin with their names; absent of one. */
  readonly roots?: readonly SourceRoot[];
  readonly answer: string;
  readonly outcome: AskOutcome;
  /** What was really done: one pass, a fold, a reading of everything, or evidence only. */
  readonly mode: Exclude<AnswerMode, 'auto'>;
  readonly model: string | null;
  readonly evidence: readonly Omit<EvidenceSpan, 'id'>[];
  readonly citations: readonly Citation[];
  /** Every sentence of the answer that says something, with what became of its check. */
  readonly claims: readonly ClaimCheck[];
  /** What was worked out for it, with the places of its operands; absent: nothing was. */
  readonly computed?: ComputedFact;
  readonly tokens: TokenCounts;
  readonly seconds: number;
  /** Absolute path of the trace file; null when none could be written. */
  readonly trace: string | null;
  /** One plain sentence when the outcome is not `answered`, else null. */
  readonly message: string | null;
}

/** extension → server: answer a question about one workspace folder or several. */
export const AskRequest = new RequestType<AskParams, AskResult, void>('longfold/question/ask');
/**
 * extension → server: pause a fold between two steps, go on, or have the answer now, from the memory so far. False: no
 * such question is running.
 */
export const SteerRequest = new RequestType<SteerParams, boolean, void>('longfold/question/steer');
/** server → extension, under `AskParams.traceToken`: the next events of that question, in order. */
export const TraceProgress = new ProgressType<readonly TraceEvent[]>();

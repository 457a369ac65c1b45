/** Traces kept of a workspace. */
import { RequestType } from 'vscode-languageserver-protocol';
import type { AskResult } from './ask';
import type { FoldRequest } from './folds';
import type { TraceEvent } from './trace-events';

export interface TraceSummary {
  readonly id: string;
  readonly question: string;
  readonly startedAt: string;
  readonly outcome: string;
  /** A fold that was not finished: `longfold/trace/continue` goes on with it. */
  readonly canContinue: boolean;
}
export interface ReadTraceParams {
  readonly workspaceUri: string;
  readonly id: string;
}
/** extension → server: the newest traces first. */
export const ListTracesRequest = new RequestType<{ readonly workspaceUri: string }, readonly TraceSummary[], void>(
  'longfold/trace/list',
);
/** extension → server: all events of one trace. */
export const ReadTraceRequest = new RequestType<ReadTraceParams, readonly TraceEvent[], void>('longfold/trace/read');

/** Goes on with a recorded fold: from its last whole step, or after step `atStep` with another memory or plan. */
export interface ContinueTraceParams {
  /** The folder that keeps the trace; of a question about several, all have to be open in the client. */
  readonly workspaceUri: string;
  readonly id: string;
  /** Fold steps of the trace to keep, from 0; absent: all that are whole. */
  readonly atStep?: number;
  /** Instead of the memory after that step: a fact a line, each with the ids of its spans, as in `- fact [S1][S2]`. */
  readonly memory?: string;
  readonly plan?: string;
  readonly next?: FoldRequest;
  readonly traceToken?: string | number;
}

export interface ReplayTraceResult {
  /** Fold steps of the trace. */
  readonly steps: number;
  /** One sentence for each step that does not lead to the recorded state; none: all do. */
  readonly differences: readonly string[];
}

/** extension → server: goes on with an unfinished question, or with a fork of one. Events come as for a new question. */
export const ContinueTraceRequest = new RequestType<ContinueTraceParams, AskResult, void>('longfold/trace/continue');
/** extension → server: rebuilds every state of a trace's folds without a model. */
export const ReplayTraceRequest = new RequestType<ReadTraceParams, ReplayTraceResult, void>('longfold/trace/replay');

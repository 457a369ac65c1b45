/** Traces kept of a workspace. */
import { RequestType } from 'vscode-languageserver-protocol';
import type { TraceEvent } from './trace-events';

export interface TraceSummary {
  readonly id: string;
  readonly question: string;
  readonly startedAt: string;
  readonly outcome: string;
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

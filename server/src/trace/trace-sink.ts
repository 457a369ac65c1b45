/** Where the pipeline puts its events. Emitting never throws and never waits: a full disk must not stop an answer. */
import type { TraceEvent, TraceEventBody } from '../../../protocol/trace-events';

export interface TraceSink {
  emit(event: TraceEventBody): void;
}

export type TraceListener = (event: TraceEvent) => void;

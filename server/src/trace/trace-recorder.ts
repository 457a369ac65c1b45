/**
 * Records one question: numbers the events, stamps them, hands them to the listeners and appends them to a JSON Lines
 * file. Emitting neither throws nor waits; when the file cannot be written the listeners hear it once and the answer
 * goes on. Text deltas and the rankings in between are streamed only: the file keeps the last ranking of a hop.
 */
import type { TraceEvent, TraceEventBody } from '../../../protocol/trace-events';
import type { Clock, FileSystem } from '../platform/ports';
import { errorMessage } from '../util/error-message';
import type { TraceListener, TraceSink } from './trace-sink';

export interface TraceRecorderOptions {
  readonly clock: Clock;
  readonly fileSystem: Pick<FileSystem, 'writeText' | 'appendText'>;
  /** Absolute path of the trace file, replaced when it is there; null: nothing is kept. */
  readonly path: string | null;
  readonly listeners: readonly TraceListener[];
}

export interface TraceRecorder extends TraceSink {
  /** Takes the beginning of an older trace as its own, before anything is emitted; numbers and times go on from there. */
  adopt(events: readonly TraceEvent[]): void;
  /** Waits until what was emitted is written. False: the file could not be written. */
  flush(): Promise<boolean>;
  /** Waits until all is written. The path, or null when there is no complete file. */
  close(): Promise<string | null>;
}

export function createTraceRecorder(options: TraceRecorderOptions): TraceRecorder {
  return new FileTraceRecorder(options);
}

class FileTraceRecorder implements TraceRecorder {
  private startedMs: number;
  private seq = 0;
  private heldRanking: TraceEvent | null = null;
  private pending: string[] = [];
  private writing: Promise<void> | null = null;
  private hasFile = false;
  private hasFailed = false;

  constructor(private readonly options: TraceRecorderOptions) {
    this.startedMs = options.clock.nowMs();
  }

  emit(body: TraceEventBody): void {
    const event: TraceEvent = { ...body, seq: this.seq, atMs: Math.round(this.options.clock.nowMs() - this.startedMs) };
    this.seq += 1;
    this.tell(event);
    this.keep(event);
  }

  adopt(events: readonly TraceEvent[]): void {
    for (const event of events) {
      this.tell(event);
      this.write(event);
    }
    const last = events.at(-1);
    this.seq = (last?.seq ?? -1) + 1;
    this.startedMs -= last?.atMs ?? 0;
  }

  async flush(): Promise<boolean> {
    while (this.writing !== null) await this.writing;
    return this.hasFile && !this.hasFailed;
  }

  async close(): Promise<string | null> {
    this.releaseRanking();
    return (await this.flush()) ? this.options.path : null;
  }

  private tell(event: TraceEvent): void {
    for (const listener of this.options.listeners) {
      try {
        listener(event);
      } catch {
        // A listener is a window or a socket that may be gone; the question must not depend on it.
      }
    }
  }

  private keep(event: TraceEvent): void {
    if (event.kind === 'answerDelta') return;
    if (event.kind === 'evidenceRanked') {
      // Held back until another kind of event shows that it was the last one: `seq` in the file still rises.
      if (this.heldRanking?.kind === 'evidenceRanked' && this.heldRanking.hop !== event.hop) this.releaseRanking();
      this.heldRanking = event;
      return;
    }
    this.releaseRanking();
    this.write(event);
  }

  private releaseRanking(): void {
    if (this.heldRanking !== null) this.write(this.heldRanking);
    this.heldRanking = null;
  }

  private write(event: TraceEvent): void {
    if (this.options.path === null || this.hasFailed) return;
    this.pending.push(`${JSON.stringify(event)}\n`);
    this.writing ??= this.drain(this.options.path);
  }

  /** One append at a time, in order; what comes meanwhile goes into the next one. */
  private async drain(path: string): Promise<void> {
    try {
      while (this.pending.length > 0) {
        const text = this.pending.join('');
        this.pending = [];
        if (this.hasFile) await this.options.fileSystem.appendText(path, text);
        else await this.options.fileSystem.writeText(path, text);
        this.hasFile = true;
      }
    } catch (err) {
      this.hasFailed = true;
      this.pending = [];
      this.emit({
        kind: 'stepFailed',
        stage: 'trace',
        message: `The trace could not be written to ${path} (${errorMessage(err)}); the answer is not affected.`,
      });
    } finally {
      this.writing = null;
    }
  }
}

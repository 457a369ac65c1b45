/** The questions that are being answered: their events go out in batches, and the user's hand reaches them by token. */
import type { Connection } from 'vscode-languageserver';
import { SteerRequest, TraceProgress, type TraceEvent } from '../../../protocol';
import type { AskResult } from '../../../protocol/ask';
import { RunControl } from '../fold/run-control';

/** Text deltas are gathered this long, so that a fast model does not flood the client. */
const batchMs = 40;

type TraceToken = string | number;

export class RunningQuestions {
  private readonly controls = new Map<TraceToken, RunControl>();

  constructor(private readonly connection: Connection) {
    connection.onRequest(SteerRequest, ({ traceToken, action }) => {
      const control = this.controls.get(traceToken);
      control?.steer(action);
      return control !== undefined;
    });
  }

  /** Runs one question; its events go out under `traceToken`, all before the result. */
  async run(
    traceToken: TraceToken | undefined,
    answer: (run: {
      readonly control: RunControl;
      readonly onEvent: (event: TraceEvent) => void;
    }) => Promise<AskResult>,
  ): Promise<AskResult> {
    const control = new RunControl();
    if (traceToken !== undefined) this.controls.set(traceToken, control);
    const batch = createBatch((events) => {
      if (traceToken === undefined) return;
      void this.connection.sendProgress(TraceProgress, traceToken, events).catch(() => undefined);
    });
    try {
      return await answer({ control, onEvent: batch.add });
    } finally {
      if (traceToken !== undefined) this.controls.delete(traceToken);
      batch.flush();
    }
  }
}

function createBatch(send: (events: readonly TraceEvent[]) => void): {
  readonly add: (event: TraceEvent) => void;
  readonly flush: () => void;
} {
  let events: TraceEvent[] = [];
  let timer: NodeJS.Timeout | undefined;
  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (events.length > 0) send(events);
    events = [];
  };
  const add = (event: TraceEvent): void => {
    events.push(event);
    timer ??= setTimeout(flush, batchMs);
  };
  return { add, flush };
}

/** `longfold/question/ask`: answers a question and streams its trace under the token that the client made. */
import type { Connection } from 'vscode-languageserver';
import { AskRequest, TraceProgress, type AskParams, type TraceEvent } from '../../../protocol';
import type { Question } from '../application';
import { toAbortSignal } from './cancellation';
import type { Configuration } from './configuration';
import { fromWireUri, pathInside } from './uris';
import type { Workspaces } from './workspaces';

/** Text deltas are gathered this long, so that a fast model does not flood the client. */
const batchMs = 40;

export function registerAsk(connection: Connection, workspaces: Workspaces, configuration: Configuration): void {
  connection.onRequest(AskRequest, async (params, token) => {
    const signal = toAbortSignal(token);
    const session = await workspaces.session(params.workspaceUri);
    const settings = await configuration.settingsOf(params.workspaceUri);
    const question = toQuestion(params, session.root, settings);
    // The first run of a folder must have something to search; later runs search what is there while it is updated.
    const totals = await session.totals();
    if (totals.indexed === 0) await workspaces.update(params.workspaceUri, { rebuild: false });
    const batch = createBatch((events) => sendEvents(connection, params, events));
    try {
      return await session.ask(question, { settings, signal, onEvent: batch.add });
    } finally {
      batch.flush();
    }
  });
}

function toQuestion(
  params: AskParams,
  root: string,
  settings: Awaited<ReturnType<Configuration['settingsOf']>>,
): Question {
  const question: Question = {
    text: params.question,
    ...(params.previous === undefined ? {} : { previous: params.previous }),
    mode: params.mode ?? settings.answer.mode,
    granularity: params.granularity ?? settings.compress.granularity,
    tokenBudget: params.tokenBudget ?? settings.compress.tokenBudget,
    model: params.model ?? settings.model.use,
    windowTokens: settings.model.windowTokens,
  };
  const selection = params.selection;
  const file = selection && fromWireUri(selection.uri);
  const path = file === undefined ? undefined : pathInside(root, file);
  return selection && path !== undefined
    ? { ...question, selection: { path, start: selection.start, end: selection.end } }
    : question;
}

function sendEvents(connection: Connection, params: AskParams, events: readonly TraceEvent[]): void {
  if (params.traceToken === undefined) return;
  void connection.sendProgress(TraceProgress, params.traceToken, events).catch(() => undefined);
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

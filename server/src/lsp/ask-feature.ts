/** `longfold/question/ask`: answers a question and streams its trace under the token that the client made. */
import type { Connection } from 'vscode-languageserver';
import { AskRequest, type AskParams } from '../../../protocol';
import type { Question } from '../application';
import { toAbortSignal } from './cancellation';
import type { Configuration } from './configuration';
import type { RunningQuestions } from './running-questions';
import { fromWireUri, pathInside } from './uris';
import type { Workspaces } from './workspaces';

export function registerAsk(
  connection: Connection,
  workspaces: Workspaces,
  configuration: Configuration,
  running: RunningQuestions,
): void {
  connection.onRequest(AskRequest, async (params, token) => {
    const signal = toAbortSignal(token);
    const session = await workspaces.session(params.workspaceUri);
    const settings = await configuration.settingsOf(params.workspaceUri);
    const question = toQuestion(params, session.root, settings);
    // The first run of a folder must have something to search; later runs search what is there while it is updated.
    const totals = await session.totals();
    if (totals.indexed === 0) await workspaces.update(params.workspaceUri, { rebuild: false });
    return running.run(params.traceToken, (run) => session.ask(question, { settings, signal, ...run }));
  });
}

function toQuestion(
  params: AskParams,
  root: string,
  settings: Awaited<ReturnType<Configuration['settingsOf']>>,
): Question {
  const question: Question = {
    text: params.question,
    mode: params.mode ?? settings.answer.mode,
    granularity: params.granularity ?? settings.compress.granularity,
    tokenBudget: params.tokenBudget ?? settings.compress.tokenBudget,
    model: params.model ?? settings.model.use,
    windowTokens: settings.model.windowTokens,
    ...(params.paths === undefined ? {} : { paths: params.paths }),
  };
  const selection = params.selection;
  const file = selection && fromWireUri(selection.uri);
  const path = file === undefined ? undefined : pathInside(root, file);
  return selection && path !== undefined
    ? { ...question, selection: { path, start: selection.start, end: selection.end } }
    : question;
}

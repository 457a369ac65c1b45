/**
 * `longfold/question/ask`: answers a question about one folder, or several at once, and streams its trace under the token that
 * the client made.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from 'vscode-languageserver';
import { AskRequest, type AskParams } from '../../../protocol';
import type { Question } from '../application';
import { openRoots, toToldPath, type AskedFolders, type OpenedRoot } from '../session/joined-roots';
import { toAbortSignal } from './cancellation';
import type { Configuration } from './configuration';
import type { RunningQuestions } from './running-questions';
import { fromWireUri } from './uris';
import type { Workspaces } from './workspaces';

/** So long a question about several folders waits for one that was never indexed. */
const firstRunMs = 10_000;

export function registerAsk(
  connection: Connection,
  workspaces: Workspaces,
  configuration: Configuration,
  running: RunningQuestions,
): void {
  connection.onRequest(AskRequest, async (params, token) => {
    const signal = toAbortSignal(token);
    const settings = await configuration.settingsOf(params.workspaceUri);
    const asked = await openAsked(workspaces, params, signal);
    const question = toQuestion(params, asked, settings);
    const { session, ...scope } = asked;
    return running.run(params.traceToken, (run) => session.ask(question, { settings, signal, ...run, ...scope }));
  });
}

async function openAsked(
  workspaces: Workspaces,
  { workspaceUri, furtherUris = [] }: AskParams,
  signal: AbortSignal,
): Promise<AskedFolders> {
  const uris = [...new Set([workspaceUri, ...furtherUris])];
  if (uris.length === 1) {
    const session = await workspaces.session(workspaceUri);
    // The first run of a folder must have something to search; later runs search what is there while it is updated.
    if ((await session.totals()).indexed === 0) await workspaces.update(workspaceUri, { rebuild: false });
    return { session };
  }
  const folders = uris.map((uri) => ({ uri, name: workspaces.nameOf(uri), path: fromWireUri(uri) ?? uri }));
  const joined = await openRoots(folders, ({ uri }) => openAmongOthers(workspaces, uri, signal));
  const session = joined.roots[0]?.session ?? (await workspaces.session(workspaceUri));
  return { session, joined };
}

/** Of several folders none waits long for another's first run: it is searched as far as it is indexed. */
async function openAmongOthers(workspaces: Workspaces, uri: string, signal: AbortSignal): Promise<OpenedRoot> {
  const session = await workspaces.session(uri);
  if ((await session.totals()).indexed > 0) return { session, problem: null };
  const isDone = await isDoneWithin(workspaces.update(uri, { rebuild: false }), firstRunMs, signal);
  const { phase, message } = workspaces.status(uri);
  if (phase === 'failed') throw new Error(message ?? 'It could not be indexed.');
  return { session, problem: isDone ? null : 'It is still being indexed, so what is in it may be missing here.' };
}

/** False when the time is over or the question is cancelled before. */
function isDoneWithin(work: Promise<void>, limitMs: number, signal: AbortSignal): Promise<boolean> {
  const late = sleep(limitMs, false, { signal, ref: false }).catch(() => false);
  return Promise.race([work.then(() => true), late]);
}

function toQuestion(
  params: AskParams,
  asked: AskedFolders,
  settings: Awaited<ReturnType<Configuration['settingsOf']>>,
): Question {
  const question: Question = {
    text: params.question,
    ...(params.previous === undefined ? {} : { previous: params.previous }),
    ...(params.previousTrace === undefined ? {} : { previousTrace: params.previousTrace }),
    mode: params.mode ?? settings.answer.mode,
    granularity: params.granularity ?? settings.compress.granularity,
    tokenBudget: params.tokenBudget ?? settings.compress.tokenBudget,
    model: params.model ?? settings.model.use,
    windowTokens: settings.model.windowTokens,
    ...(params.paths === undefined ? {} : { paths: params.paths }),
  };
  const { selection } = params;
  const file = selection && fromWireUri(selection.uri);
  const path = file === undefined ? undefined : toToldPath(asked, file);
  return selection && path !== undefined
    ? { ...question, selection: { path, start: selection.start, end: selection.end } }
    : question;
}

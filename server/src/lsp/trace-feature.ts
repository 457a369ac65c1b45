/** `longfold/trace/…`: kept traces listed, read, replayed without a model, and gone on with. */
import type { Connection } from 'vscode-languageserver';
import {
  ContinueTraceRequest,
  ListTracesRequest,
  ReadTraceRequest,
  ReplayTraceRequest,
  type ContinueTraceParams,
} from '../../../protocol';
import type { FoldEdit } from '../answer/continue-run';
import { parseMemoryText } from '../fold/parse-step-reply';
import { replayFold } from '../fold/replay-fold';
import { reopenRoots, rootsOf } from '../session/joined-roots';
import { toAbortSignal } from './cancellation';
import type { Configuration } from './configuration';
import type { RunningQuestions } from './running-questions';
import type { Workspaces } from './workspaces';

export function registerTraces(
  connection: Connection,
  workspaces: Workspaces,
  configuration: Configuration,
  running: RunningQuestions,
): void {
  connection.onRequest(ListTracesRequest, async ({ workspaceUri }) =>
    (await workspaces.session(workspaceUri)).traces(),
  );
  connection.onRequest(ReadTraceRequest, async ({ workspaceUri, id }) =>
    (await workspaces.session(workspaceUri)).readTrace(id),
  );
  connection.onRequest(ReplayTraceRequest, async ({ workspaceUri, id }) => {
    const session = await workspaces.session(workspaceUri);
    const { parts, differences } = replayFold(await session.readTrace(id));
    return { steps: parts.reduce((sum, part) => sum + part.states.length, 0), differences };
  });
  connection.onRequest(ContinueTraceRequest, async (params, token) => {
    const session = await workspaces.session(params.workspaceUri);
    const settings = await configuration.settingsOf(params.workspaceUri);
    const events = await session.readTrace(params.id);
    const order = { events, from: params.id, atStep: params.atStep ?? null, edit: toEdit(params) };
    const signal = toAbortSignal(token);
    const roots = rootsOf(events);
    const scope = roots ? { joined: await reopenRoots(roots, (root) => workspaces.sessionAt(root.path)) } : {};
    return running.run(params.traceToken, (run) =>
      session.continueTrace(order, { settings, signal, ...run, ...scope }),
    );
  });
}

function toEdit({ memory, plan, next }: ContinueTraceParams): FoldEdit {
  return {
    ...(memory === undefined ? {} : { memory: parseMemoryText(memory) }),
    ...(plan === undefined ? {} : { plan }),
    ...(next === undefined ? {} : { next }),
  };
}

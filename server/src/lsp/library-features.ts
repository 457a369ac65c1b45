/** Lists: the models that can be used now, the traces kept of a workspace, and what went out over the network. */
import type { Connection } from 'vscode-languageserver';
import { ListModelsRequest, ListTracesRequest, OutboundLogRequest, ReadTraceRequest } from '../../../protocol';
import type { Application } from '../application';
import { toAbortSignal } from './cancellation';
import type { Configuration } from './configuration';
import type { Workspaces } from './workspaces';

export function registerLibraries(
  connection: Connection,
  application: Application,
  workspaces: Workspaces,
  configuration: Configuration,
): void {
  connection.onRequest(ListModelsRequest, async (_params, token) =>
    application.models(await configuration.settingsOf(workspaces.roots()[0] ?? ''), toAbortSignal(token)),
  );
  connection.onRequest(OutboundLogRequest, () => application.outboundLog());
  connection.onRequest(ListTracesRequest, async ({ workspaceUri }) =>
    (await workspaces.session(workspaceUri)).traces(),
  );
  connection.onRequest(ReadTraceRequest, async ({ workspaceUri, id }) =>
    (await workspaces.session(workspaceUri)).readTrace(id),
  );
}

/** The traces kept of a workspace, and what went out over the network. */
import type { Connection } from 'vscode-languageserver';
import { ListTracesRequest, OutboundLogRequest, ReadTraceRequest } from '../../../protocol';
import type { Application } from '../application';
import type { Workspaces } from './workspaces';

export function registerLibraries(connection: Connection, application: Application, workspaces: Workspaces): void {
  connection.onRequest(OutboundLogRequest, () => application.outboundLog());
  connection.onRequest(ListTracesRequest, async ({ workspaceUri }) =>
    (await workspaces.session(workspaceUri)).traces(),
  );
  connection.onRequest(ReadTraceRequest, async ({ workspaceUri, id }) =>
    (await workspaces.session(workspaceUri)).readTrace(id),
  );
}

/** The traces kept of a workspace. */
import type { Connection } from 'vscode-languageserver';
import { ListTracesRequest, ReadTraceRequest } from '../../../protocol';
import type { Workspaces } from './workspaces';

export function registerLibraries(connection: Connection, workspaces: Workspaces): void {
  connection.onRequest(ListTracesRequest, async ({ workspaceUri }) =>
    (await workspaces.session(workspaceUri)).traces(),
  );
  connection.onRequest(ReadTraceRequest, async ({ workspaceUri, id }) =>
    (await workspaces.session(workspaceUri)).readTrace(id),
  );
}

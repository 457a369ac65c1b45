/** `longfold/source/locate`: where cited words stand now. */
import type { Connection } from 'vscode-languageserver';
import { LocateRequest } from '../../../protocol';
import type { Workspaces } from './workspaces';

export function registerSources(connection: Connection, workspaces: Workspaces): void {
  connection.onRequest(LocateRequest, async ({ workspaceUri, slices }) =>
    (await workspaces.session(workspaceUri)).locate(slices),
  );
}

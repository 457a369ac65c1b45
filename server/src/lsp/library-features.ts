/** The models that can be used now. */
import type { Connection } from 'vscode-languageserver';
import { ListModelsRequest } from '../../../protocol';
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
}

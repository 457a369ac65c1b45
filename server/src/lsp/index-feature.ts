/** Index state, rebuilding, the ledger, and deleting everything kept of a workspace; saved files are read again. */
import type { Connection, TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { ForgetWorkspaceRequest, IndexStatusRequest, LedgerRequest, RebuildIndexRequest } from '../../../protocol';
import { errorMessage } from '../util/error-message';
import { toAbortSignal } from './cancellation';
import { fromWireUri, pathInside } from './uris';
import type { Workspaces } from './workspaces';

/** Changes that arrive together (a branch switch, a formatter) are read in one go. */
const settleMs = 300;

export function registerIndex(
  connection: Connection,
  documents: TextDocuments<TextDocument>,
  workspaces: Workspaces,
): void {
  connection.onRequest(IndexStatusRequest, ({ workspaceUri }) => workspaces.status(workspaceUri));
  connection.onRequest(RebuildIndexRequest, async ({ workspaceUri }, token) => {
    await workspaces.update(workspaceUri, { rebuild: true, signal: toAbortSignal(token) });
    return workspaces.status(workspaceUri);
  });
  connection.onRequest(LedgerRequest, async ({ workspaceUri, under, count }, token) =>
    (await workspaces.session(workspaceUri)).ledger(under, { count: count === true, signal: toAbortSignal(token) }),
  );
  connection.onRequest(ForgetWorkspaceRequest, async ({ workspaceUri }) => {
    await (await workspaces.session(workspaceUri)).forget();
    workspaces.forgotten(workspaceUri);
  });
  registerChanges(connection, documents, workspaces);
}

function registerChanges(connection: Connection, documents: TextDocuments<TextDocument>, workspaces: Workspaces): void {
  const changed = new Set<string>();
  let timer: NodeJS.Timeout | undefined;
  const note = (uri: string): void => {
    const path = fromWireUri(uri);
    if (path === undefined) return;
    changed.add(path);
    clearTimeout(timer);
    timer = setTimeout(() => void refreshChanged(), settleMs);
  };
  const refreshChanged = async (): Promise<void> => {
    const paths = [...changed];
    changed.clear();
    for (const uri of workspaces.roots()) {
      const root = fromWireUri(uri);
      const inside = paths.filter((path) => root !== undefined && pathInside(root, path) !== undefined);
      if (inside.length === 0) continue;
      await workspaces.refresh(uri, inside).catch((error: unknown) => connection.console.error(errorMessage(error)));
    }
  };
  // A client's watcher takes a while to start and may be missing; a save from the editor itself always comes.
  documents.onDidSave(({ document }) => note(document.uri));
  connection.onDidChangeWatchedFiles(({ changes }) => changes.forEach((change) => note(change.uri)));
}

/** Index state, rebuilding, the ledger, and deleting everything kept of a workspace; saved files are read again. */
import type { Connection, TextDocuments } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import {
  ForgetWorkspaceRequest,
  IndexStatusRequest,
  LedgerRequest,
  PauseIndexRequest,
  RebuildIndexRequest,
} from '../../../protocol';
import { pathInside } from '../platform/path-inside';
import { errorMessage } from '../util/error-message';
import { toAbortSignal } from './cancellation';
import { fromWireUri } from './uris';
import type { Workspaces } from './workspaces';

/** Changes that arrive together (a branch switch, a formatter, a file written under another name) are read in one go. */
const settleMs = 50;
/** Changes that never end (a build) are read at least this often. */
const maxSettleMs = 1_000;
/** Keys that follow each other are one change of what is on the screen. */
const screenMs = 120;

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
  connection.onRequest(PauseIndexRequest, ({ isPaused }) => workspaces.pause(isPaused));
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
  let firstMs = 0;
  const note = (uri: string): void => {
    const path = fromWireUri(uri);
    if (path === undefined) return;
    const now = performance.now();
    if (changed.size === 0) firstMs = now;
    changed.add(path);
    clearTimeout(timer);
    timer = setTimeout(() => void refreshChanged(), Math.max(0, Math.min(settleMs, firstMs + maxSettleMs - now)));
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
    // What was on the screen alone is in the index now.
    for (const document of documents.all()) {
      const path = fromWireUri(document.uri);
      if (path !== undefined && paths.includes(path)) show(document);
    }
  };
  const show = createScreen(connection, workspaces);
  // A client's watcher takes a while to start and may be missing; a save from the editor itself always comes.
  documents.onDidSave(({ document }) => note(document.uri));
  documents.onDidChangeContent(({ document }) => show(document));
  documents.onDidClose(({ document }) => show({ uri: document.uri, getText: () => null }));
  connection.onDidChangeWatchedFiles(({ changes }) => changes.forEach((change) => note(change.uri)));
}

/** Hands on what stands on the screen, a little after the last key. */
function createScreen(
  connection: Connection,
  workspaces: Workspaces,
): (document: { readonly uri: string; getText(): string | null }) => void {
  const timers = new Map<string, NodeJS.Timeout>();
  const showNow = async (uri: string, text: string | null): Promise<void> => {
    const path = fromWireUri(uri);
    for (const root of path === undefined ? [] : workspaces.roots()) {
      const folder = fromWireUri(root);
      if (path === undefined || folder === undefined || pathInside(folder, path) === undefined) continue;
      await (await workspaces.session(root)).showUnsaved(path, text);
    }
  };
  return (document) => {
    const { uri } = document;
    clearTimeout(timers.get(uri));
    const timer = setTimeout(() => {
      timers.delete(uri);
      showNow(uri, document.getText()).catch((error: unknown) => connection.console.error(errorMessage(error)));
    }, screenMs);
    timers.set(uri, timer);
  };
}

/** Which workspace folder a command is about: the only one, the active editor's, or the one that the user picks. */
import * as vscode from 'vscode';
import { UserError } from './errors';
import type { SourceScope } from './source-path';

/** Throws `UserError` when no folder is open; undefined when the user closes the list. */
export async function chooseFolder(): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = needFolders(openFolders());
  if (folders.length === 1) return folders[0];
  const activeUri = vscode.window.activeTextEditor?.document.uri;
  const active = activeUri && vscode.workspace.getWorkspaceFolder(activeUri);
  if (active?.uri.scheme === 'file') return active;
  const picked = await vscode.window.showQuickPick(
    folders.map((folder) => ({ label: folder.name, description: folder.uri.fsPath, folder })),
    { placeHolder: vscode.l10n.t('Which folder is the question about?') },
  );
  return picked?.folder;
}

/** The workspace folders of this machine, in the order of the workspace. */
export function openFolders(): readonly vscode.WorkspaceFolder[] {
  return (vscode.workspace.workspaceFolders ?? []).filter((folder) => folder.uri.scheme === 'file');
}

/** The open folders that a question was about, in the order of its table. */
export function foldersOf({ workspaceUri, roots }: SourceScope): readonly vscode.WorkspaceFolder[] {
  const open = openFolders();
  if (!roots) return open.filter(({ uri }) => uri.toString() === workspaceUri);
  return roots.flatMap(({ path }) => open.find(({ uri }) => uri.fsPath === path) ?? []);
}

/** The folder that keeps the trace of a question: of several the first that could be asked. */
export function keeperOf(scope: SourceScope): string {
  const [first] = scope.roots ?? [];
  const [keeper] = first ? foldersOf({ ...scope, roots: [first] }) : [];
  return keeper?.uri.toString() ?? scope.workspaceUri;
}

/** The given folders, which are at least one. Throws `UserError` when there is none. */
export function needFolders(
  folders: readonly vscode.WorkspaceFolder[],
): readonly [vscode.WorkspaceFolder, ...vscode.WorkspaceFolder[]] {
  const [first, ...further] = folders;
  if (!first) throw new UserError(vscode.l10n.t('Open a folder first: Longfold answers questions about a folder.'));
  return [first, ...further];
}

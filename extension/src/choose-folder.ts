/** Which workspace folder a command is about: the only one, the active editor's, or the one that the user picks. */
import * as vscode from 'vscode';
import { UserError } from './errors';

/** Throws `UserError` when no folder is open; undefined when the user closes the list. */
export async function chooseFolder(): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = openFolders();
  const [first] = folders;
  if (!first) throw new UserError(vscode.l10n.t('Open a folder first: Longfold answers questions about a folder.'));
  if (folders.length === 1) return first;
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

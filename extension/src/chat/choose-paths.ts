/** The list in which files and folders are chosen for the mode "Read everything", out of what is indexed. */
import * as vscode from 'vscode';
import type { ChosenPath, FolderRef } from '../../../protocol/conversation';
import { LedgerRequest } from '../../../protocol/indexing';
import { UserError } from '../errors';
import type { ServerConnection } from '../server-connection';
import { listChoices, toAskedPath, type AskedFolder, type Choice } from './chosen-paths';

/** What is chosen now; undefined when the list was closed, which changes nothing. @throws UserError */
export async function choosePaths(
  server: ServerConnection,
  folders: readonly FolderRef[],
  chosen: readonly ChosenPath[],
): Promise<readonly ChosenPath[] | undefined> {
  const client = await server.ready();
  const lists = folders.map(async ({ uri: workspaceUri }): Promise<readonly string[]> => {
    const rows = await client.sendRequest(LedgerRequest, { workspaceUri });
    return rows.flatMap(({ path, state }) => (state === 'indexed' ? [path] : []));
  });
  const { choices, isCut } = listChoices(folders.map(withPath), await Promise.all(lists));
  const tooMany = vscode.l10n.t('Too many files for one list: choose folders.');
  if (choices.length === 0) {
    const none = vscode.l10n.t('No file is indexed yet; try again when the index is ready.');
    throw new UserError(isCut ? tooMany : none);
  }
  const before = new Set(chosen.map(keyOf));
  const items = choices.map((choice) => toItem(choice, before.has(keyOf(choice))));
  const placeHolder = isCut ? tooMany : vscode.l10n.t('What is read? Choose nothing to read all files.');
  const picked = await vscode.window.showQuickPick(items, { placeHolder, canPickMany: true });
  return picked?.map(({ chosen: { folderUri, path, label } }) => ({ folderUri, path, label }));
}

/** As the server takes them. @throws UserError */
export function askedPaths(chosen: readonly ChosenPath[], folders: readonly FolderRef[]): readonly string[] {
  return chosen.map((choice) => {
    const path = toAskedPath(choice, folders.map(withPath));
    if (path !== undefined) return path;
    const message = vscode.l10n.t('{0} is in no folder that is asked; choose again what is read.', choice.label);
    throw new UserError(message);
  });
}

function toItem(choice: Choice, picked: boolean): vscode.QuickPickItem & { readonly chosen: Choice } {
  const { label, files } = choice;
  if (files === null) return { label, picked, iconPath: vscode.ThemeIcon.File, chosen: choice };
  const description = vscode.l10n.t('{0} files', files);
  return { label, description, picked, iconPath: vscode.ThemeIcon.Folder, chosen: choice };
}

function withPath(folder: FolderRef): AskedFolder {
  return { ...folder, fsPath: vscode.Uri.parse(folder.uri).fsPath };
}

/** The label has other words before it when other folders are asked. */
function keyOf({ folderUri, path, label }: ChosenPath): string {
  return `${folderUri}\n${path}${label.endsWith('/') ? '/' : ''}`;
}

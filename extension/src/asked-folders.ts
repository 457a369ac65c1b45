/**
 * Which workspace folders a question is about: all that are open, or those that the user chose, which is remembered for this
 * workspace. A window with one folder has nothing to choose. Turned on by the button in the chat or its command.
 */
import * as vscode from 'vscode';
import type { FolderRef } from '../../protocol/conversation';
import type { ChatSurroundings } from '../../protocol/webview-messages';
import { needFolders, openFolders } from './choose-folder';
import { UserError } from './errors';

const stateKey = 'longfold.askedFolders';

export class AskedFolders implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.changed.event;

  constructor(private readonly state: vscode.Memento) {}

  /** In the order of the workspace, at least one. Throws `UserError` when no folder is open. */
  current(): readonly [FolderRef, ...FolderRef[]] {
    const chosen = this.chosen();
    const [first, ...further] = needFolders(chosen.length > 0 ? chosen : openFolders());
    return [toRef(first), ...further.map(toRef)];
  }

  /** Those that are asked beside the given one. */
  beside(folder: FolderRef): readonly FolderRef[] {
    return this.current().filter(({ uri }) => uri !== folder.uri);
  }

  /** Lets the user choose; closing the list changes nothing. */
  async choose(): Promise<void> {
    const asked = new Set(this.current().map(({ uri }) => uri));
    const items = openFolders().map((folder) => ({
      label: folder.name,
      description: folder.uri.fsPath,
      picked: asked.has(folder.uri.toString()),
      folder,
    }));
    const placeHolder = vscode.l10n.t('Which folders are the questions about?');
    const picked = await vscode.window.showQuickPick(items, { placeHolder, canPickMany: true });
    if (!picked) return;
    if (picked.length === 0) throw new UserError(vscode.l10n.t('Choose at least one folder.'));
    await this.keep(picked.length === items.length ? [] : picked.map(({ folder }) => folder.uri.toString()));
  }

  /** The words of the button in the chat; null in a window with one folder. */
  describe(): ChatSurroundings['askedFolders'] {
    const open = openFolders();
    if (open.length < 2) return null;
    const chosen = this.chosen();
    const names = (chosen.length > 0 ? chosen : open).map(({ name }) => name).join(', ');
    const label =
      chosen.length > 0
        ? vscode.l10n.t('Asks {0} of {1} folders: {2}', chosen.length, open.length, names)
        : vscode.l10n.t('Asks all {0} folders', open.length);
    return { label, title: `${names}\n${vscode.l10n.t('Choose the folders that are asked')}` };
  }

  dispose(): void {
    this.changed.dispose();
  }

  /** Of the remembered ones those that are open; none: all are asked. */
  private chosen(): readonly vscode.WorkspaceFolder[] {
    const kept = new Set(this.state.get<readonly string[]>(stateKey, []));
    const open = openFolders();
    const chosen = open.filter((folder) => kept.has(folder.uri.toString()));
    return chosen.length === open.length ? [] : chosen;
  }

  private async keep(uris: readonly string[]): Promise<void> {
    await this.state.update(stateKey, uris.length === 0 ? undefined : uris);
    this.changed.fire();
  }
}

export function toRef(folder: vscode.WorkspaceFolder): FolderRef {
  return { uri: folder.uri.toString(), name: folder.name };
}

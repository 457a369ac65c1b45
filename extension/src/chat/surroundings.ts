/** Whether a question can be asked now, and if not, the sentence and the button that the chat shows instead. */
import * as vscode from 'vscode';
import type { ChatSurroundings } from '../../../protocol/webview-messages';
import { openFolders } from '../choose-folder';
import type { ServerState } from '../server-connection';

export function describeSurroundings(
  server: ServerState,
  askedFolders: ChatSurroundings['askedFolders'],
): ChatSurroundings {
  if (openFolders().length === 0) {
    const notice = vscode.l10n.t('Open a folder first: Longfold answers questions about a folder.');
    return blocked(notice, { label: vscode.l10n.t('Open Folder'), action: 'openFolder' });
  }
  if (!vscode.workspace.isTrusted) {
    const notice = vscode.l10n.t('This workspace is not trusted, so Longfold does not read it.');
    return blocked(notice, { label: vscode.l10n.t('Manage Workspace Trust'), action: 'manageTrust' });
  }
  if (server === 'failed') {
    const notice = vscode.l10n.t('The Longfold server is not running; the log says why.');
    const noticeAction = { label: vscode.l10n.t('Show Log'), action: 'showLog' } as const;
    return { canAsk: true, notice, noticeAction, askedFolders };
  }
  return { canAsk: true, notice: null, noticeAction: null, askedFolders };
}

function blocked(notice: string, noticeAction: NonNullable<ChatSurroundings['noticeAction']>): ChatSurroundings {
  return { canAsk: false, notice, noticeAction, askedFolders: null };
}

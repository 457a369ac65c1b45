/** The menu behind the status bar item. */
import * as vscode from 'vscode';

export async function showMenu(statusText: string): Promise<void> {
  const items = [
    { label: `$(comment-discussion) ${vscode.l10n.t('Ask a Question')}`, command: 'longfold.question.ask' },
    { label: `$(server-environment) ${vscode.l10n.t('Select Model')}`, command: 'longfold.model.select' },
    { label: `$(pulse) ${vscode.l10n.t('Show Trace')}`, command: 'longfold.trace.show' },
    { label: `$(refresh) ${vscode.l10n.t('Rebuild Index')}`, command: 'longfold.index.rebuild' },
    { label: `$(list-flat) ${vscode.l10n.t('Show Which Files Are Indexed')}`, command: 'longfold.index.ledger' },
    {
      label: `$(trash) ${vscode.l10n.t('Delete Everything Kept of This Workspace')}`,
      command: 'longfold.workspace.forget',
    },
    { label: `$(output) ${vscode.l10n.t('Show Log')}`, command: 'longfold.log.show' },
  ];
  const picked = await vscode.window.showQuickPick(items, { placeHolder: statusText });
  if (picked) await vscode.commands.executeCommand(picked.command);
}

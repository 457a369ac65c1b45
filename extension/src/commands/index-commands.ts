/** Commands about what is kept of a workspace: rebuild the index, look into its ledger, delete everything. */
import * as vscode from 'vscode';
import {
  ForgetWorkspaceRequest,
  LedgerRequest,
  PauseIndexRequest,
  RebuildIndexRequest,
  type LedgerRow,
} from '../../../protocol/indexing';
import { chooseFolder } from '../choose-folder';
import { UserError } from '../errors';
import type { SourceOpener } from '../open-source';
import type { ServerConnection } from '../server-connection';

export class IndexCommands {
  constructor(
    private readonly server: ServerConnection,
    private readonly opener: SourceOpener,
  ) {}

  async rebuild(): Promise<void> {
    const folder = await chooseFolder();
    if (!folder) return;
    const client = await this.server.ready();
    const title = vscode.l10n.t('Longfold reads every file of {0} again', folder.name);
    const options = { location: vscode.ProgressLocation.Window, title };
    const status = await vscode.window.withProgress(options, () =>
      client.sendRequest(RebuildIndexRequest, { workspaceUri: folder.uri.toString() }),
    );
    if (status.phase === 'failed') throw new UserError(status.message ?? vscode.l10n.t('The index was not rebuilt.'));
  }

  /** Of all folders, until it is resumed or the window closes. */
  async pause(isPaused: boolean): Promise<void> {
    const client = await this.server.ready();
    const now = await client.sendRequest(PauseIndexRequest, { isPaused });
    await vscode.commands.executeCommand('setContext', 'longfold.index.isPaused', now);
  }

  /** One row for every file, those that are not indexed first; choosing one opens it. */
  async showLedger(): Promise<void> {
    const folder = await chooseFolder();
    if (!folder) return;
    const client = await this.server.ready();
    const workspaceUri = folder.uri.toString();
    const rows = await client.sendRequest(LedgerRequest, { workspaceUri });
    const items = [...rows].sort(byStateThenPath).map((row) => ({ label: row.path, description: describe(row), row }));
    const files = rows.filter((row) => row.isFolder !== true).length;
    const placeHolder = vscode.l10n.t('{0} files: indexed, or the reason why not', files);
    const picked = await vscode.window.showQuickPick(items, { placeHolder, matchOnDescription: true });
    if (picked && picked.row.isFolder !== true)
      await this.opener.open({ workspaceUri }, { path: picked.row.path, start: 0, end: 0, startLine: 1, endLine: 1 });
  }

  async forget(): Promise<void> {
    const folder = await chooseFolder();
    if (!folder) return;
    const remove = vscode.l10n.t('Delete');
    const question = vscode.l10n.t('Delete the index and all traces that Longfold keeps of {0}?', folder.name);
    const detail = vscode.l10n.t('Your files are not touched. The index is built again with the next question.');
    if ((await vscode.window.showWarningMessage(question, { modal: true, detail }, remove)) !== remove) return;
    const client = await this.server.ready();
    await client.sendRequest(ForgetWorkspaceRequest, { workspaceUri: folder.uri.toString() });
    void vscode.window.showInformationMessage(vscode.l10n.t('Longfold keeps nothing of {0} any more.', folder.name));
  }
}

function byStateThenPath(left: LedgerRow, right: LedgerRow): number {
  // What was left out on purpose comes last: it is seldom what someone looks for.
  const place = (row: LedgerRow): number => (row.state === 'indexed' ? 1 : row.state === 'excluded' ? 2 : 0);
  return place(left) - place(right) || (left.path < right.path ? -1 : 1);
}

function describe(row: LedgerRow): string {
  switch (row.state) {
    case 'indexed':
      return [vscode.l10n.t('indexed, {0} passages', row.chunks), row.reason ?? []].flat().join('. ');
    case 'pending':
      return vscode.l10n.t('waiting to be indexed');
    case 'excluded':
      return vscode.l10n.t('not indexed: {0}', describeExclusion(row));
    case 'skipped':
      return vscode.l10n.t('not indexed: {0}', row.reason ?? '');
    case 'failed':
      return vscode.l10n.t('failed: {0}', row.reason ?? '');
  }
}

function describeExclusion({ reason, rule }: LedgerRow): string {
  return rule ? `${reason ?? ''} (${rule.file}:${rule.line}: ${rule.pattern})` : (reason ?? '');
}

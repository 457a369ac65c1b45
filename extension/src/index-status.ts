/**
 * The status bar item: indexing progress while it runs, the state of the index after, a menu on click. The counts
 * are the server's own; nothing is estimated here.
 */
import * as vscode from 'vscode';
import { IndexStatusNotification, IndexStatusRequest, type IndexStatus } from '../../protocol/indexing';
import type { ServerConnection } from './server-connection';

export class IndexStatusItem implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('longfold.index', vscode.StatusBarAlignment.Right, 90);
  private readonly statuses = new Map<string, IndexStatus>();
  private readonly owned: vscode.Disposable[];

  constructor(private readonly server: ServerConnection) {
    this.item.name = vscode.l10n.t('Longfold Index');
    this.item.command = 'longfold.menu.show';
    this.owned = [
      server.client.onNotification(IndexStatusNotification, (status) => {
        this.statuses.set(status.workspaceUri, status);
        this.render();
      }),
      server.onDidChangeState(() => this.render()),
      vscode.workspace.onDidChangeWorkspaceFolders(({ removed }) => {
        for (const folder of removed) this.statuses.delete(folder.uri.toString());
        this.render();
      }),
    ];
    this.render();
    this.item.show();
  }

  /** What the server last said, one a workspace folder. */
  all(): readonly IndexStatus[] {
    return [...this.statuses.values()];
  }
  get text(): string {
    return this.item.text;
  }

  /** Asks for the state of every folder; the notifications may have been sent before this client listened. */
  async refresh(): Promise<void> {
    for (const folder of vscode.workspace.workspaceFolders ?? []) {
      const workspaceUri = folder.uri.toString();
      const status = await this.server.client.sendRequest(IndexStatusRequest, { workspaceUri });
      this.statuses.set(workspaceUri, status);
    }
    this.render();
  }

  dispose(): void {
    for (const item of this.owned) item.dispose();
    this.item.dispose();
  }

  private render(): void {
    const { text, tooltip } = describe(this.all(), this.server.state === 'failed');
    this.item.text = text;
    this.item.tooltip = tooltip;
    this.item.accessibilityInformation = { label: `Longfold: ${tooltip}`, role: 'button' };
  }
}

function describe(statuses: readonly IndexStatus[], hasFailed: boolean): { text: string; tooltip: string } {
  if (hasFailed) return { text: '$(error) Longfold', tooltip: vscode.l10n.t('The Longfold server is not running.') };
  const working = statuses.filter(({ phase }) => workingPhases.has(phase));
  if (working.length > 0) return describeWork(working);
  const failed = statuses.find((status) => status.phase === 'failed');
  if (failed) return { text: '$(warning) Longfold', tooltip: failed.message ?? vscode.l10n.t('Indexing failed.') };
  if (statuses.some((status) => status.phase === 'untrusted')) {
    const tooltip = vscode.l10n.t('This workspace is not trusted, so Longfold does not read it.');
    return { text: '$(shield) Longfold', tooltip };
  }
  const ready = statuses.filter((status) => status.phase === 'ready');
  if (ready.length === 0) return { text: '$(book) Longfold', tooltip: vscode.l10n.t('Nothing is indexed yet.') };
  const indexed = sum(ready, (status) => status.filesIndexed);
  const skipped = sum(ready, (status) => status.filesSkipped);
  const tooltip = vscode.l10n.t('{0} files indexed, {1} not (the ledger says why)', indexed, skipped);
  return { text: `$(book) ${vscode.l10n.t('Longfold: {0} files', indexed)}`, tooltip };
}

const workingPhases: ReadonlySet<IndexStatus['phase']> = new Set([
  'waiting',
  'paused',
  'walking',
  'indexing',
  'symbols',
]);

function describeWork(working: readonly IndexStatus[]): { text: string; tooltip: string } {
  if (working.every(({ phase }) => phase === 'waiting')) {
    return { text: '$(sync~spin) Longfold', tooltip: vscode.l10n.t('Another window is indexing this folder') };
  }
  const total = sum(working, (status) => status.filesTotal);
  if (total === 0) return { text: '$(sync~spin) Longfold', tooltip: vscode.l10n.t('Looking for changed files') };
  const done = sum(working, (status) => status.filesDone);
  if (working.some(({ phase }) => phase === 'paused')) {
    const tooltip = vscode.l10n.t('Indexing is paused: {0} of {1} files', done, total);
    return { text: `$(debug-pause) Longfold ${done}/${total}`, tooltip };
  }
  const tooltip = working.every(({ phase }) => phase === 'symbols')
    ? vscode.l10n.t('Everything can be searched; reading symbols: {0} of {1} files', done, total)
    : vscode.l10n.t('Indexing: {0} of {1} changed files', done, total);
  return { text: `$(sync~spin) Longfold ${done}/${total}…`, tooltip };
}

function sum(statuses: readonly IndexStatus[], pick: (status: IndexStatus) => number): number {
  return statuses.reduce((total, status) => total + pick(status), 0);
}

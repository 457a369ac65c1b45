/** The command that shows a trace: of a turn, one that the server kept, or one that the user chooses. */
import * as vscode from 'vscode';
import { ListTracesRequest, type TraceSummary } from '../../../protocol/traces';
import type { ConversationStore } from '../chat/conversation-store';
import { chooseFolder, openFolders } from '../choose-folder';
import { UserError } from '../errors';
import type { ServerConnection } from '../server-connection';
import type { TracePanel } from '../trace/trace-panel';

interface KeptTrace {
  readonly workspaceUri: string;
  readonly trace: TraceSummary;
}

export class TraceCommands {
  constructor(
    private readonly server: ServerConnection,
    private readonly traces: TracePanel,
    private readonly store: ConversationStore,
  ) {}

  /** Shows the trace of the given turn, or the kept trace with that id; without one, the user chooses. */
  async show(id: unknown): Promise<void> {
    const turn = typeof id === 'string' ? this.store.find(id) : undefined;
    if (turn) return this.traces.showTurn(turn);
    if (typeof id === 'string') {
      const folder = await chooseFolder();
      return folder && this.traces.showStored(folder.uri.toString(), id);
    }
    const kept = await this.listTraces();
    if (kept.length === 0) throw new UserError(vscode.l10n.t('No trace is kept yet: ask a question first.'));
    const items = kept.map(({ workspaceUri, trace }) => ({
      workspaceUri,
      label: trace.question,
      description: trace.outcome,
      detail: new Date(trace.startedAt).toLocaleString(vscode.env.language),
      trace,
    }));
    const placeHolder = vscode.l10n.t('Which question?');
    const picked = await vscode.window.showQuickPick(items, { placeHolder });
    if (picked) await this.traces.showStored(picked.workspaceUri, picked.trace.id);
  }

  /** Of all folders, newest first: a question about several has its trace with one of them. */
  private async listTraces(): Promise<readonly KeptTrace[]> {
    const client = await this.server.ready();
    const lists = openFolders().map(async ({ uri }): Promise<readonly KeptTrace[]> => {
      const workspaceUri = uri.toString();
      const traces = await client.sendRequest(ListTracesRequest, { workspaceUri });
      return traces.map((trace) => ({ workspaceUri, trace }));
    });
    return (await Promise.all(lists)).flat().sort((a, b) => (a.trace.startedAt < b.trace.startedAt ? 1 : -1));
  }
}

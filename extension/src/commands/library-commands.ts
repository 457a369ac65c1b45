/** Commands that choose from lists of the server: a kept trace to show. */
import * as vscode from 'vscode';
import { ListTracesRequest } from '../../../protocol/traces';
import type { ConversationStore } from '../chat/conversation-store';
import { chooseFolder } from '../choose-folder';
import { UserError } from '../errors';
import type { ServerConnection } from '../server-connection';
import type { TracePanel } from '../trace/trace-panel';

export class LibraryCommands {
  constructor(
    private readonly server: ServerConnection,
    private readonly traces: TracePanel,
    private readonly store: ConversationStore,
  ) {}

  /** Shows the trace of the given turn, or the kept trace with that id; without one, the user chooses. */
  async showTrace(id: unknown): Promise<void> {
    const turn = typeof id === 'string' ? this.store.find(id) : undefined;
    if (turn) return this.traces.showTurn(turn);
    const folder = await chooseFolder();
    if (!folder) return;
    const workspaceUri = folder.uri.toString();
    if (typeof id === 'string') return this.traces.showStored(workspaceUri, id);
    const client = await this.server.ready();
    const kept = await client.sendRequest(ListTracesRequest, { workspaceUri });
    if (kept.length === 0) throw new UserError(vscode.l10n.t('No trace is kept yet: ask a question first.'));
    const items = kept.map((trace) => ({
      label: trace.question,
      description: trace.outcome,
      detail: new Date(trace.startedAt).toLocaleString(vscode.env.language),
      trace,
    }));
    const placeHolder = vscode.l10n.t('Which question?');
    const picked = await vscode.window.showQuickPick(items, { placeHolder });
    if (picked) await this.traces.showStored(workspaceUri, picked.trace.id);
  }
}

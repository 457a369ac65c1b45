/**
 * Asking: one question at a time from the chat, a command or a hover link. The listener for the streamed events is
 * registered before the request goes out, so that no event is lost.
 */
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import { AskRequest, TraceProgress, type AskParams, type AskResult } from '../../../protocol/ask';
import type { FolderRef, QuestionOptions, SelectionRef, Turn } from '../../../protocol/conversation';
import { isCancellation, toSentence, UserError } from '../errors';
import type { ServerConnection } from '../server-connection';
import { previousQuestion } from './conversation';
import type { ConversationStore } from './conversation-store';

export interface AskOrder {
  readonly question: string;
  readonly folder: FolderRef;
  /** Folders that are asked together with it. */
  readonly further: readonly FolderRef[];
  readonly options: QuestionOptions;
  readonly selection: SelectionRef | null;
}

export class AskController implements vscode.Disposable {
  private current: { readonly turnId: string; readonly source: vscode.CancellationTokenSource } | undefined;
  private latest: AskResult | null = null;

  constructor(
    private readonly store: ConversationStore,
    private readonly server: ServerConnection,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** The last result that the server gave, for the tests. */
  get lastResult(): AskResult | null {
    return this.latest;
  }

  /** Resolves when the question is finished, stopped or failed; how it went is in the conversation. */
  async ask(order: AskOrder): Promise<AskResult | null> {
    this.checkCanAsk(order);
    const source = new vscode.CancellationTokenSource();
    const turn = this.store.add({
      id: randomUUID(),
      question: order.question.trim(),
      workspaceUri: order.folder.uri,
      workspaceName: order.folder.name,
      ...(order.further.length > 0 ? { furtherFolders: order.further } : {}),
      options: order.options,
      selection: order.selection,
    });
    this.current = { turnId: turn.id, source };
    await setRunning(true);
    try {
      return await this.request(turn, source.token);
    } catch (err) {
      await this.recordFailure(turn, err, source.token.isCancellationRequested);
      return null;
    } finally {
      this.current = undefined;
      source.dispose();
      await setRunning(false);
    }
  }

  /** Stops the running question; without a turn id, whichever runs. */
  cancel(turnId?: string): void {
    if (this.current && (turnId === undefined || turnId === this.current.turnId)) this.current.source.cancel();
  }

  dispose(): void {
    this.current?.source.cancel();
  }

  private checkCanAsk(order: AskOrder): void {
    if (order.question.trim() === '') throw new UserError(vscode.l10n.t('Type a question first.'));
    if (!vscode.workspace.isTrusted) {
      throw new UserError(vscode.l10n.t('This workspace is not trusted, so Longfold does not read it.'));
    }
    if (this.current) {
      throw new UserError(vscode.l10n.t('A question is still being answered; stop it or wait for it.'));
    }
  }

  private async request(turn: Turn, token: vscode.CancellationToken): Promise<AskResult> {
    const client = await this.server.ready();
    const traceToken = `longfold-${turn.id}`;
    const previous = previousQuestion(this.store.snapshot(), turn);
    const progress = client.onProgress(TraceProgress, traceToken, (events) => this.store.apply(turn.id, events));
    try {
      const params: AskParams = {
        workspaceUri: turn.workspaceUri,
        ...(turn.furtherFolders ? { furtherUris: turn.furtherFolders.map(({ uri }) => uri) } : {}),
        question: turn.question,
        ...(previous === undefined ? {} : { previous }),
        ...turn.options,
        ...(turn.selection ? { selection: turn.selection } : {}),
        traceToken,
      };
      const result = await client.sendRequest(AskRequest, params, token);
      this.latest = result;
      await this.store.finish(turn.id, result);
      return result;
    } finally {
      progress.dispose();
    }
  }

  private async recordFailure(turn: Turn, err: unknown, isStopped: boolean): Promise<void> {
    if (isStopped || isCancellation(err)) {
      await this.store.end(turn.id, 'cancelled', null);
      return;
    }
    // The chat shows the sentence in the turn itself; a second message box would say the same again.
    this.log.error(err instanceof Error ? (err.stack ?? err.message) : String(err));
    await this.store.end(turn.id, 'failed', toSentence(err));
  }
}

async function setRunning(isRunning: boolean): Promise<void> {
  await vscode.commands.executeCommand('setContext', 'longfold.question.isRunning', isRunning);
}

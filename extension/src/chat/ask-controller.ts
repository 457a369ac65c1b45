/**
 * Asking: one question at a time from the chat, a command or a hover link. The listener for the streamed events is
 * registered before the request goes out, so that no event is lost.
 */
import { randomUUID } from 'node:crypto';
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import { AskRequest, SteerRequest, TraceProgress, type AskParams, type AskResult } from '../../../protocol/ask';
import type { FolderRef, QuestionOptions, SelectionRef, Turn } from '../../../protocol/conversation';
import type { SteerAction } from '../../../protocol/folds';
import { ContinueTraceRequest, ListTracesRequest, type ContinueTraceParams } from '../../../protocol/traces';
import { keeperOf } from '../choose-folder';
import { isCancellation, toSentence, UserError } from '../errors';
import type { ServerConnection } from '../server-connection';
import { previousTurn, traceIdOf } from './conversation';
import type { ConversationStore } from './conversation-store';

export interface AskOrder {
  readonly question: string;
  readonly folder: FolderRef;
  /** Folders that are asked together with it. */
  readonly further: readonly FolderRef[];
  readonly options: QuestionOptions;
  readonly selection: SelectionRef | null;
  /** Its "it" is what it names itself: nothing of the turn before is taken over. */
  readonly standsAlone?: boolean;
}

export interface ForkOrder {
  /** The folder that keeps the trace. */
  readonly workspaceUri: string;
  /** Those of the question that are open. */
  readonly folders: readonly FolderRef[];
  readonly traceId: string;
  readonly question: string;
  /** Fold steps of the trace to keep. */
  readonly step: number;
  readonly memory: string;
  readonly plan: string;
}

type SendQuestion = (client: LanguageClient, traceToken: string, token: vscode.CancellationToken) => Promise<AskResult>;

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
    if (order.question.trim() === '') throw new UserError(vscode.l10n.t('Type a question first.'));
    this.checkCanAsk();
    const turn = this.store.add({
      id: randomUUID(),
      question: order.question.trim(),
      workspaceUri: order.folder.uri,
      workspaceName: order.folder.name,
      ...(order.further.length > 0 ? { furtherFolders: order.further } : {}),
      options: order.options,
      selection: order.selection,
    });
    const { workspaceUri, question, options, selection, furtherFolders } = turn;
    const asked = {
      workspaceUri,
      ...(furtherFolders ? { furtherUris: furtherFolders.map(({ uri }) => uri) } : {}),
      question,
      ...(order.standsAlone === true ? {} : previousTurn(this.store.snapshot(), turn)),
      ...options,
      ...(selection ? { selection } : {}),
    };
    return this.run(turn, (client, traceToken, token) => {
      const params: AskParams = { ...asked, traceToken };
      return client.sendRequest(AskRequest, params, token);
    });
  }

  /** Goes on with a fold that broke off, in its own turn. */
  async goOn(turnId: string): Promise<AskResult | null> {
    this.checkCanAsk();
    const turn = this.store.find(turnId);
    if (!turn) return null;
    const id = await this.findTrace(turn);
    const begun = this.store.restart(turnId);
    return begun ? this.continue(begun, { workspaceUri: keeperOf(turn), id }) : null;
  }

  /** Goes on after a step of a kept trace with another memory or plan, in a turn of its own. */
  async fork({ workspaceUri, traceId, question, folders, step, memory, plan }: ForkOrder): Promise<AskResult | null> {
    this.checkCanAsk();
    const workspaceName = folders.find(({ uri }) => uri === workspaceUri)?.name ?? workspaceUri;
    const furtherFolders = folders.filter(({ uri }) => uri !== workspaceUri);
    const further = furtherFolders.length > 0 ? { furtherFolders } : {};
    const asked = { id: randomUUID(), question, workspaceUri, workspaceName, ...further, options: {}, selection: null };
    return this.continue(this.store.add(asked), { workspaceUri, id: traceId, atStep: step, memory, plan });
  }

  /** Pauses the running fold, lets it go on, or asks for the answer now. */
  async steer(turnId: string, action: SteerAction): Promise<void> {
    if (this.current?.turnId !== turnId) return;
    const client = await this.server.ready();
    await client.sendRequest(SteerRequest, { traceToken: traceTokenOf(turnId), action });
  }

  /** Stops the running question; without a turn id, whichever runs. */
  cancel(turnId?: string): void {
    if (this.current && (turnId === undefined || turnId === this.current.turnId)) this.current.source.cancel();
  }

  dispose(): void {
    this.current?.source.cancel();
  }

  private checkCanAsk(): void {
    if (!vscode.workspace.isTrusted) {
      throw new UserError(vscode.l10n.t('This workspace is not trusted, so Longfold does not read it.'));
    }
    if (this.current) {
      throw new UserError(vscode.l10n.t('A question is still being answered; stop it or wait for it.'));
    }
  }

  private continue(turn: Turn, params: ContinueTraceParams): Promise<AskResult | null> {
    return this.run(turn, (client, traceToken, token) =>
      client.sendRequest(ContinueTraceRequest, { ...params, traceToken }, token),
    );
  }

  /** The editor may have gone away before it heard the trace's name: then it is the newest of that question. */
  private async findTrace(turn: Turn): Promise<string> {
    const id = traceIdOf(turn);
    if (id !== null) return id;
    const client = await this.server.ready();
    const kept = await client.sendRequest(ListTracesRequest, { workspaceUri: keeperOf(turn) });
    const found = kept.find((trace) => trace.canContinue && trace.question === turn.question);
    if (!found) throw new UserError(vscode.l10n.t('No trace was kept of this question.'));
    return found.id;
  }

  private async run(turn: Turn, send: SendQuestion): Promise<AskResult | null> {
    const source = new vscode.CancellationTokenSource();
    this.current = { turnId: turn.id, source };
    await setRunning(true);
    try {
      const client = await this.server.ready();
      const traceToken = traceTokenOf(turn.id);
      const progress = client.onProgress(TraceProgress, traceToken, (events) => this.store.apply(turn.id, events));
      try {
        const result = await send(client, traceToken, source.token);
        this.latest = result;
        await this.store.finish(turn.id, result);
        return result;
      } finally {
        progress.dispose();
      }
    } catch (err) {
      await this.recordFailure(turn, err, source.token.isCancellationRequested);
      return null;
    } finally {
      this.current = undefined;
      source.dispose();
      await setRunning(false);
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

function traceTokenOf(turnId: string): string {
  return `longfold-${turnId}`;
}

async function setRunning(isRunning: boolean): Promise<void> {
  await vscode.commands.executeCommand('setContext', 'longfold.question.isRunning', isRunning);
}

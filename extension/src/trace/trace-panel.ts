/**
 * The trace in an editor tab: of a turn of the chat, live while it runs, or of one that the server kept. Like the
 * chat, the page gets a snapshot when it is ready and then what is appended.
 */
import * as vscode from 'vscode';
import type { Turn } from '../../../protocol/conversation';
import type { TraceEvent } from '../../../protocol/trace-events';
import { ReadTraceRequest } from '../../../protocol/traces';
import type { CitedPlace, FromTrace, ToTrace } from '../../../protocol/webview-messages';
import type { AskController } from '../chat/ask-controller';
import { traceIdOf } from '../chat/conversation';
import type { ConversationStore, TraceAppend } from '../chat/conversation-store';
import { citedText, citedWords, sourcesOf } from '../cited-text';
import { toRef } from '../asked-folders';
import { foldersOf, keeperOf } from '../choose-folder';
import { UserError, type ErrorFunnel } from '../errors';
import { localiseWebviewStrings } from '../localised-strings';
import type { SourceOpener } from '../open-source';
import type { ServerConnection } from '../server-connection';
import type { SourceScope } from '../source-path';
import { mediaFolder, renderWebviewHtml } from '../webview-html';
import { CitationWatch } from './citation-watch';

export interface TraceParts {
  readonly extensionUri: vscode.Uri;
  readonly store: ConversationStore;
  readonly asking: AskController;
  readonly server: ServerConnection;
  readonly opener: SourceOpener;
  readonly errors: ErrorFunnel;
  readonly log: vscode.LogOutputChannel;
}
interface ShownTrace {
  /** The folder that keeps the trace. */
  readonly workspaceUri: string;
  /** The turn that may still append events; null for a trace that was read from a file. */
  readonly turnId: string | null;
  /** The trace that the server kept; null while its question is running. */
  readonly traceId: string | null;
  readonly events: readonly TraceEvent[];
}

export class TracePanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private shown: ShownTrace | undefined;
  private hasPage = false;
  private readonly listener: vscode.Disposable;
  private readonly citations: CitationWatch;

  constructor(private readonly parts: TraceParts) {
    this.listener = parts.store.onDidAppendTrace((appended) => this.append(appended));
    this.citations = new CitationWatch(parts.server, (places) => this.post({ kind: 'citedPlaces', places }));
  }

  /** Citations whose words stand elsewhere now, for the tests. */
  get citedPlaces(): readonly CitedPlace[] {
    return this.citations.places;
  }

  /** The events on show, for the tests; undefined when no trace is open. */
  get events(): readonly TraceEvent[] | undefined {
    return this.shown?.events;
  }
  get isReady(): boolean {
    return this.hasPage;
  }

  async showTurn(turn: Turn): Promise<void> {
    const live = this.parts.store.liveTrace(turn.id);
    const traceId = traceIdOf(turn);
    if (live) return this.show({ workspaceUri: keeperOf(turn), turnId: turn.id, traceId, events: [...live] });
    if (traceId === null) throw new UserError(vscode.l10n.t('No trace was kept of this question.'));
    await this.showStored(keeperOf(turn), traceId);
  }

  async showStored(workspaceUri: string, id: string): Promise<void> {
    const client = await this.parts.server.ready();
    const events = await client.sendRequest(ReadTraceRequest, { workspaceUri, id });
    this.show({ workspaceUri, turnId: null, traceId: id, events });
  }

  dispose(): void {
    this.listener.dispose();
    this.citations.dispose();
    this.panel?.dispose();
  }

  private show(trace: ShownTrace): void {
    this.shown = trace;
    this.citations.watch(scopeOf(trace), citedWords(trace.events));
    if (this.panel) {
      this.panel.reveal();
      this.sendSnapshot();
    } else {
      this.panel = this.createPanel();
    }
  }

  private createPanel(): vscode.WebviewPanel {
    const { extensionUri, errors } = this.parts;
    const panel = vscode.window.createWebviewPanel(
      'longfold.trace',
      vscode.l10n.t('Longfold Trace'),
      vscode.ViewColumn.Active,
      {
        enableScripts: true,
        enableFindWidget: true,
        localResourceRoots: [mediaFolder(extensionUri)],
      },
    );
    panel.iconPath = new vscode.ThemeIcon('pulse');
    panel.webview.onDidReceiveMessage((message: FromTrace) => errors.guard(() => this.receive(message)));
    panel.onDidDispose(() => {
      this.panel = undefined;
      this.shown = undefined;
      this.hasPage = false;
      this.citations.stop();
    });
    panel.webview.html = renderWebviewHtml(panel.webview, extensionUri, 'trace');
    return panel;
  }

  private async receive(message: FromTrace): Promise<void> {
    switch (message.kind) {
      case 'ready':
        this.hasPage = true;
        return this.sendSnapshot();
      case 'openSource':
        if (this.shown) {
          const cited = citedText(sourcesOf(this.shown.events), message.range);
          await this.parts.opener.open(scopeOf(this.shown), message.range, cited);
        }
        return;
      case 'fork': {
        const { asking } = this.parts;
        const { shown } = this;
        const asked = shown?.events.find((event) => event.kind === 'questionAsked');
        if (!shown?.traceId || !asked) return;
        const { workspaceUri, traceId } = shown;
        const folders = foldersOf(scopeOf(shown)).map(toRef);
        await asking.fork({ ...message, workspaceUri, traceId, question: asked.question, folders });
        return;
      }
      case 'failed':
        this.parts.log.error(`Trace view: ${message.message}`);
        return;
    }
  }

  private append({ turnId, events }: TraceAppend): void {
    if (this.shown?.turnId !== turnId) return;
    this.shown = { ...this.shown, events: [...this.shown.events, ...events] };
    this.post({ kind: 'append', events });
    const isChecked = events.some(({ kind }) => kind === 'verificationFinished');
    if (isChecked) this.citations.watch(scopeOf(this.shown), citedWords(this.shown.events));
  }

  private sendSnapshot(): void {
    if (!this.shown) return;
    const { events, traceId } = this.shown;
    const strings = localiseWebviewStrings();
    this.post({ kind: 'snapshot', strings, language: vscode.env.language, events, canFork: traceId !== null });
    this.post({ kind: 'citedPlaces', places: this.citations.places });
  }

  private post(message: ToTrace): void {
    if (this.hasPage) void this.panel?.webview.postMessage(message);
  }
}

function scopeOf({ workspaceUri, events }: ShownTrace): SourceScope {
  const asked = events.find((event) => event.kind === 'questionAsked');
  return { workspaceUri, ...(asked?.roots ? { roots: asked.roots } : {}) };
}

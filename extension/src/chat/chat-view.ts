/**
 * The chat view in the side bar. It holds no state of its own: the page says `ready`, gets a snapshot of the
 * conversation, then the changes; what the user does there comes back as messages.
 */
import * as vscode from 'vscode';
import type { ConversationChange, ConversationStore } from './conversation-store';
import type { AskController } from './ask-controller';
import type { ChatSurroundings, FromChat, ToChat } from '../../../protocol/webview-messages';
import type { AskedFolders } from '../asked-folders';
import { citedText } from '../cited-text';
import type { ErrorFunnel } from '../errors';
import { localiseWebviewStrings } from '../localised-strings';
import type { SourceOpener } from '../open-source';
import type { ServerConnection } from '../server-connection';
import type { TracePanel } from '../trace/trace-panel';
import { mediaFolder, renderWebviewHtml } from '../webview-html';
import { askedPaths, choosePaths } from './choose-paths';
import { describeSurroundings } from './surroundings';

export const chatViewId = 'longfold.chat';

/** What the chat view needs from the rest of the extension. */
export interface ChatParts {
  readonly extensionUri: vscode.Uri;
  readonly store: ConversationStore;
  readonly asking: AskController;
  readonly folders: AskedFolders;
  readonly opener: SourceOpener;
  readonly traces: TracePanel;
  readonly server: ServerConnection;
  readonly errors: ErrorFunnel;
  readonly log: vscode.LogOutputChannel;
}

export class ChatView implements vscode.WebviewViewProvider, vscode.Disposable {
  private view: vscode.WebviewView | undefined;
  private revision = 0;
  private hasPage = false;
  private focusWanted = false;
  private readonly owned: vscode.Disposable[];

  constructor(private readonly parts: ChatParts) {
    const refresh = (): void => this.sendSurroundings();
    this.owned = [
      parts.store.onDidChange((change) => this.sendChange(change)),
      parts.server.onDidChangeState(refresh),
      parts.folders.onDidChange(refresh),
      vscode.workspace.onDidChangeWorkspaceFolders(refresh),
      vscode.workspace.onDidGrantWorkspaceTrust(refresh),
    ];
  }

  /** True once the page has asked for its snapshot. */
  get isReady(): boolean {
    return this.hasPage;
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.view = view;
    view.webview.options = { enableScripts: true, localResourceRoots: [mediaFolder(this.parts.extensionUri)] };
    view.webview.onDidReceiveMessage((message: FromChat) => this.parts.errors.guard(() => this.receive(message)));
    view.onDidDispose(() => {
      this.view = undefined;
      this.hasPage = false;
    });
    view.webview.html = renderWebviewHtml(view.webview, this.parts.extensionUri, 'chat');
  }

  async show(options: { readonly focusInput: boolean }): Promise<void> {
    this.focusWanted = options.focusInput;
    await vscode.commands.executeCommand(`${chatViewId}.focus`);
    if (this.hasPage) this.sendFocus();
  }

  dispose(): void {
    for (const item of this.owned) item.dispose();
  }

  private async receive(message: FromChat): Promise<void> {
    const { store, asking, folders, traces, opener, server, log } = this.parts;
    switch (message.kind) {
      case 'ready':
        this.hasPage = true;
        this.sendSnapshot();
        this.sendFocus();
        return;
      case 'ask': {
        const asked = folders.current();
        const [folder, ...further] = asked;
        const { question, options, chosen = [] } = message;
        const paths = chosen.length === 0 ? {} : { paths: askedPaths(chosen, asked) };
        await asking.ask({ question, options: { ...options, ...paths }, folder, further, selection: null });
        return;
      }
      case 'choosePaths': {
        const chosen = await choosePaths(server, folders.current(), message.chosen);
        return chosen && this.post({ kind: 'pathsChosen', chosen });
      }
      case 'chooseFolders':
        return folders.choose();
      case 'cancel':
        return asking.cancel(message.turnId);
      case 'steer':
        return asking.steer(message.turnId, message.action);
      case 'goOn':
        await asking.goOn(message.turnId);
        return;
      case 'askAgain': {
        const turn = store.find(message.turnId);
        if (!turn) return;
        const folder = { uri: turn.workspaceUri, name: turn.workspaceName };
        await asking.ask({ ...turn, folder, further: turn.furtherFolders ?? [] });
        return;
      }
      case 'copyAnswer':
        return vscode.env.clipboard.writeText(store.find(message.turnId)?.answer ?? '');
      case 'showTrace': {
        const turn = store.find(message.turnId);
        return turn && traces.showTurn(turn);
      }
      case 'openSource': {
        const turn = store.find(message.turnId);
        if (!turn) return;
        const sources = { evidence: turn.evidence, operands: turn.computed?.operands ?? [] };
        return opener.open(turn, message.range, citedText(sources, message.range));
      }
      case 'noticeAction':
        return runNoticeAction(message.action, log);
      case 'failed':
        log.error(`Chat view: ${message.message}`);
        return;
    }
  }

  private sendChange(change: ConversationChange): void {
    switch (change.kind) {
      case 'added':
        return this.post({ kind: 'turnAdded', revision: ++this.revision, turn: change.turn });
      case 'changed':
        return this.post({ ...change, kind: 'turnChanged', revision: ++this.revision });
      case 'cleared':
        return this.sendSnapshot();
    }
  }

  private sendSnapshot(): void {
    this.post({
      kind: 'snapshot',
      revision: ++this.revision,
      strings: localiseWebviewStrings(),
      language: vscode.env.language,
      surroundings: this.surroundings(),
      conversation: this.parts.store.snapshot(),
    });
  }

  private sendSurroundings(): void {
    this.post({ kind: 'surroundingsChanged', revision: ++this.revision, surroundings: this.surroundings() });
  }

  private surroundings(): ChatSurroundings {
    return describeSurroundings(this.parts.server.state, this.parts.folders.describe());
  }

  private sendFocus(): void {
    if (this.focusWanted) this.post({ kind: 'focusInput' });
    this.focusWanted = false;
  }

  private post(message: ToChat): void {
    if (this.hasPage) void this.view?.webview.postMessage(message);
  }
}

async function runNoticeAction(
  action: (FromChat & { kind: 'noticeAction' })['action'],
  log: vscode.LogOutputChannel,
): Promise<void> {
  switch (action) {
    case 'openFolder':
      await vscode.commands.executeCommand('vscode.openFolder');
      return;
    case 'manageTrust':
      await vscode.commands.executeCommand('workbench.trust.manage');
      return;
    case 'showLog':
      log.show();
  }
}

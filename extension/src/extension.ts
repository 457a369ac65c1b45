/**
 * Entry of the extension: makes the parts, registers commands and views, starts the server. It parses nothing and
 * infers nothing itself; all of that is the server's.
 */
import * as vscode from 'vscode';
import { explainSymbolCommand } from '../../protocol/initialization';
import { AskedFolders } from './asked-folders';
import { AskController } from './chat/ask-controller';
import { ChatView, chatViewId } from './chat/chat-view';
import { ConversationStore } from './chat/conversation-store';
import { IndexCommands } from './commands/index-commands';
import { showMenu } from './commands/menu';
import { ModelCommands } from './commands/model-commands';
import { showOutboundLog } from './commands/network-command';
import { QuestionCommands } from './commands/question-commands';
import { TraceCommands } from './commands/trace-commands';
import { ErrorFunnel } from './errors';
import { IndexStatusItem } from './index-status';
import { ApiKeys } from './models/api-keys';
import { answerEditorRequests } from './models/editor-requests';
import { SourceOpener } from './open-source';
import { ServerConnection } from './server-connection';
import type { LongfoldApi } from './test-api';
import { TracePanel } from './trace/trace-panel';

let stopServer: () => Promise<void> = () => Promise.resolve();

export function activate(context: vscode.ExtensionContext): LongfoldApi {
  const own = <T extends vscode.Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };
  const { extensionUri } = context;
  const log = own(vscode.window.createOutputChannel('Longfold', { log: true }));
  const errors = new ErrorFunnel(log);
  const keys = new ApiKeys(context.secrets);
  const server = own(new ServerConnection(extensionUri, log, errors, keys.keepOut(log)));
  own(answerEditorRequests(server.client, keys));
  const store = own(new ConversationStore(context.workspaceState));
  const asking = own(new AskController(store, server, log));
  const folders = own(new AskedFolders(context.workspaceState));
  const opener = own(new SourceOpener(server));
  const status = own(new IndexStatusItem(server));
  const tracePanel = own(new TracePanel({ extensionUri, store, asking, server, opener, errors, log }));
  const chat = own(
    new ChatView({ extensionUri, store, asking, folders, opener, traces: tracePanel, server, errors, log }),
  );
  own(vscode.window.registerWebviewViewProvider(chatViewId, chat));

  const questions = new QuestionCommands(asking, chat, folders);
  const index = new IndexCommands(server, opener);
  const traces = new TraceCommands(server, tracePanel, store);
  const models = new ModelCommands(server, keys);
  const commands: Readonly<Record<string, (argument: unknown) => Promise<unknown>>> = {
    'longfold.question.ask': (question) => questions.ask(question),
    'longfold.question.cancel': async () => asking.cancel(),
    'longfold.folders.choose': () => folders.choose(),
    'longfold.selection.explain': () => questions.explainSelection(),
    [explainSymbolCommand]: (args) => questions.explainSymbol(args),
    'longfold.index.rebuild': () => index.rebuild(),
    'longfold.index.pause': () => index.pause(true),
    'longfold.index.resume': () => index.pause(false),
    'longfold.index.ledger': () => index.showLedger(),
    'longfold.workspace.forget': () => index.forget(),
    'longfold.trace.show': (id) => traces.show(id),
    'longfold.model.select': () => models.select(),
    'longfold.model.pull': (name) => models.pull(name),
    'longfold.model.setApiKey': () => models.setApiKey(),
    'longfold.network.show': () => showOutboundLog(server),
    'longfold.conversation.clear': () => store.clear(),
    'longfold.menu.show': () => showMenu(status.text),
    'longfold.log.show': async () => log.show(),
  };
  for (const [id, run] of Object.entries(commands)) {
    own(vscode.commands.registerCommand(id, (argument: unknown) => errors.guard(() => run(argument))));
  }
  own(vscode.workspace.onDidGrantWorkspaceTrust(() => errors.guard(() => server.restart())));

  const started = startServer(server, status, errors);
  stopServer = async () => {
    asking.cancel();
    await store.save();
    await server.stop();
  };
  return createApi({ started, server, status, asking, store, chat, traces: tracePanel });
}

export function deactivate(): Promise<void> {
  return stopServer();
}

async function startServer(server: ServerConnection, status: IndexStatusItem, errors: ErrorFunnel): Promise<void> {
  await server.start();
  if (server.state === 'running') await errors.guard(() => status.refresh());
}

function createApi(parts: {
  readonly started: Promise<void>;
  readonly server: ServerConnection;
  readonly status: IndexStatusItem;
  readonly asking: AskController;
  readonly store: ConversationStore;
  readonly chat: ChatView;
  readonly traces: TracePanel;
}): LongfoldApi {
  return {
    started: parts.started,
    serverState: () => parts.server.state,
    indexStatus: () => parts.status.all(),
    statusBarText: () => parts.status.text,
    lastResult: () => parts.asking.lastResult,
    chat: { isReady: () => parts.chat.isReady, snapshot: () => parts.store.snapshot() },
    trace: {
      isReady: () => parts.traces.isReady,
      events: () => parts.traces.events,
      citedPlaces: () => parts.traces.citedPlaces,
    },
  };
}

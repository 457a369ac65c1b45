/** The language server: capabilities and life cycle; each feature lives in its own file beside this one. */
import {
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  TextDocuments,
  TextDocumentSyncKind,
  type Connection,
  type InitializeParams,
  type InitializeResult,
  type WorkspaceFolder,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Application } from '../application';
import { createPowerSource } from '../platform/power';
import { registerAsk } from './ask-feature';
import { Configuration } from './configuration';
import { registerHover } from './hover-feature';
import { registerIndex } from './index-feature';
import { createEditorHost } from './editor-host';
import { registerNetwork } from './network-feature';
import { registerModels } from './model-feature';
import { RunningQuestions } from './running-questions';
import { registerSources } from './source-feature';
import { registerTraces } from './trace-feature';
import { fromWireUri } from './uris';
import { Workspaces } from './workspaces';

interface ClientFacts {
  readonly settings: unknown;
  readonly isTrusted: boolean;
  readonly explainLink: string;
  readonly locale: string;
  readonly hasEditorModels: boolean;
  readonly canPull: boolean;
  readonly canWatch: boolean;
  readonly folders: readonly WorkspaceFolder[];
}

export function startLanguageServer(connection: Connection, application: Application): void {
  let client: ClientFacts = readClient(undefined);
  const configuration = new Configuration(
    connection,
    () => client.canPull,
    () => client.settings,
  );
  const documents = new TextDocuments(TextDocument);
  const openFiles = (): readonly string[] => documents.all().flatMap(({ uri }) => fromWireUri(uri) ?? []);
  const workspaces = new Workspaces(application, configuration, connection, createPowerSource(), openFiles);

  connection.onInitialize((params): InitializeResult => {
    client = readClient(params);
    workspaces.isTrusted = client.isTrusted;
    // A question may come before the index is begun, and names its folders.
    client.folders.forEach((folder) => workspaces.setName(folder));
    application.attachEditor(client.hasEditorModels ? createEditorHost(connection) : null);
    return {
      serverInfo: { name: 'longfold' },
      capabilities: {
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
        hoverProvider: true,
        workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      },
    };
  });
  connection.onInitialized(async () => {
    if (client.canPull)
      await connection.client.register(DidChangeConfigurationNotification.type, { section: 'longfold' });
    if (client.canWatch) {
      await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers: [{ globPattern: '**/*' }] });
    }
    for (const { uri } of client.folders) void workspaces.update(uri, { rebuild: false });
    if (client.canPull) {
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        for (const folder of removed) workspaces.dropName(folder);
        for (const folder of added) {
          workspaces.setName(folder);
          void workspaces.update(folder.uri, { rebuild: false });
        }
      });
    }
  });
  connection.onDidChangeConfiguration(() => configuration.drop());
  const running = new RunningQuestions(connection);
  registerAsk(connection, workspaces, configuration, running);
  registerTraces(connection, workspaces, configuration, running);
  registerIndex(connection, documents, workspaces);
  registerHover(connection, documents, workspaces, configuration, () => client);
  registerNetwork(connection, application);
  registerModels(connection, application, workspaces, configuration);
  registerSources(connection, workspaces);
  connection.onShutdown(async () => {
    workspaces.stop();
    await application.dispose();
  });
  documents.listen(connection);
  connection.listen();
}

function readClient(params: InitializeParams | undefined): ClientFacts {
  const given: unknown = params?.initializationOptions;
  const options = typeof given === 'object' && given !== null ? given : {};
  return {
    settings: 'settings' in options ? options.settings : {},
    isTrusted: !('isTrusted' in options) || options.isTrusted !== false,
    explainLink:
      'explainLink' in options && typeof options.explainLink === 'string'
        ? options.explainLink
        : 'Explain with Longfold',
    locale: 'locale' in options && typeof options.locale === 'string' ? options.locale : (params?.locale ?? 'en'),
    hasEditorModels: 'hasEditorModels' in options && options.hasEditorModels === true,
    canPull: params?.capabilities.workspace?.configuration === true,
    canWatch: params?.capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    folders: params?.workspaceFolders ?? [],
  };
}

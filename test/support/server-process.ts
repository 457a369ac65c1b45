/** Starts the built language server as a real process and talks to it over standard input and output. */
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';

const root = join(import.meta.dirname, '..', '..');

export interface ServerProcess {
  readonly connection: MessageConnection;
  readonly child: ChildProcess;
  readonly workspaceUri: string;
  readonly folder: string;
  readonly home: string;
  readonly stop: () => Promise<void>;
}

export interface ServerOptions {
  readonly settings?: Record<string, unknown>;
  readonly isTrusted?: boolean;
  readonly folder?: string;
  /** Further workspace folders, by absolute path, with the names that the client gives them. */
  readonly further?: readonly { readonly folder: string; readonly name: string }[];
  readonly home?: string;
  /** Answers the requests `longfold/editor/…` on this connection. */
  readonly asEditor?: (connection: MessageConnection) => void;
}

/** A private copy of a fixture folder, outside the repository so that git does not see it. */
export function copyFixture(name: string): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'longfold-ws-')));
  cpSync(join(root, 'test', 'fixtures', name), folder, { recursive: true });
  return folder;
}

export function temporaryHome(): string {
  return realpathSync(mkdtempSync(join(tmpdir(), 'longfold-home-')));
}

export async function startServer(options: ServerOptions = {}): Promise<ServerProcess> {
  const folder = options.folder ?? copyFixture('sample-workspace');
  const home = options.home ?? temporaryHome();
  const env = { ...process.env, LONGFOLD_HOME: home };
  const child = spawn(process.execPath, [join(root, 'dist', 'server.js'), '--stdio'], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  connection.onRequest('client/registerCapability', () => null);
  connection.onRequest('workspace/configuration', (params: { items: readonly unknown[] }) =>
    params.items.map(() => options.settings ?? { model: { use: 'none' } }),
  );
  options.asEditor?.(connection);
  connection.listen();
  const workspaceUri = pathToFileURL(folder).toString();
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: workspaceUri,
    workspaceFolders: [
      { uri: workspaceUri, name: 'sample' },
      ...(options.further ?? []).map(({ folder: path, name }) => ({ uri: pathToFileURL(path).toString(), name })),
    ],
    capabilities: { workspace: { configuration: true, didChangeWatchedFiles: { dynamicRegistration: true } } },
    initializationOptions: {
      isTrusted: options.isTrusted ?? true,
      hasEditorModels: options.asEditor !== undefined,
    },
  });
  await connection.sendNotification('initialized', {});
  return {
    connection,
    child,
    workspaceUri,
    folder,
    home,
    stop: async () => {
      const exited = new Promise((resolve) => child.once('exit', resolve));
      await connection.sendRequest('shutdown').catch(() => undefined);
      await connection.sendNotification('exit').catch(() => undefined);
      await exited;
      connection.dispose();
    },
  };
}

/**
 * The language server's life: started on activation with the editor's own runtime, restarted when the workspace
 * becomes trusted, and started again after a crash, a few times. Everything that talks to the server goes through
 * `client`; `onDidChangeState` tells the views.
 */
import * as vscode from 'vscode';
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  State,
  TransportKind,
  type ErrorHandler,
  type LanguageClientOptions,
  type ServerOptions,
} from 'vscode-languageclient/node';
import type { InitializationOptions } from '../../protocol/initialization';
import { UserError, type ErrorFunnel } from './errors';
import { explainHover } from './explain-hover';

/** After this many crashes in `crashWindowMs` the server stays down until the user acts. */
const maxCrashes = 4;
const crashWindowMs = 180_000;

/**
 * For glibc's allocator: large blocks are given back when they are freed, instead of being kept for the next one of the same
 * thread, and all threads share two arenas. Indexing takes about 100 MB less.
 */
const serverEnvironment =
  process.platform === 'linux'
    ? { MALLOC_TRIM_THRESHOLD_: '131072', MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_ARENA_MAX: '2' }
    : {};
/** The server's own thread makes little garbage, so a young generation of a quarter of the usual size is enough. */
const serverFlags = ['--max-semi-space-size=4'];

export type ServerState = 'starting' | 'running' | 'stopped' | 'failed';

export class ServerConnection implements vscode.Disposable {
  readonly client: LanguageClient;
  private readonly stateChanged = new vscode.EventEmitter<ServerState>();
  readonly onDidChangeState = this.stateChanged.event;
  private readonly crashesAtMs: number[] = [];
  private hasFailed = false;

  constructor(
    extensionUri: vscode.Uri,
    private readonly log: vscode.LogOutputChannel,
    private readonly errors: ErrorFunnel,
    private readonly traceLog: vscode.LogOutputChannel,
  ) {
    const module = vscode.Uri.joinPath(extensionUri, 'dist', 'server.js').fsPath;
    const server: ServerOptions = {
      run: { module, transport: TransportKind.ipc, options: { env: serverEnvironment, execArgv: serverFlags } },
      debug: {
        module,
        transport: TransportKind.ipc,
        options: { env: serverEnvironment, execArgv: [...serverFlags, '--nolazy', '--inspect=6019'] },
      },
    };
    this.client = new LanguageClient('longfold', 'Longfold', server, this.clientOptions());
    this.client.onDidChangeState(() => this.stateChanged.fire(this.state));
  }

  get state(): ServerState {
    switch (this.client.state) {
      case State.Running:
        return 'running';
      case State.Starting:
        return 'starting';
      case State.StartFailed:
        return 'failed';
      case State.Stopped:
        return this.hasFailed ? 'failed' : 'stopped';
    }
  }

  /** Starts the server; a failure is shown in one sentence and leaves the rest of the extension working. */
  async start(): Promise<void> {
    await this.run(() => this.client.start());
  }

  /** Starts the server anew, with the trust and settings of now. */
  async restart(): Promise<void> {
    this.crashesAtMs.length = 0;
    await this.run(() => (this.client.needsStop() ? this.client.restart() : this.client.start()));
  }

  /** For a request that needs the server: throws one plain sentence when it is not there. */
  async ready(): Promise<LanguageClient> {
    if (this.state === 'stopped' || this.state === 'failed') await this.restart();
    if (this.state === 'starting') await this.client.start();
    if (this.state !== 'running')
      throw new UserError(vscode.l10n.t('The Longfold server is not running; the log says why.'));
    return this.client;
  }

  async stop(): Promise<void> {
    if (this.client.needsStop()) await this.client.stop();
  }

  dispose(): void {
    this.stateChanged.dispose();
  }

  private async run(action: () => Promise<void>): Promise<void> {
    try {
      this.hasFailed = false;
      await action();
    } catch (err) {
      this.hasFailed = true;
      this.stateChanged.fire('failed');
      const reason = err instanceof Error ? err.message : String(err);
      this.errors.report(new UserError(vscode.l10n.t('Longfold cannot start its server: {0}', reason)));
    }
  }

  private clientOptions(): LanguageClientOptions {
    return {
      documentSelector: [{ scheme: 'file' }],
      outputChannel: this.log,
      traceOutputChannel: this.traceLog,
      initializationOptions: readInitializationOptions,
      // The rejected start() reports the failure; without this the client would show it a second time.
      initializationFailedHandler: () => false,
      errorHandler: this.errorHandler(),
      middleware: { ...explainHover },
    };
  }

  private errorHandler(): ErrorHandler {
    return {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => {
        const nowMs = Date.now();
        this.crashesAtMs.push(nowMs);
        const recent = this.crashesAtMs.filter((atMs) => nowMs - atMs < crashWindowMs);
        this.log.warn(`The server stopped unexpectedly (${recent.length} times in ${crashWindowMs / 1000} s).`);
        if (recent.length < maxCrashes) return { action: CloseAction.Restart, handled: true };
        this.hasFailed = true;
        const message = vscode.l10n.t('The Longfold server stopped {0} times and is not started again.', recent.length);
        this.errors.report(new UserError(message));
        return { action: CloseAction.DoNotRestart, handled: true };
      },
    };
  }
}

function readInitializationOptions(): InitializationOptions {
  return {
    settings: vscode.workspace.getConfiguration().get<unknown>('longfold') ?? {},
    isTrusted: vscode.workspace.isTrusted,
    locale: vscode.env.language,
    explainLink: vscode.l10n.t('Explain with Longfold'),
    hasEditorModels: true,
  };
}

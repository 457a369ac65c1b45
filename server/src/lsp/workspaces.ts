/**
 * The workspace folders of this client: opens a session each, keeps its index up to date, tells the client its state.
 * In an untrusted workspace nothing is opened or read.
 */
import { basename } from 'node:path';
import type { Connection, WorkspaceFolder } from 'vscode-languageserver';
import { IndexStatusNotification, type IndexPhase, type IndexStatus } from '../../../protocol';
import type { Application, IndexProgress, WorkspaceSession } from '../application';
import { pathInside } from '../platform/path-inside';
import { CancelledError } from '../util/cancelled';
import { errorMessage } from '../util/error-message';
import type { PowerSource } from '../platform/power';
import { PauseGate } from '../workspace/pause-gate';
import type { Configuration } from './configuration';
import { fromWireUri } from './uris';

const untrustedMessage = 'This workspace is not trusted yet, so Longfold does not read it. Trust it to ask questions.';
const minNotifyGapMs = 100;

export class Workspaces {
  readonly #states = new Map<string, IndexStatus>();
  readonly #names = new Map<string, string>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #lastNotified = new Map<string, number>();
  readonly #stop = new AbortController();
  #mindsBattery = false;
  readonly #gate: PauseGate;
  isTrusted = true;

  constructor(
    private readonly application: Application,
    private readonly configuration: Configuration,
    private readonly connection: Connection,
    power: PowerSource,
    /** Absolute paths of what is open in the editor. */
    private readonly openFiles: () => readonly string[],
  ) {
    this.#gate = new PauseGate(power, () => this.#mindsBattery);
  }

  /** The session of a folder; throws one sentence when the folder cannot be used. */
  async session(uri: string): Promise<WorkspaceSession> {
    if (!this.isTrusted) throw new Error(untrustedMessage);
    const root = fromWireUri(uri);
    if (root === undefined) throw new Error(`Longfold reads folders on this machine only; ${uri} is not one.`);
    return this.application.workspace(root);
  }

  status(uri: string): IndexStatus {
    return (
      this.#states.get(uri) ??
      emptyStatus(uri, this.isTrusted ? 'idle' : 'untrusted', this.isTrusted ? null : untrustedMessage)
    );
  }

  /** The session of a folder that the client has open, by its path as the client gave it, or by its real one. */
  async sessionAt(path: string): Promise<WorkspaceSession> {
    const uris = [...this.#names.keys()];
    const named = uris.find((uri) => fromWireUri(uri) === path);
    if (named !== undefined) return this.session(named);
    for (const uri of uris) {
      const session = await this.session(uri).catch(() => null);
      if (session?.root === path) return session;
    }
    throw new Error(`${path} is not open; add it to the workspace.`);
  }

  /** A folder that the client has open, and how it calls it. */
  setName({ uri, name }: WorkspaceFolder): void {
    this.#names.set(uri, name);
  }

  /** The client has closed the folder. */
  dropName({ uri }: WorkspaceFolder): void {
    this.#names.delete(uri);
  }

  /** As the client calls the folder, else as it is called on the disk. */
  nameOf(uri: string): string {
    return this.#names.get(uri) ?? basename(fromWireUri(uri) ?? uri);
  }

  roots(): readonly string[] {
    return [...this.#states.keys()];
  }

  /** Brings the index of a folder up to date; a second call while one runs waits for the same run. */
  update(uri: string, options: { readonly rebuild: boolean; readonly signal?: AbortSignal }): Promise<void> {
    if (!this.isTrusted) {
      this.#publish(emptyStatus(uri, 'untrusted', untrustedMessage));
      return Promise.resolve();
    }
    const running = this.#running.get(uri);
    if (running && !options.rebuild) return running;
    const run = (running ?? Promise.resolve()).then(() => this.#run(uri, options));
    this.#running.set(uri, run);
    return run.finally(() => {
      if (this.#running.get(uri) === run) this.#running.delete(uri);
    });
  }

  /** Reads saved, created or deleted files again. */
  async refresh(uri: string, paths: readonly string[]): Promise<void> {
    if (!this.isTrusted) return;
    await this.#running.get(uri);
    const session = await this.session(uri);
    const settings = await this.configuration.settingsOf(uri);
    await session.refresh(paths, { settings, signal: this.#stop.signal });
    await this.#publishReady(uri, session);
  }

  /** Indexing of all folders waits between two files, or goes on. */
  pause(isPaused: boolean): boolean {
    this.#gate.set(isPaused);
    return isPaused;
  }

  forgotten(uri: string): void {
    this.#publish(emptyStatus(uri, 'idle', null));
  }

  stop(): void {
    this.#stop.abort();
  }

  async #run(uri: string, options: { readonly rebuild: boolean; readonly signal?: AbortSignal }): Promise<void> {
    const signal = options.signal ? AbortSignal.any([options.signal, this.#stop.signal]) : this.#stop.signal;
    try {
      this.#publish({ ...this.status(uri), phase: 'walking', message: null });
      const session = await this.session(uri);
      const settings = await this.configuration.settingsOf(uri);
      const onProgress = (progress: IndexProgress): void => this.#publishProgress(uri, progress);
      this.#mindsBattery = settings.index.pauseOnBattery;
      const first = (): readonly string[] => this.openFiles().flatMap((path) => pathInside(session.root, path) ?? []);
      await session.index({ settings, signal, onProgress, rebuild: options.rebuild, pause: this.#gate, first });
      await this.#publishReady(uri, session);
    } catch (error) {
      if (CancelledError.is(error)) {
        this.#publish({
          ...this.status(uri),
          phase: 'idle',
          message: 'Indexing was stopped; what is indexed stays searchable.',
        });
      } else {
        this.connection.console.error(errorMessage(error));
        this.#publish({ ...this.status(uri), phase: 'failed', message: errorMessage(error) });
      }
    }
  }

  async #publishReady(uri: string, session: WorkspaceSession): Promise<void> {
    const totals = await session.totals();
    this.#publish({
      ...this.status(uri),
      phase: 'ready',
      filesIndexed: totals.indexed,
      filesSkipped: totals.skipped + totals.failed + totals.pending,
      chunks: totals.chunks,
      message: null,
    });
  }

  #publishProgress(uri: string, progress: IndexProgress): void {
    const status = { ...this.status(uri), ...progress };
    const now = performance.now();
    this.#states.set(uri, status);
    if (now - (this.#lastNotified.get(uri) ?? -Infinity) >= minNotifyGapMs) this.#publish(status);
  }

  #publish(status: IndexStatus): void {
    this.#states.set(status.workspaceUri, status);
    this.#lastNotified.set(status.workspaceUri, performance.now());
    void this.connection.sendNotification(IndexStatusNotification, status).catch(() => undefined);
  }
}

function emptyStatus(workspaceUri: string, phase: IndexPhase, message: string | null): IndexStatus {
  return { workspaceUri, phase, filesDone: 0, filesTotal: 0, filesIndexed: 0, filesSkipped: 0, chunks: 0, message };
}

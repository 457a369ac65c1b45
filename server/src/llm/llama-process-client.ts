/**
 * Starts the llama.cpp child process when a call needs it, and ends it after a while without calls. A process that
 * dies rejects its calls with `crashed`; the next call starts it anew.
 */
import { Socket } from 'node:net';
import { fork, type ChildProcess } from 'node:child_process';
import type { Logger } from '../platform/ports';
import { CancelledError } from '../util/cancelled';
import { ModelError } from './chat-model';
import type { FromLlama, LlamaCall, LlamaCalls, ToLlama } from './llama-protocol';

export interface LlamaProcessOptions {
  /** Absolute path of the bundle `llama.process.js`. */
  readonly processFile: string;
  readonly logger: Logger;
  /** Milliseconds without calls after which the process ends and gives its memory back. */
  readonly idleMs?: number;
}

const defaultIdleMs = 5 * 60_000;
/** A cancelled call must end by then (one slice of the prompt); else the process is taken down. */
const cancelGraceMs = 10_000;

interface PendingCall {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly onText: ((delta: string) => void) | undefined;
}

export class LlamaProcessClient {
  #child: ChildProcess | undefined;
  #nextId = 1;
  #idleTimer: NodeJS.Timeout | undefined;
  readonly #pending = new Map<number, PendingCall>();
  readonly #cancelled = new Map<number, NodeJS.Timeout>();

  constructor(private readonly options: LlamaProcessOptions) {}

  /** The running process, for diagnosis; undefined while there is none. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  call<Name extends keyof LlamaCalls>(
    method: Name,
    params: LlamaCalls[Name]['params'],
    options: { readonly signal: AbortSignal; readonly onText?: (delta: string) => void },
  ): Promise<LlamaCalls[Name]['result']>;
  call(
    method: LlamaCall['method'],
    params: LlamaCall['params'],
    options: { readonly signal: AbortSignal; readonly onText?: (delta: string) => void },
  ): Promise<unknown> {
    const { signal, onText } = options;
    if (signal.aborted) return Promise.reject(new CancelledError());
    const child = this.#start();
    const id = this.#nextId++;
    return new Promise<unknown>((resolve, reject) => {
      const cancel = (): void => {
        this.#cancel(child, id);
        settle();
        reject(new CancelledError());
      };
      const settle = (): void => {
        signal.removeEventListener('abort', cancel);
        this.#pending.delete(id);
        this.#rest(child);
      };
      signal.addEventListener('abort', cancel, { once: true });
      this.#pending.set(id, {
        resolve: (value) => (settle(), resolve(value)),
        reject: (error) => (settle(), reject(error)),
        onText,
      });
      clearTimeout(this.#idleTimer);
      child.ref();
      child.channel?.ref();
      child.send({ kind: 'call', id, method, params }, (error) => {
        if (error) this.#died(child, 'could not be reached');
      });
    });
  }

  async dispose(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = undefined;
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
    this.#rejectAll(new CancelledError());
    if (child.connected) child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), 1_000);
    if (child.exitCode === null && child.signalCode === null) await ended;
    clearTimeout(timer);
  }

  #start(): ChildProcess {
    if (this.#child) return this.#child;
    const child = fork(this.options.processFile, [], {
      execPath: process.execPath,
      // In an editor, the executable is Electron: this makes it run as plain Node.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
      execArgv: [],
      serialization: 'json',
      // Standard output belongs to the language protocol or to the command line's answer.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const log = (chunk: Buffer): void => this.options.logger.info(`model process: ${chunk.toString('utf8').trim()}`);
    child.stdout?.on('data', log);
    child.stderr?.on('data', log);
    child.on('message', (message: FromLlama) => this.#receive(message));
    child.on('error', (error) => this.#died(child, `failed (${error.message})`));
    child.on('exit', (code, signal) => this.#died(child, `stopped (${signal ?? `code ${code ?? 'unknown'}`})`));
    this.#child = child;
    return child;
  }

  #receive(message: FromLlama): void {
    if (message.kind !== 'text') {
      clearTimeout(this.#cancelled.get(message.id));
      this.#cancelled.delete(message.id);
    }
    const call = this.#pending.get(message.id);
    if (!call) return;
    if (message.kind === 'text') call.onText?.(message.delta);
    else if (message.kind === 'result') call.resolve(message.result);
    else if (message.kind === 'cancelled') call.reject(new CancelledError());
    else call.reject(new ModelError(message.reason, message.message));
  }

  #cancel(child: ChildProcess, id: number): void {
    if (child.connected) child.send({ kind: 'cancel', id } satisfies ToLlama);
    const timer = setTimeout(() => child.kill('SIGKILL'), cancelGraceMs);
    timer.unref();
    this.#cancelled.set(id, timer);
  }

  /** Without calls the process must not keep the server or the command line alive. */
  #rest(child: ChildProcess): void {
    if (this.#pending.size > 0 || this.#child !== child) return;
    unref(child);
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(() => void this.dispose(), this.options.idleMs ?? defaultIdleMs);
    this.#idleTimer.unref();
  }

  #died(child: ChildProcess, what: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    this.options.logger.warn(`The model process ${what}.`);
    this.#rejectAll(
      new ModelError(
        'crashed',
        `The model process ${what}, perhaps for want of memory; ask again to start it anew, or choose a smaller model.`,
      ),
    );
  }

  #rejectAll(error: Error): void {
    clearTimeout(this.#idleTimer);
    for (const timer of this.#cancelled.values()) clearTimeout(timer);
    this.#cancelled.clear();
    for (const call of [...this.#pending.values()]) call.reject(error);
  }
}

function unref(child: ChildProcess): void {
  child.unref();
  child.channel?.unref();
  for (const stream of [child.stdout, child.stderr]) {
    // A pipe of a child is a socket, whatever its declared type; only a socket can let the process end.
    if (stream instanceof Socket) stream.unref();
  }
}

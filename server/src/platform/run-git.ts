/**
 * Runs git to read only: no shell, no hooks, no file-system monitor, no optional locks, none of the caller's
 * GIT_* variables. Output is split at NUL while it arrives, so that a large listing never blocks the loop.
 */
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { CancelledError } from '../util/cancelled';

export interface GitResult {
  /** Null: git is missing, was stopped by the time limit, or could not start. */
  readonly exitCode: number | null;
  readonly records: readonly string[];
  readonly problem: string;
}
export interface GitOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
}
export type GitRunner = (folder: string, args: readonly string[], options: GitOptions) => Promise<GitResult>;

const defaultTimeoutMs = 60_000;
const safeConfig = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=', '-c', 'core.quotePath=false'];

export const runGit: GitRunner = (folder, args, { signal, timeoutMs = defaultTimeoutMs }) =>
  new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(new CancelledError());
      return;
    }
    // Windows looks for the program in the current folder first: that must not be the workspace.
    const child = spawn('git', ['-C', folder, ...safeConfig, ...args], {
      cwd: dirname(process.execPath),
      env: gitEnvironment(),
      shell: false,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: timeoutMs,
      windowsHide: true,
    });
    const output = createRecordSplitter();
    let problem = '';
    const stop = (): void => {
      child.kill();
      reject(new CancelledError());
    };
    signal.addEventListener('abort', stop, { once: true });
    child.stdout.on('data', (data: Buffer) => output.push(data));
    child.stderr.on('data', (data: Buffer) => {
      if (problem.length < 2_000) problem += data.toString('utf8');
    });
    const finish = (exitCode: number | null, failure: string): void => {
      signal.removeEventListener('abort', stop);
      resolve({ exitCode, records: output.end(), problem: failure.trim() });
    };
    child.on('error', (error) => finish(null, error.message));
    child.on('close', (code) => finish(code, problem));
  });

function gitEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_'));
  const calm = { GIT_OPTIONAL_LOCKS: '0', GIT_TERMINAL_PROMPT: '0', LC_ALL: 'C' };
  // A partial clone would fetch what it lacks: no transport is allowed.
  return { ...Object.fromEntries(kept), ...calm, GIT_NO_LAZY_FETCH: '1', GIT_ALLOW_PROTOCOL: 'none' };
}

/** Bytes are cut at NUL before they are decoded, so a character never falls between two pieces. */
function createRecordSplitter(): { push(data: Buffer): void; end(): readonly string[] } {
  const records: string[] = [];
  let rest: Buffer = Buffer.alloc(0);
  return {
    push(data) {
      const whole = rest.length === 0 ? data : Buffer.concat([rest, data]);
      let start = 0;
      for (let at = whole.indexOf(0); at >= 0; at = whole.indexOf(0, start)) {
        records.push(whole.toString('utf8', start, at));
        start = at + 1;
      }
      rest = whole.subarray(start);
    },
    end() {
      if (rest.length > 0) records.push(rest.toString('utf8').replace(/\r?\n$/, ''));
      rest = Buffer.alloc(0);
      return records;
    },
  };
}

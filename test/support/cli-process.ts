/** Runs the built command line as a real process with a private home. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';

const cli = join(import.meta.dirname, '..', '..', 'dist', 'cli.js');

export interface CliRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly home: string;
  readonly cwd?: string;
  readonly node?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Sends Ctrl-C once this text was seen on standard error. */
  readonly interruptAfter?: RegExp;
}

export function runCli(args: readonly string[], options: CliOptions): Promise<CliRun> {
  const env = { ...process.env, LONGFOLD_HOME: options.home, ...options.env };
  const child = spawn(options.node ?? process.execPath, [cli, ...args], {
    cwd: options.cwd,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  let interrupted = false;
  child.stdout.on('data', (part: Buffer) => (stdout += part.toString()));
  child.stderr.on('data', (part: Buffer) => {
    stderr += part.toString();
    if (!interrupted && options.interruptAfter?.test(stderr)) {
      interrupted = true;
      child.kill('SIGINT');
    }
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}

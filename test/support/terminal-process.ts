/** Runs a shell line in a real pseudo-terminal (Python's `pty`), with what it prints and with keys that are pressed. */
import { spawn } from 'node:child_process';

export interface TerminalProcess {
  /** All that was printed, with the terminal's line ends. */
  readonly output: () => string;
  readonly press: (keys: string) => void;
  readonly ended: Promise<void>;
  readonly kill: () => void;
}

const relay = 'import pty, sys; pty.spawn(["/bin/sh", "-c", sys.argv[1]])';

export function runInTerminal(line: string, env: Readonly<Record<string, string>>): TerminalProcess {
  const child = spawn('python3', ['-c', relay, line], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (part: Buffer) => (output += part.toString()));
  return {
    output: () => output,
    press: (keys) => void child.stdin.write(keys),
    ended: new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('close', () => resolve());
    }),
    kill: () => void child.kill('SIGKILL'),
  };
}

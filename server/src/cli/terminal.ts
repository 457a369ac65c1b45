/**
 * The terminal: results go to standard output, progress and notes to standard error. Progress is one line that is
 * rewritten on a terminal, and a plain line every few seconds elsewhere. Output of `--json` is never mixed with it.
 */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly note: (text: string) => void;
  readonly progress: (text: string) => void;
  readonly clearProgress: () => void;
  readonly styled: boolean;
}

const plainProgressGapMs = 3_000;

export function createTerminal(
  stdout: NodeJS.WriteStream,
  stderr: NodeJS.WriteStream,
  env: NodeJS.ProcessEnv,
): Terminal {
  const isLive = stderr.isTTY;
  let shown = false;
  let lastPlain = { text: '', ms: performance.now() };
  // A reader that goes away (`| head`) ends the output, not the program with a stack trace.
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
  });
  const clearProgress = (): void => {
    if (shown) stderr.write('\r\x1b[K');
    shown = false;
  };
  return {
    styled: stdout.isTTY && env['NO_COLOR'] === undefined,
    out: (text) => {
      clearProgress();
      stdout.write(`${text}\n`);
    },
    note: (text) => {
      clearProgress();
      stderr.write(`${text}\n`);
    },
    progress: (text) => {
      if (isLive) {
        stderr.write(`\r\x1b[K${cutToWidth(text, stderr.columns)}`);
        shown = true;
      } else if (text !== lastPlain.text && performance.now() - lastPlain.ms > plainProgressGapMs) {
        lastPlain = { text, ms: performance.now() };
        stderr.write(`${text}\n`);
      }
    },
    clearProgress,
  };
}

function cutToWidth(text: string, columns: number | undefined): string {
  const width = Math.max(20, (columns ?? 80) - 1);
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

/** File contents and model output are untrusted: control characters could move the cursor or set a title. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, (found) =>
    found === '\r' ? '' : '\ufffd',
  );
}

export const bold = (terminal: Terminal, text: string): string => (terminal.styled ? `\x1b[1m${text}\x1b[0m` : text);
export const dim = (terminal: Terminal, text: string): string => (terminal.styled ? `\x1b[2m${text}\x1b[0m` : text);
/** Struck out, between tildes where the output has no styles. */
export const struck = (terminal: Terminal, text: string): string =>
  terminal.styled ? `\x1b[9m${text}\x1b[29m` : `~~${text}~~`;

/** `longfold pull`: fetches a model into Ollama. Giving the command is the user's consent. */
import type { CommandContext } from './command-context';
import { exitCodes, UsageError, type ExitCode } from './exit-codes';
import { printable } from './terminal';

export interface PullFlags {
  readonly json?: boolean;
}

export async function runPull(context: CommandContext, name: string, flags: PullFlags): Promise<ExitCode> {
  const { terminal, settings, signal } = context;
  const wanted = name.trim().replace(/^ollama:/, '');
  if (wanted === '' || wanted.includes(' ')) {
    throw new UsageError(`"${name}" is no model name: write one of Ollama's library, such as qwen3:8b.`);
  }
  await context.application().pullModel(wanted, settings, {
    signal,
    onProgress: ({ step, doneBytes, totalBytes }) => {
      const sizes = totalBytes > 0 ? ` ${toGigabytes(doneBytes)} of ${toGigabytes(totalBytes)} GB` : '';
      terminal.progress(printable(`${step}${sizes}`));
    },
  });
  terminal.clearProgress();
  if (flags.json) terminal.out(JSON.stringify({ model: `ollama:${wanted}` }, null, 2));
  else terminal.out(printable(`The model ${wanted} is there: use it with --model ollama:${wanted}.`));
  return exitCodes.ok;
}

function toGigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(2);
}

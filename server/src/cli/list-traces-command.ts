/** `longfold trace` without a file: the traces kept of a folder, newest first, by the names that `ask --previous` takes. */
import { resolve } from 'node:path';
import type { CommandContext } from './command-context';
import { exitCodes, UsageError, type ExitCode } from './exit-codes';
import { bold, dim, printable } from './terminal';
import type { TraceFlags } from './trace-command';

export async function runTraces(context: CommandContext, flags: TraceFlags): Promise<ExitCode> {
  const { terminal } = context;
  const { workspace = '.', json, ...ofOneTrace } = flags;
  if (Object.keys(ofOneTrace).length > 0) {
    throw new UsageError('Name the trace file first; without one the kept traces are listed.');
  }
  const session = await context.application().workspace(resolve(context.workingFolder, workspace));
  const traces = await session.traces();
  if (json) terminal.out(JSON.stringify({ workspace: session.root, traces }, null, 2));
  else if (traces.length === 0) terminal.out(`No trace is kept of ${session.root}.`);
  for (const { id, question, outcome } of json ? [] : traces) {
    terminal.out(`${bold(terminal, printable(id))}  ${dim(terminal, printable(outcome))}  ${printable(question)}`);
  }
  return exitCodes.ok;
}

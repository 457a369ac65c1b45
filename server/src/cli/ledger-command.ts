/** `longfold ledger`: every file with its state: indexed, or the reason why not. */
import type { CommandContext } from './command-context';
import { exitCodes, type ExitCode } from './exit-codes';
import { openWorkspace } from './index-command';
import { printable } from './terminal';

export interface LedgerFlags {
  readonly workspace: string;
  readonly json?: boolean;
  readonly notIndexed?: boolean;
}

export async function runLedger(
  context: CommandContext,
  under: string | undefined,
  flags: LedgerFlags,
): Promise<ExitCode> {
  const { terminal } = context;
  const session = await openWorkspace(context, flags.workspace, { forQuestion: true });
  const all = await session.ledger(under);
  const rows = flags.notIndexed ? all.filter((row) => row.state !== 'indexed') : all;
  if (flags.json) {
    terminal.out(JSON.stringify({ workspace: session.root, files: rows }, null, 2));
    return exitCodes.ok;
  }
  for (const row of rows) {
    const facts = row.state === 'indexed' ? `${row.chunks} chunks, ${row.encoding ?? ''}` : (row.reason ?? '');
    terminal.out(`${row.state.padEnd(8)} ${printable(row.path)}  ${printable(facts)}`);
  }
  const count = (state: string): number => all.filter((row) => row.state === state).length;
  terminal.out(
    `${all.length} files: ${count('indexed')} indexed, ${count('skipped')} skipped, ${count('failed')} failed, ${count('pending')} pending.`,
  );
  return exitCodes.ok;
}

/** `longfold ledger`: every file with its state, and everything left out with the reason and the rule that says so. */
import type { LedgerRow } from '../../../protocol/indexing';
import { ledgerTotals, type LedgerTotals } from '../session/ledger';
import type { CommandContext } from './command-context';
import { exitCodes, type ExitCode } from './exit-codes';
import { openWorkspace } from './index-command';
import { printable } from './terminal';

export interface LedgerFlags {
  readonly workspace: string;
  readonly json?: boolean;
  readonly notIndexed?: boolean;
  /** Name the rule of what is left out. */
  readonly why?: boolean;
  /** Count the files inside of excluded folders. */
  readonly count?: boolean;
}

export async function runLedger(
  context: CommandContext,
  under: string | undefined,
  flags: LedgerFlags,
): Promise<ExitCode> {
  const { terminal, signal } = context;
  const session = await openWorkspace(context, flags.workspace, { forQuestion: true });
  const all = await session.ledger(under, { count: flags.count === true, signal });
  const rows = flags.notIndexed ? all.filter((row) => row.state !== 'indexed') : all;
  const totals = ledgerTotals(all);
  if (flags.json) {
    terminal.out(JSON.stringify({ workspace: session.root, files: rows, totals }, null, 2));
    return exitCodes.ok;
  }
  for (const row of rows) terminal.out(printable(describeRow(row, flags.why === true)));
  terminal.out(describeTotals(totals));
  return exitCodes.ok;
}

function describeRow(row: LedgerRow, why: boolean): string {
  const start = `${row.state.padEnd(8)} ${row.path}`;
  if (row.state === 'indexed')
    return `${start}  ${row.chunks} chunks, ${row.encoding ?? ''}${row.reason === null ? '' : `. ${row.reason}`}`;
  const inside = row.filesInside === undefined ? '' : ` ${countOf(row.filesInside, 'file')} inside.`;
  const rule = why && row.rule ? `  ${row.rule.file}:${row.rule.line}: ${row.rule.pattern}` : '';
  return `${start}  ${row.reason ?? ''}${inside}${rule}`;
}

function describeTotals(totals: LedgerTotals): string {
  const { indexed, skipped, failed, pending, excluded, excludedFolders, filesInExcludedFolders } = totals;
  const inFolders =
    excludedFolders === 0
      ? ''
      : filesInExcludedFolders === null
        ? `; ${countOf(excludedFolders, 'folder')} left out whole (--count counts what is inside)`
        : `, ${filesInExcludedFolders} in ${countOf(excludedFolders, 'folder')} left out whole`;
  const links =
    totals.behindLinks === 0 ? '' : ` ${countOf(totals.behindLinks, 'row')} more stand behind links to folders.`;
  return (
    `${totals.files} files: ${indexed} indexed, ${skipped} skipped, ${failed} failed, ${pending} pending, ` +
    `${excluded} left out${inFolders}.${links}`
  );
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `longfold outbound`: what was sent to other programs, when, how much and what for. */
import type { CommandContext } from './command-context';
import { exitCodes, type ExitCode } from './exit-codes';
import { dim, printable } from './terminal';

export interface OutboundFlags {
  readonly json?: boolean;
}

export function runOutbound({ application, terminal }: CommandContext, flags: OutboundFlags): ExitCode {
  const { file, records } = application().outboundLog();
  if (flags.json) {
    terminal.out(JSON.stringify({ file, records }, null, 2));
    return exitCodes.ok;
  }
  for (const { at, method, host, path, purpose, sentBytes, receivedBytes, status, outcome } of records) {
    const sizes = `${sentBytes} bytes sent, ${receivedBytes} received`;
    const end = status === null ? outcome : `${outcome} ${status}`;
    terminal.out(`${at}  ${printable(`${method} ${host}${path}`)}  ${purpose}  ${sizes}  ${end}`);
  }
  if (records.length === 0) terminal.out('Nothing was sent to another program.');
  terminal.out(dim(terminal, file));
  return exitCodes.ok;
}

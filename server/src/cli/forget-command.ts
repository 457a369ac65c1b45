/** `longfold forget`: deletes the index and all traces kept of a workspace. The workspace itself is not touched. */
import { resolve } from 'node:path';
import type { CommandContext } from './command-context';
import { exitCodes, type ExitCode } from './exit-codes';

export interface ForgetFlags {
  readonly workspace: string;
  readonly json?: boolean;
}

export async function runForget(context: CommandContext, flags: ForgetFlags): Promise<ExitCode> {
  const root = resolve(context.workingFolder, flags.workspace);
  const session = await context.application().workspace(root);
  await session.forget();
  if (flags.json) context.terminal.out(JSON.stringify({ workspace: root, forgotten: true }));
  else context.terminal.out(`Everything that was kept of ${root} is deleted.`);
  return exitCodes.ok;
}

/** `longfold compress FILE... --question Q`: prints the slices of the files that the critic keeps. */
import { resolve } from 'node:path';
import { defaultSettings } from '../../../protocol/settings';
import type { Granularity } from '../../../protocol/trace-events';
import type { CommandContext } from './command-context';
import { exitCodes, type ExitCode } from './exit-codes';
import type { TokenBudget } from './parse-options';
import { bold, dim, printable } from './terminal';

export interface CompressFlags {
  readonly question: string;
  readonly granularity: Granularity;
  readonly budget?: TokenBudget;
  readonly threshold?: number;
  readonly instruction?: string;
  readonly json?: boolean;
}

export async function runCompress(
  context: CommandContext,
  files: readonly string[],
  flags: CompressFlags,
): Promise<ExitCode> {
  const { terminal } = context;
  const { granularity, threshold = 0, instruction } = flags;
  const budget = flags.budget ?? { tokenBudget: defaultSettings.compress.tokenBudget };
  const wish = instruction === undefined ? {} : { instruction };
  const question = { text: flags.question, granularity, threshold, ...wish, ...budget };
  terminal.progress('Reading …');
  const paths = files.map((file) => resolve(context.workingFolder, file));
  const result = await context.application().compress(paths, question, context);
  terminal.clearProgress();
  for (const problem of result.problems) terminal.note(problem);
  if (flags.json) {
    const { spans, tokensRead, tokensKept } = result;
    terminal.out(
      JSON.stringify({ question: flags.question, spans, tokens: { read: tokensRead, kept: tokensKept } }, null, 2),
    );
  } else {
    let path = '';
    for (const span of result.spans) {
      if (span.path !== path) terminal.out(bold(terminal, printable(span.path)));
      path = span.path;
      terminal.out(`${dim(terminal, `${span.startLine}:`)} ${printable(span.text)}`);
    }
    terminal.note(`${result.tokensKept} of ${result.tokensRead} tokens kept.`);
  }
  if (result.spans.length > 0) return exitCodes.ok;
  return result.problems.length > 0 ? exitCodes.failed : exitCodes.nothingFound;
}

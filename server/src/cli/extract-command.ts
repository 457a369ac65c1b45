/** `longfold extract QUESTION FILE...`: prints the words of the files that answer, or says that none seem to. */
import { resolve } from 'node:path';
import type { CommandContext } from './command-context';
import { exitCodes, UsageError, type ExitCode } from './exit-codes';
import { bold, printable } from './terminal';

export interface ExtractFlags {
  readonly json?: boolean;
}

export async function runExtract(
  context: CommandContext,
  question: string,
  files: readonly string[],
  flags: ExtractFlags,
): Promise<ExitCode> {
  const { terminal, workingFolder } = context;
  if (question.trim() === '')
    throw new UsageError('The question is empty: write it in quotes after "longfold extract".');
  terminal.progress('Reading …');
  const paths = files.map((file) => resolve(workingFolder, file));
  const { answer, probability, problems } = await context.application().extract(paths, question, context);
  terminal.clearProgress();
  for (const problem of problems) terminal.note(problem);
  if (flags.json) terminal.out(JSON.stringify({ question, answer, probability }, null, 2));
  else if (answer) {
    terminal.out(bold(terminal, printable(`${answer.path}:${answer.line}:${answer.column}`)));
    terminal.out(printable(answer.text));
  }
  if (answer) return exitCodes.ok;
  const isAnyRead = problems.length < new Set(paths).size;
  if (isAnyRead && !flags.json) {
    terminal.note(`The text does not seem to hold an answer (probability ${probability.toFixed(2)}).`);
  }
  return problems.length > 0 ? exitCodes.failed : exitCodes.nothingFound;
}

/** `longfold eval repo-qa`: measures how many of the lines that answer questions about repositories are in the evidence. */
import { resolve } from 'node:path';
import type { RepoQaMethod } from '../eval/measure-repo-qa';
import type { CommandContext } from './command-context';
import { percent, runEvaluationCommand, type EvalFlags } from './eval-view';
import type { ExitCode } from './exit-codes';
import { printable } from './terminal';

export interface EvalRepoQaFlags extends EvalFlags {
  readonly repos: string;
  readonly budgets: readonly number[];
  readonly method: readonly RepoQaMethod[];
}

export function runEvalRepoQa(context: CommandContext, flags: EvalRepoQaFlags): Promise<ExitCode> {
  const { method: methods, budgets } = flags;
  const reposFolder = resolve(context.workingFolder, flags.repos);
  return runEvaluationCommand(context, flags, {
    measure: ({ folder: dataFile, ...request }) =>
      context.application().measureRepoQa({ ...request, dataFile, reposFolder, methods, budgets }),
    head: ['repository', 'method', 'budget', 'questions', 'gold lines', 'gold files in 5', 'tokens', 'seconds'],
    labels: 2,
    toCells: (row) => [
      printable(row.repo),
      row.method,
      String(row.budget),
      String(row.n),
      percent(row.goldLines),
      percent(row.goldFiles5),
      row.tokens.toFixed(0),
      row.seconds.toFixed(2),
    ],
  });
}

/** `longfold eval answers`: measures on labelled records how well the critic answers without a language model. */
import type { CommandContext } from './command-context';
import { percent, runEvaluationCommand, type EvalFlags } from './eval-view';
import type { ExitCode } from './exit-codes';
import { printable } from './terminal';

export function runEvalAnswers(context: CommandContext, flags: EvalFlags): Promise<ExitCode> {
  return runEvaluationCommand(context, flags, {
    measure: (request) => context.application().measureAnswers(request),
    head: ['set', 'records', 'F1', 'exact match', 'answered', 'abstained', 'AUC', 'ECE', 'yes/no', 'right'],
    labels: 1,
    toCells: (row) => [
      printable(row.set),
      String(row.n),
      percent(row.f1),
      percent(row.exactMatch),
      percent(row.answered),
      percent(row.abstained),
      percent(row.auc),
      percent(row.ece),
      String(row.yesNo.n),
      percent(row.yesNo.accuracy ?? null),
    ],
  });
}

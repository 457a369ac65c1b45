/** `longfold eval abstain`: the curve of answering and abstaining, over workspaces with and without their gold. */
import type { CommandContext } from './command-context';
import { percent, runEvaluationCommand, type EvalFlags } from './eval-view';
import type { ExitCode } from './exit-codes';
import { printable } from './terminal';

export function runEvalAbstain(context: CommandContext, flags: EvalFlags): Promise<ExitCode> {
  return runEvaluationCommand(context, flags, {
    measure: (request) => context.application().measureAbstention(request),
    head: ['set', 'records', 'threshold', 'answered', 'abstained', 'AUC', 'critic AUC'],
    labels: 1,
    toCells: ({ set, n, threshold, isOwn, answered, abstained, auc, criticAuc }) => [
      printable(set),
      String(n),
      `${threshold.toFixed(2)}${isOwn ? ' *' : ''}`,
      percent(answered),
      percent(abstained),
      percent(auc),
      percent(criticAuc),
    ],
  });
}

/** `longfold eval evidence`: measures on labelled records how much evidence the critic keeps, beside other rankings. */
import type { EvidenceMethod } from '../eval/score-units';
import type { CommandContext } from './command-context';
import { percent, runEvaluationCommand, type EvalFlags } from './eval-view';
import type { ExitCode } from './exit-codes';
import { printable } from './terminal';

export interface EvalEvidenceFlags extends EvalFlags {
  readonly keep: readonly number[];
  readonly method: readonly EvidenceMethod[];
  readonly alternatives?: boolean;
}

export function runEvalEvidence(context: CommandContext, flags: EvalEvidenceFlags): Promise<ExitCode> {
  const { method: methods, keep: keeps } = flags;
  const alternatives = flags.alternatives === true;
  return runEvaluationCommand(context, flags, {
    measure: (request) => context.application().measureEvidence({ ...request, methods, keeps, alternatives }),
    head: ['set', 'method', 'keep', 'records', 'recall', 'all gold', '95% interval', 'kept'],
    labels: 2,
    toCells: (row) => [
      printable(row.set),
      row.method,
      String(row.keep),
      String(row.n),
      percent(row.recall),
      percent(row.allGold),
      `${percent(row.low)} to ${percent(row.high)}`,
      percent(row.kept),
    ],
  });
}

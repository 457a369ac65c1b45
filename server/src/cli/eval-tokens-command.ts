/** `longfold eval tokens`: measures how many tokens of evidence questions need until all their gold is among them. */
import { curveShares, curveTokens } from '../eval/token-curve';
import type { CommandContext } from './command-context';
import { percent, runEvaluationCommand, type EvalFlags } from './eval-view';
import type { ExitCode } from './exit-codes';
import { printable } from './terminal';

export function runEvalTokens(context: CommandContext, flags: EvalFlags): Promise<ExitCode> {
  return runEvaluationCommand(context, flags, {
    measure: (request) => context.application().measureTokens(request),
    head: [
      'set',
      'method',
      'questions',
      ...curveTokens.map((tokens) => `all gold in ${tokens}`),
      ...curveShares.flatMap((share) => [`tokens for ${percent(share)}%`, 'of BM25']),
    ],
    labels: 2,
    toCells: (row) => [
      printable(row.set),
      row.method,
      String(row.n),
      ...row.allGold.map(percent),
      ...row.tokensFor.flatMap((tokens, place) => [tokens?.toFixed(0) ?? '-', row.ratios[place]?.toFixed(2) ?? '-']),
    ],
  });
}

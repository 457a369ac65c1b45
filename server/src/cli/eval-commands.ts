/** `longfold eval`: options and help of every evaluation. */
import type { Command } from 'commander';
import { checked, checkedList, type Finish } from './checked-options';
import type { CommandContext } from './command-context';
import { runEvalAbstain } from './eval-abstain-command';
import { runEvalAnswers } from './eval-answers-command';
import { runEvalEvidence, type EvalEvidenceFlags } from './eval-evidence-command';
import { runEvalRepoQa, type EvalRepoQaFlags } from './eval-repo-qa-command';
import { runEvalTokens } from './eval-tokens-command';
import type { EvalFlags } from './eval-view';
import {
  parseBudget,
  parseBudgets,
  parseMethods,
  parseNames,
  parsePercents,
  parseRepoQaMethods,
  parseSample,
  parseSeed,
} from './parse-options';

type SetsOption<Flags extends EvalFlags> = Omit<Flags, 'sets'> & Partial<Pick<Flags, 'sets'>>;
type EvidenceOptions = SetsOption<Omit<EvalEvidenceFlags, 'keep' | 'method'>> &
  Partial<Pick<EvalEvidenceFlags, 'keep' | 'method'>>;

export function addEvalCommands(program: Command, context: CommandContext, finish: Finish): void {
  const group = program.command('eval').description('measure Longfold on labelled data');
  const evidence = group
    .command('evidence')
    .description('how much gold evidence is kept at a share of the characters, by the critic and by other rankings');
  addDataOptions(evidence)
    .option('--keep <percents>', 'comma list of shares to keep (default: 1,5,10,20)', checkedList(parsePercents))
    .option(
      '--method <names>',
      'comma list of bm25, critic, critic-2hop, random, oracle (default: bm25,critic,oracle)',
      checkedList(parseMethods),
    )
    .option('--alternatives', 'count a record with the best of all annotations')
    .action(async (flags: EvidenceOptions) =>
      finish(
        await runEvalEvidence(context, {
          ...flags,
          sets: flags.sets ?? [],
          keep: flags.keep ?? [1, 5, 10, 20],
          method: flags.method ?? ['bm25', 'critic', 'oracle'],
        }),
      ),
    );
  const answers = group
    .command('answers')
    .description('how near the critic comes to known answers without a language model, and whether it knows when not');
  addDataOptions(answers).action(async (flags: SetsOption<EvalFlags>) =>
    finish(await runEvalAnswers(context, { ...flags, sets: flags.sets ?? [] })),
  );
  const abstain = group
    .command('abstain')
    .description('whether too weak evidence is known for it: small workspaces with their gold and without it');
  addDataOptions(abstain).action(async (flags: SetsOption<EvalFlags>) =>
    finish(await runEvalAbstain(context, { ...flags, sets: flags.sets ?? [] })),
  );
  addRepoQaCommand(group, context, finish);
  const tokens = group
    .command('tokens')
    .description(
      'how many tokens of evidence questions need until all their gold is among them, against BM25 over chunks',
    );
  addDataOptions(tokens).action(async (flags: SetsOption<EvalFlags>) =>
    finish(await runEvalTokens(context, { ...flags, sets: flags.sets ?? [] })),
  );
}

type RepoQaOptions = Omit<EvalRepoQaFlags, 'budgets' | 'method' | 'sets'> &
  Partial<Pick<EvalRepoQaFlags, 'budgets' | 'method'>> & { readonly budget: number };

function addRepoQaCommand(group: Command, context: CommandContext, finish: Finish): void {
  const command = group
    .command('repo-qa')
    .description('how many of the lines that answer questions about repositories are in the evidence for them')
    .requiredOption('--data <file>', 'JSON list of questions, each with the lines of its repository that answer it')
    .requiredOption('--repos <folder>', 'folder that holds the repositories, each at the commit of its questions')
    .option('--budget <tokens>', 'tokens of evidence', checked(parseBudget), 9000)
    .option('--budgets <tokens>', 'comma list of budgets, a row each, instead of --budget', checkedList(parseBudgets))
    .option('--method <names>', 'comma list of longfold, bm25 (default: longfold)', checkedList(parseRepoQaMethods));
  addSampleOptions(command).action(async ({ budget, ...flags }: RepoQaOptions) =>
    finish(
      await runEvalRepoQa(context, {
        ...flags,
        sets: [],
        budgets: flags.budgets ?? [budget],
        method: flags.method ?? ['longfold'],
      }),
    ),
  );
}

/** What an evaluation over sets is told about its records. */
function addDataOptions(command: Command): Command {
  return addSampleOptions(
    command
      .requiredOption('--data <folder>', 'folder with NAME.jsonl.gz: questions, contexts and the evidence in them')
      .option('--sets <names>', 'comma list of sets (default: all in the folder)', checkedList(parseNames)),
  );
}

/** What every evaluation is told. */
function addSampleOptions(command: Command): Command {
  return command
    .option('--sample <count>', 'so many records of each set (or repository) instead of all', checked(parseSample))
    .option('--seed <number>', 'chooses the sample, and what else is left to chance', checked(parseSeed), 1)
    .option('--resume <file>', 'add finished records to this file, and go on from those already in it')
    .option('--json', 'print one JSON document and nothing else');
}

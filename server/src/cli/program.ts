/** The command line: options and help of every command; what each does lives in its own file beside this one. */
import { Command, CommanderError } from 'commander';
import { defaultSettings, granularities } from '../../../protocol/settings';
import { CancelledError } from '../util/cancelled';
import { errorMessage } from '../util/error-message';
import { runAsk, type AskFlags } from './ask-command';
import { checked, checkedList, type Finish } from './checked-options';
import type { CommandContext } from './command-context';
import { addEvalCommands } from './eval-commands';
import { runCompress, type CompressFlags } from './compress-command';
import { exitCodes, UsageError, type ExitCode } from './exit-codes';
import { runExtract, type ExtractFlags } from './extract-command';
import { runForget, type ForgetFlags } from './forget-command';
import { runIndex, type IndexFlags } from './index-command';
import { runLedger, type LedgerFlags } from './ledger-command';
import {
  parseBudget,
  parseFolders,
  parseProbability,
  parseTokenBudget,
  parseGranularity,
  parseLimit,
  parseMode,
  parseModel,
  parsePath,
  parsePrevious,
  parseStep,
  parseWindow,
} from './parse-options';
import { runOutbound, type OutboundFlags } from './outbound-command';
import { runTraces } from './list-traces-command';
import { runPull, type PullFlags } from './pull-command';
import { runSearch, type SearchFlags } from './search-command';
import { runTrace, type TraceFlags } from './trace-command';

export interface CliParts {
  readonly context: CommandContext;
  readonly version: string;
  readonly serve: () => Promise<ExitCode>;
}

/** Runs one command and returns its exit code; every error ends here, as one sentence on standard error. */
export async function runCli(argv: readonly string[], parts: CliParts): Promise<ExitCode> {
  let code: ExitCode = exitCodes.ok;
  const program = createProgram(parts, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    parts.context.terminal.clearProgress();
    if (CancelledError.is(error)) {
      parts.context.terminal.note('Stopped.');
      return exitCodes.cancelled;
    }
    parts.context.terminal.note(`longfold: ${errorMessage(error)}`);
    return error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
  }
}

function createProgram({ context, version, serve }: CliParts, finish: (code: ExitCode) => void): Command {
  const program = new Command('longfold');
  program
    .description('Answers questions about whole repositories and long documents on this machine.')
    .version(version)
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .showHelpAfterError('"longfold --help" lists the commands.');
  addQuestionCommands(program, context, finish);
  addLibraryCommands(program, context, finish);
  addEvalCommands(program, context, finish);
  program
    .command('serve')
    .description('run the language server over standard input and output')
    .option('--stdio', 'accepted for clients that pass it')
    .option('--json', 'accepted; the protocol is JSON already')
    .action(async () => finish(await serve()));
  return program;
}

type FolderOptions<Flags extends { readonly workspace: readonly string[] }> = Omit<Flags, 'workspace'> &
  Partial<Pick<Flags, 'workspace'>>;

const severalFolders = 'several times: all of them at once (default: the working folder)';

function withFolders<Flags extends { readonly workspace?: readonly string[] }>(
  flags: Flags,
): Flags & { readonly workspace: readonly string[] } {
  return { ...flags, workspace: flags.workspace ?? ['.'] };
}

/** Commands that take a question. */
function addQuestionCommands(program: Command, context: CommandContext, finish: Finish): void {
  const { compress, answer } = defaultSettings;
  program
    .command('ask')
    .description('answer a question about a folder; evidence first, then the answer with checked citations')
    .argument('<question...>', 'the question')
    .option('--workspace <folder>', `the folder to ask about; ${severalFolders}`, checkedList(parseFolders))
    .option(
      '--granularity <unit>',
      `what is kept: ${granularities.join(', ')}`,
      checked(parseGranularity),
      compress.granularity,
    )
    .option('--budget <tokens>', 'tokens of evidence to keep', checked(parseBudget), compress.tokenBudget)
    .option('--mode <mode>', 'auto, single, fold, everything or evidence', checked(parseMode), answer.mode)
    .option(
      '--model <host:name>',
      'ollama:NAME, openai:NAME, embedded:FILE.gguf, auto or none',
      checked(parseModel),
      context.settings.model.use,
    )
    .option('--window <tokens>', "the model's window to use", checked(parseWindow))
    .option(
      '--path <path>',
      'with --mode everything: a file or folder to read instead of all (can be given again)',
      parsePath,
    )
    .option(
      '--previous <trace>',
      'the question before, by its trace: what "it" or "there" means, and its evidence, are taken from there',
      checked(parsePrevious),
    )
    .option('--trace <file>', 'write the trace to this file')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (words: string[], flags: FolderOptions<AskFlags>) =>
      finish(await runAsk(context, words.join(' '), withFolders(flags))),
    );
  addCompressCommand(program, context, finish);
  addExtractCommand(program, context, finish);
}

function addCompressCommand(program: Command, context: CommandContext, finish: Finish): void {
  const { compress } = defaultSettings;
  program
    .command('compress')
    .description('print what the critic keeps of files for a question')
    .argument('<files...>', 'text files')
    .requiredOption('--question <question>', 'the question')
    .option(
      '--granularity <unit>',
      `what is kept: ${granularities.join(', ')}`,
      checked(parseGranularity),
      compress.granularity,
    )
    .option('--instruction <words>', 'what to look out for, beside the question')
    .option(
      '--budget <tokens>',
      `tokens to keep, or a share of all such as 10% (default: ${compress.tokenBudget})`,
      checked(parseTokenBudget),
    )
    .option(
      '--threshold <probability>',
      'keep only what helps to answer so probably, 0 to 1',
      checked(parseProbability),
    )
    .option('--json', 'print one JSON document with exact offsets and nothing else')
    .action(async (files: string[], flags: CompressFlags) => finish(await runCompress(context, files, flags)));
}

function addExtractCommand(program: Command, context: CommandContext, finish: Finish): void {
  program
    .command('extract')
    .description('print the words of files that answer a question, without a language model')
    .argument('<question>', 'the question')
    .argument('<files...>', 'text files')
    .option('--json', 'print one JSON document with exact offsets and nothing else')
    .action(async (question: string, files: string[], flags: ExtractFlags) =>
      finish(await runExtract(context, question, files, flags)),
    );
}

/** Commands about the index, the traces and the models. */
function addLibraryCommands(program: Command, context: CommandContext, finish: Finish): void {
  program
    .command('index')
    .description('index a folder, or bring its index up to date')
    .argument('[folder]', 'the folder', '.')
    .option('--rebuild', 'read every file again')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (folder: string, flags: Omit<IndexFlags, 'workspace'>) =>
      finish(await runIndex(context, { ...flags, workspace: folder })),
    );
  program
    .command('search')
    .description('print the passages found for a query')
    .argument('<query...>', 'words to look for')
    .option('--workspace <folder>', `the folder to search; ${severalFolders}`, checkedList(parseFolders))
    .option('--limit <count>', 'how many passages', checked(parseLimit), 10)
    .option('--json', 'print one JSON document and nothing else')
    .action(async (words: string[], flags: FolderOptions<SearchFlags>) =>
      finish(await runSearch(context, words.join(' '), withFolders(flags))),
    );
  program
    .command('ledger')
    .description('list every file: indexed, or why not; a folder that is left out is one row')
    .argument('[path]', 'only files under this path of the workspace')
    .option('--workspace <folder>', 'the folder', '.')
    .option('--not-indexed', 'only files that are not indexed')
    .option('--why', 'name the file, line and pattern that leave something out')
    .option('--count', 'count the files inside of folders that are left out')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (path: string | undefined, flags: LedgerFlags) => finish(await runLedger(context, path, flags)));
  addTraceCommand(program, context, finish);
  program
    .command('pull')
    .description('fetch a model with Ollama, which loads it from its own library on the internet')
    .argument('<name>', "the model's name there, such as qwen3:8b")
    .option('--json', 'print one JSON document and nothing else')
    .action(async (name: string, flags: PullFlags) => finish(await runPull(context, name, flags)));
  program
    .command('outbound')
    .description('list what was sent over the network: to which host, when, how much and what for')
    .option('--json', 'print one JSON document and nothing else')
    .action((flags: OutboundFlags) => finish(runOutbound(context, flags)));
  program
    .command('forget')
    .description('delete everything kept of a workspace: its index and its traces')
    .option('--workspace <folder>', 'the folder', '.')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (flags: ForgetFlags) => finish(await runForget(context, flags)));
}

function addTraceCommand(program: Command, context: CommandContext, finish: Finish): void {
  program
    .command('trace')
    .description('list the kept traces; show one, write it as one HTML page, replay it, or go on with it')
    .argument('[file]', 'the trace (JSON Lines); without it the traces kept of a folder are listed')
    .option('--html <file>', 'write a self-contained HTML page')
    .option('--replay', 'rebuild every state of its folds without a model and compare')
    .option(
      '--memory-at <step>',
      'print the memory after a fold step, in the form that --memory reads',
      checked(parseStep),
    )
    .option('--resume', 'go on with a question that broke off')
    .option(
      '--fork <step>',
      'go on from after a fold step (0: before the first), in a trace of its own',
      checked(parseStep),
    )
    .option('--memory <file>', 'with --fork: the memory to go on with, a fact a line with its ids: fact [S1]')
    .option('--plan <words>', 'with --fork: the plan to go on with')
    .option('--search <words>', 'with --fork: what to search for when all chunks are read')
    .option(
      '--workspace <folder>',
      'look its citations up again in this folder: same, moved or stale; to list: the folder',
    )
    .option('--trace <file>', 'with --resume or --fork: write the new trace to this file')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (file: string | undefined, flags: TraceFlags) =>
      finish(await (file === undefined ? runTraces(context, flags) : runTrace(context, file, flags))),
    );
}

/** `longfold ask`: a question about a folder, or several at once: evidence first, best first; then the written answer with checked citations. */
import { resolve } from 'node:path';
import type { AskResult } from '../../../protocol/ask';
import type { AnswerMode, Granularity, TraceEvent } from '../../../protocol/trace-events';
import type { Question } from '../application';
import { toToldPath, type AskedFolders } from '../session/joined-roots';
import { runShown } from './run-shown';
import type { CommandContext } from './command-context';
import { exitCodes, UsageError, type ExitCode } from './exit-codes';
import { openWorkspaces } from './index-command';

export interface AskFlags {
  readonly workspace: readonly string[];
  readonly granularity: Granularity;
  readonly budget: number;
  readonly mode: AnswerMode;
  readonly model: string;
  readonly window?: number;
  readonly path?: readonly string[];
  readonly trace?: string;
  /** Name of the trace of the question that this one points back to. */
  readonly previous?: string;
  readonly json?: boolean;
}

export async function runAsk(context: CommandContext, text: string, flags: AskFlags): Promise<ExitCode> {
  if (flags.path !== undefined && flags.mode !== 'everything') {
    throw new UsageError('--path chooses what is read with --mode everything; add that, or leave --path out.');
  }
  if (text.trim() === '') throw new UsageError('The question is empty: write it in quotes after "longfold ask".');
  const { terminal, settings, signal } = context;
  const { session, ...scope } = await openWorkspaces(context, flags.workspace);
  const question: Question = {
    text,
    mode: flags.mode,
    granularity: flags.granularity,
    tokenBudget: flags.budget,
    model: flags.model,
    windowTokens: flags.window ?? settings.model.windowTokens,
    ...(flags.path === undefined
      ? {}
      : { paths: pathsInside({ session, ...scope }, context.workingFolder, flags.path) }),
    ...(flags.trace === undefined ? {} : { traceFile: resolve(context.workingFolder, flags.trace) }),
    ...(flags.previous === undefined ? {} : { previousTrace: flags.previous }),
  };
  const noteAlone = (event: TraceEvent): void => {
    if (event.kind !== 'questionAsked' || flags.previous === undefined || event.previousTrace !== undefined) return;
    terminal.note('The question stands alone, so nothing of the previous one is taken over.');
  };
  const result = await runShown(context, flags, ({ control, onEvent }) => {
    const show = (event: TraceEvent): void => {
      onEvent(event);
      noteAlone(event);
    };
    return session.ask(question, { settings, signal, control, onEvent: show, ...scope });
  });
  // Who names a model wants its answer: evidence alone is then a failure that a script must see.
  const isModelNamed = flags.model !== 'auto' && flags.model !== 'none';
  const isAnswerMissing = isModelNamed && flags.mode !== 'evidence' && result.outcome === 'evidence';
  if (isAnswerMissing && result.message !== null) terminal.note(`longfold: ${result.message}`);
  return isAnswerMissing ? exitCodes.failed : exitCodeOf(result);
}

/** As the answer names them: relative to the folder that they lie in, of several folders with its name before. */
export function pathsInside(asked: AskedFolders, workingFolder: string, paths: readonly string[]): readonly string[] {
  return paths.map((path) => {
    const absolute = resolve(workingFolder, path);
    const inside = toToldPath(asked, absolute) ?? wholeFolder(asked, absolute);
    if (inside !== undefined) return inside;
    const all = (asked.joined?.roots.map(({ session }) => session) ?? [asked.session]).map(({ root }) => root);
    throw new UsageError(`${path} is not inside of ${all.join(' or ')}, so it is not indexed there.`);
  });
}

function wholeFolder({ session, joined }: AskedFolders, path: string): string | undefined {
  if (joined) return joined.roots.find((root) => root.session.root === path)?.name;
  return session.root === path ? '' : undefined;
}

export function exitCodeOf(result: AskResult): ExitCode {
  if (result.outcome === 'cancelled') return exitCodes.cancelled;
  if (result.outcome === 'failed') return exitCodes.failed;
  return result.evidence.length === 0 ? exitCodes.nothingFound : exitCodes.ok;
}

/**
 * `longfold trace FILE`: shows a trace in the terminal or as one self-contained HTML page, replays its folds without a
 * model, prints the memory after a step, and goes on with it: from where it broke off, or after a step with another
 * memory or plan.
 */
import { basename, relative, resolve } from 'node:path';
import type { CitedSlice } from '../../../protocol/sources';
import type { TraceEvent } from '../../../protocol/trace-events';
import { gatheredIn, memoryAfter, type FoldEdit } from '../answer/continue-run';
import type { WorkspaceSession } from '../application';
import { formatLine } from '../fold/fold-prompts';
import { parseMemoryText } from '../fold/parse-step-reply';
import { replayFold } from '../fold/replay-fold';
import { reopenRoots, rootsOf } from '../session/joined-roots';
import { exitCodeOf } from './ask-command';
import type { CommandContext } from './command-context';
import { describeEvent } from './describe-event';
import { exitCodes, UsageError, type ExitCode } from './exit-codes';
import { openWorkspace } from './index-command';
import { runShown } from './run-shown';
import { bold, dim, printable } from './terminal';

export interface TraceFlags {
  readonly html?: string;
  /** Folder in which its citations are looked up again. */
  readonly workspace?: string;
  readonly json?: boolean;
  readonly replay?: boolean;
  readonly memoryAt?: number;
  readonly resume?: boolean;
  readonly fork?: number;
  /** A file with a fact a line. */
  readonly memory?: string;
  readonly plan?: string;
  readonly search?: string;
  readonly trace?: string;
}

export async function runTrace(context: CommandContext, file: string, flags: TraceFlags): Promise<ExitCode> {
  const { terminal } = context;
  checkFlags(flags);
  const application = context.application();
  const path = resolve(context.workingFolder, file);
  const events = await application.readTraceFile(path);
  if (flags.resume || flags.fork !== undefined) return goOn(context, path, events, flags);
  if (flags.replay) return replay(context, events, flags);
  if (flags.memoryAt !== undefined) {
    const memory = memoryAfter(events, flags.memoryAt);
    if (flags.json) terminal.out(JSON.stringify(memory, null, 2));
    else for (const line of memory.lines) terminal.out(printable(formatLine(line, 'en')));
    return exitCodes.ok;
  }
  if (flags.html !== undefined) {
    const target = resolve(context.workingFolder, flags.html);
    await application.writeTracePage(target, events);
    if (flags.json) terminal.out(JSON.stringify({ html: target, events: events.length }));
    else terminal.out(`The trace page is ${target}`);
    return exitCodes.ok;
  }
  if (flags.json) terminal.out(JSON.stringify(events, null, 2));
  else
    for (const event of events)
      terminal.out(`${dim(terminal, `${(event.atMs / 1000).toFixed(2)} s`)}  ${printable(describeEvent(event))}`);
  if (flags.workspace !== undefined && !flags.json) await printAnchors(context, flags.workspace, events);
  return exitCodes.ok;
}

/** Each verified citation with where its words stand now. */
async function printAnchors(context: CommandContext, folder: string, events: readonly TraceEvent[]): Promise<void> {
  const { terminal } = context;
  const session = await context.application().workspace(resolve(context.workingFolder, folder));
  const slices = citedSlices(events);
  const anchors = await session.locate(slices);
  terminal.out(`\n${bold(terminal, 'Citations today')}`);
  for (const [idx, anchor] of anchors.entries()) {
    const { path = '', text = '', startLine = 0 } = slices[idx] ?? {};
    const where = anchor.kind === 'stale' ? anchor.problem : `${anchor.kind} ${path}:${anchor.startLine}`;
    const words = text.replace(/\s+/g, ' ').slice(0, 120);
    terminal.out(printable(`  ${anchor.kind === 'same' ? '✓' : '⚠'} ${path}:${startLine}  "${words}"  ${where}`));
  }
}

/** The exact words of the verified citations, out of the evidence. */
function citedSlices(events: readonly TraceEvent[]): readonly (CitedSlice & { readonly startLine: number })[] {
  const { evidence } = gatheredIn(events);
  const citations = events.flatMap((event) => (event.kind === 'verificationFinished' ? event.citations : []));
  return citations.flatMap(({ path, start, end, startLine, verified }) => {
    if (!verified || path === null || start === null || end === null || startLine === null) return [];
    const span = evidence.find((one) => one.path === path && one.start <= start && end <= one.end);
    return span ? [{ path, start, end, startLine, text: span.text.slice(start - span.start, end - span.start) }] : [];
  });
}

function checkFlags(flags: TraceFlags): void {
  const isEdited = flags.memory !== undefined || flags.plan !== undefined || flags.search !== undefined;
  if (isEdited && flags.fork === undefined) {
    throw new UsageError('--memory, --plan and --search change a fork: name the step to go on from with --fork STEP.');
  }
  if (flags.resume && flags.fork !== undefined) throw new UsageError('Use either --resume or --fork.');
}

function replay({ terminal }: CommandContext, events: readonly TraceEvent[], flags: TraceFlags): ExitCode {
  const { parts, differences } = replayFold(events);
  const steps = parts.reduce((sum, part) => sum + part.states.length, 0);
  if (flags.json) terminal.out(JSON.stringify({ steps, differences }, null, 2));
  else {
    terminal.out(`${steps} fold steps were replayed; ${differences.length} differ from what was recorded.`);
    for (const difference of differences) terminal.out(`  ${printable(difference)}`);
  }
  return differences.length === 0 ? exitCodes.ok : exitCodes.failed;
}

/** In the folder or folders that the question was about; their indexes are brought up to date first, as for a new question. */
async function goOn(
  context: CommandContext,
  path: string,
  events: readonly TraceEvent[],
  flags: TraceFlags,
): Promise<ExitCode> {
  const { settings, signal } = context;
  const asked = events.find((event) => event.kind === 'questionAsked');
  if (asked === undefined) throw new Error(`${path} does not begin with a question.`);
  const open = (folder: string): Promise<WorkspaceSession> => openWorkspace(context, folder, { forQuestion: true });
  const roots = rootsOf(events);
  const scope = roots ? { joined: await reopenRoots(roots, (root) => open(root.path)) } : {};
  const session = scope.joined?.roots[0]?.session ?? (await open(asked.workspace));
  const edit: FoldEdit = {
    ...(flags.memory === undefined ? {} : { memory: await readMemory(context, session, flags.memory) }),
    ...(flags.plan === undefined ? {} : { plan: flags.plan }),
    ...(flags.search === undefined ? {} : { next: { kind: 'search', query: flags.search } }),
  };
  const order = {
    events,
    from: basename(path).replace(/\.jsonl$/, ''),
    atStep: flags.fork ?? null,
    edit,
    ...(flags.trace === undefined ? {} : { traceFile: resolve(context.workingFolder, flags.trace) }),
  };
  return exitCodeOf(
    await runShown(context, flags, (run) => session.continueTrace(order, { settings, signal, ...run, ...scope })),
  );
}

async function readMemory(
  context: CommandContext,
  session: WorkspaceSession,
  file: string,
): Promise<NonNullable<FoldEdit['memory']>> {
  return parseMemoryText(await session.readText(relative(session.root, resolve(context.workingFolder, file))));
}

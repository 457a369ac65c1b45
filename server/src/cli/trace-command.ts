/** `longfold trace FILE`: shows a trace in the terminal, or writes it as one self-contained HTML page. */
import { resolve } from 'node:path';
import type { CitedSlice } from '../../../protocol/sources';
import type { TraceEvent } from '../../../protocol/trace-events';
import { assertNever } from '../util/assert-never';
import type { CommandContext } from './command-context';
import { exitCodes, type ExitCode } from './exit-codes';
import { bold, dim, printable } from './terminal';

export interface TraceFlags {
  readonly html?: string;
  /** Folder in which its citations are looked up again. */
  readonly workspace?: string;
  readonly json?: boolean;
}

export async function runTrace(context: CommandContext, file: string, flags: TraceFlags): Promise<ExitCode> {
  const { terminal } = context;
  const application = context.application();
  const events = await application.readTraceFile(resolve(context.workingFolder, file));
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
      terminal.out(`${dim(terminal, `${(event.atMs / 1000).toFixed(2)} s`)}  ${printable(describe(event))}`);
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
  const evidence = events.flatMap((event) => (event.kind === 'evidenceSelected' ? event.evidence : []));
  const citations = events.flatMap((event) => (event.kind === 'verificationFinished' ? event.citations : []));
  return citations.flatMap(({ path, start, end, startLine, verified }) => {
    if (!verified || path === null || start === null || end === null || startLine === null) return [];
    const span = evidence.find((one) => one.path === path && one.start <= start && end <= one.end);
    return span ? [{ path, start, end, startLine, text: span.text.slice(start - span.start, end - span.start) }] : [];
  });
}

/** One line, and one more for each sentence that was struck out or has another source. */
function describeCheck({ citations, claims = [] }: Extract<TraceEvent, { kind: 'verificationFinished' }>): string {
  const verified = citations.filter((item) => item.verified).length;
  const failed = claims.filter(({ status }) => status === 'struck' || status === 'misplaced');
  const lines = failed.map(({ text, status, problem }) => `\n    ${status}: ${text}  ${problem ?? ''}`);
  return `citations: ${verified} verified, ${citations.length - verified} failed${lines.join('')}`;
}

/** One line an event. */
function describe(event: TraceEvent): string {
  switch (event.kind) {
    case 'questionAsked':
      return `question: ${event.question}`;
    case 'retrievalFinished':
      return `hop ${event.hop}: ${event.hits.length} passages found for "${event.query}"`;
    case 'evidenceRanked':
      return `hop ${event.hop}: ${event.passagesRead} of ${event.passagesTotal} passages read`;
    case 'compressionFinished':
      return `hop ${event.hop}: kept ${event.tokensKept} of ${event.tokensRead} tokens`;
    case 'evidenceSelected':
      return `evidence: ${event.evidence.length} spans`;
    case 'modeChosen':
      return `mode ${event.mode}: ${event.reason}`;
    case 'modelReplied':
      return `model (${event.purpose}): ${event.promptTokens} tokens in, ${event.completionTokens} out, ${(event.durationMs / 1000).toFixed(1)} s`;
    case 'foldStepFinished':
      return `fold step ${event.step} (${event.chunk.join(' ')}): memory ${event.before.lines.length} → ${event.after.lines.length} lines; plan: ${event.after.plan}`;
    case 'answerDelta':
    case 'answerWritten':
      return `answer: ${event.kind === 'answerDelta' ? event.text : event.answer}`;
    case 'verificationFinished':
      return describeCheck(event);
    case 'stepFailed':
      return `${event.stage} failed: ${event.message}`;
    case 'questionFinished':
      return `${event.outcome} after ${event.seconds} s${event.message === null ? '' : `: ${event.message}`}`;
    default:
      return assertNever(event);
  }
}

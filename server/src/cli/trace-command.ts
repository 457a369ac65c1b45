/** `longfold trace FILE`: shows a trace in the terminal, or writes it as one self-contained HTML page. */
import { resolve } from 'node:path';
import type { TraceEvent } from '../../../protocol/trace-events';
import { assertNever } from '../util/assert-never';
import type { CommandContext } from './command-context';
import { exitCodes, type ExitCode } from './exit-codes';
import { dim, printable } from './terminal';

export interface TraceFlags {
  readonly html?: string;
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
  return exitCodes.ok;
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
    case 'numberComputed':
      return `computed${event.attempt > 1 ? `, attempt ${event.attempt}` : ''}: ${event.calculation} ${event.result === null ? `failed: ${event.problem ?? ''}` : `= ${event.result}`}`;
    case 'answerDelta':
    case 'answerWritten':
      return `answer: ${event.kind === 'answerDelta' ? event.text : event.answer}`;
    case 'verificationFinished':
      return `citations: ${event.citations.filter((item) => item.verified).length} verified, ${event.citations.filter((item) => !item.verified).length} failed`;
    case 'stepFailed':
      return `${event.stage} failed: ${event.message}`;
    case 'questionFinished':
      return `${event.outcome} after ${event.seconds} s${event.message === null ? '' : `: ${event.message}`}`;
    default:
      return assertNever(event);
  }
}

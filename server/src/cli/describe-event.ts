/** One line of the terminal for each event of a trace. */
import type { FoldRequest } from '../../../protocol/folds';
import { isCarried } from '../../../protocol/evidence';
import type { TraceEvent } from '../../../protocol/trace-events';
import { assertNever } from '../util/assert-never';

export function describeEvent(event: TraceEvent): string {
  switch (event.kind) {
    case 'questionAsked':
      return `question: ${event.question}${event.standalone === undefined ? '' : `, understood as: ${event.standalone}`}`;
    case 'retrievalFinished':
      return `hop ${event.hop}: ${describeHits(event)}`;
    case 'evidenceRanked':
      return `hop ${event.hop}: ${event.passagesRead} of ${event.passagesTotal} passages read`;
    case 'compressionFinished':
      return `hop ${event.hop}: kept ${event.tokensKept} of ${event.tokensRead} tokens`;
    case 'evidenceSelected':
      return `evidence: ${event.evidence.length} spans`;
    case 'evidenceAdded':
      return `evidence: ${event.evidence.map((span) => span.id).join(' ')} named by the memory`;
    case 'modeChosen':
      return `mode ${event.mode}: ${event.reason}`;
    case 'modelReplied':
      return `model (${event.purpose}): ${event.promptTokens} tokens in, ${event.completionTokens} out, ${(event.durationMs / 1000).toFixed(1)} s`;
    case 'numberComputed':
      return `computed${event.attempt > 1 ? `, attempt ${event.attempt}` : ''}: ${event.calculation} ${event.result === null ? `failed: ${event.problem ?? ''}` : `= ${event.result}`}`;
    case 'answerDelta':
    case 'answerWritten':
      return `answer: ${event.kind === 'answerDelta' ? event.text : event.answer}`;
    case 'verificationFinished':
      return describeCheck(event);
    case 'stepFailed':
      return `${event.stage} failed: ${event.message}`;
    case 'questionFinished':
      return `${event.outcome} after ${event.seconds} s${event.message === null ? '' : `: ${event.message}`}`;
    case 'runContinued':
      return `goes on from ${event.from} after step ${event.step}`;
    case 'runSteered':
      return `the user: ${event.action}`;
    default:
      return describeFold(event);
  }
}

function describeHits({ hits, query }: Extract<TraceEvent, { kind: 'retrievalFinished' }>): string {
  const reread = hits.filter(isCarried).length;
  const found = `${hits.length - reread} passages found for "${query}"`;
  return reread === 0 ? found : `${found}, ${reread} of the last answer beside them`;
}

/** One line, and one more for each sentence that was struck out or has another source. */
function describeCheck({ citations, claims = [] }: Extract<TraceEvent, { kind: 'verificationFinished' }>): string {
  const verified = citations.filter((item) => item.verified).length;
  const failed = claims.filter(({ status }) => status === 'struck' || status === 'misplaced');
  const lines = failed.map(({ text, status, problem }) => `\n    ${status}: ${text}  ${problem ?? ''}`);
  return `citations: ${verified} verified, ${citations.length - verified} failed${lines.join('')}`;
}

type FoldEvent = Extract<
  TraceEvent,
  {
    readonly kind:
      'subQuestionsPlanned' | 'foldStarted' | 'foldChunksPlanned' | 'foldStepFinished' | 'foldEdited' | 'foldFinished';
  }
>;

function describeFold(event: FoldEvent): string {
  switch (event.kind) {
    case 'subQuestionsPlanned':
      return `${event.plan} by ${event.questions.length} parts: ${event.questions.join(' | ')}`;
    case 'foldStarted':
      return `fold${event.parts > 1 ? ` ${event.part + 1} of ${event.parts}` : ''}: ${describeReading(event)}`;
    case 'foldChunksPlanned':
      return `hop ${event.hop}: ${event.chunks.length} chunks${event.request === null ? '' : ` for ${describeRequest(event.request)}`}`;
    case 'foldStepFinished':
      return `fold step ${event.step} (${event.chunk.join(' ')}): memory ${event.before.lines.length} → ${event.after.lines.length} lines; plan: ${event.after.plan}`;
    case 'foldEdited':
      return `memory and plan changed after step ${event.step}: ${event.after.lines.length} lines; plan: ${event.after.plan}`;
    case 'foldFinished':
      return `fold finished (${event.reason}) after ${event.steps} steps, ${event.skipped} skipped, with ${event.memory.lines.length} lines`;
    default:
      return assertNever(event);
  }
}

/** What is going to be read, and how long that takes. */
export function describeReading({
  chunks,
  tokens,
  steps,
  estimatedSeconds,
}: Extract<TraceEvent, { kind: 'foldStarted' }>): string {
  const time = estimatedSeconds === null ? 'the time is not known yet' : `about ${describeSeconds(estimatedSeconds)}`;
  return `${chunks} chunks, ${tokens} tokens, ${steps} steps, ${time}`;
}

export function describeSeconds(seconds: number): string {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

function describeRequest(request: FoldRequest): string {
  switch (request.kind) {
    case 'search':
      return `"${request.query}"`;
    case 'file':
      return `the file ${request.path}`;
    case 'symbol':
      return `the symbol ${request.name}`;
    case 'enough':
      return 'nothing more';
  }
}

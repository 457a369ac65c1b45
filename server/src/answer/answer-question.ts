/**
 * One question from start to end: understand, retrieve, compress, choose a mode, answer, verify. Each stage emits its
 * trace event as soon as it has something to show; a stage that fails leaves what was found before it in the answer.
 */
import { traceFormatVersion, type AnswerMode, type AskOutcome, type Citation } from '../../../protocol/trace-events';
import type { TraceSink } from '../trace/trace-sink';
import { CancelledError, throwIfCancelled } from '../util/cancelled';
import { errorMessage } from '../util/error-message';
import { writeEvidenceAnswer } from './evidence-answer';
import { EvidenceGatherer, StageError } from './gather-evidence';
import type { Answer, AnswerPorts, AnswerRequest } from './ports';
import { understandQuestion, type UnderstoodQuestion } from './understand-question';
import { verifyAnswer } from './verify';
import { writeAnswer, type WrittenAnswer } from './write-answer';

type DoneMode = Exclude<AnswerMode, 'auto'>;

interface Progress {
  mode: DoneMode;
  answer: string;
  citations: readonly Citation[];
}

interface Ending {
  readonly outcome: AskOutcome;
  readonly message: string | null;
}

/** Never rejects: what goes wrong is the answer's outcome and message. */
export async function answerQuestion(
  request: AnswerRequest,
  ports: AnswerPorts,
  sink: TraceSink,
  signal: AbortSignal,
): Promise<Answer> {
  const startedMs = ports.clock.nowMs();
  const understood = understandQuestion(request.question);
  const gatherer = new EvidenceGatherer(request, ports, sink);
  const progress: Progress = { mode: 'evidence', answer: '', citations: [] };
  emitAsked(request, ports, understood, sink);
  const ending = await run(request, ports, sink, signal, understood, gatherer, progress).catch((err: unknown) =>
    endingOf(err, sink, signal, gatherer.evidence.length),
  );
  const tokens = { workspace: request.workspaceTokens, read: gatherer.tokensRead, kept: gatherer.tokensKept };
  const seconds = Math.round(ports.clock.nowMs() - startedMs) / 1000;
  sink.emit({ kind: 'questionFinished', ...ending, tokens, seconds });
  const { question } = request;
  return {
    question,
    ...progress,
    ...ending,
    model: ports.model?.id ?? null,
    evidence: gatherer.evidence,
    tokens,
    seconds,
  };
}

async function run(
  request: AnswerRequest,
  ports: AnswerPorts,
  sink: TraceSink,
  signal: AbortSignal,
  understood: UnderstoodQuestion,
  gatherer: EvidenceGatherer,
  progress: Progress,
): Promise<Ending> {
  if (understood.coreQuestion === '') {
    return { outcome: 'failed', message: 'The question is empty; write what you want to know.' };
  }
  throwIfCancelled(signal);
  emitCut(understood, sink);
  await gatherer.gather(understood.searchQuery, 1, firstHopBudget(request, ports), signal);
  if (gatherer.evidence.length === 0) {
    return {
      outcome: 'evidence',
      message: 'Nothing in the workspace fits the question; try other words, or rebuild the index.',
    };
  }
  const written = await writeAnswer({ request, ports, sink, signal, understood, gatherer });
  progress.mode = written.mode;
  progress.answer = written.answer || writeEvidenceAnswer(gatherer.evidence, understood.language);
  sink.emit({ kind: 'answerWritten', answer: progress.answer, thinking: written.thinking });
  // A cancel after the answer was written keeps it, unchecked quotes included in the check below: it takes no time.
  progress.citations = verify(progress.answer, request, gatherer, sink);
  throwIfCancelled(signal);
  return endingOfAnswer(written, progress.citations);
}

/** In a forced fold the evidence has to be worth several steps, whatever budget a single pass would get. */
export const foldEvidenceTokens = 3200;

function firstHopBudget(request: AnswerRequest, ports: AnswerPorts): number {
  const isFold = request.mode === 'fold' && ports.model !== null;
  return isFold ? Math.max(request.tokenBudget, foldEvidenceTokens) : request.tokenBudget;
}

function verify(
  answer: string,
  request: AnswerRequest,
  gatherer: EvidenceGatherer,
  sink: TraceSink,
): readonly Citation[] {
  try {
    const citations = verifyAnswer(answer, gatherer.evidence, request.question);
    sink.emit({ kind: 'verificationFinished', citations });
    return citations;
  } catch (err) {
    sink.emit({
      kind: 'stepFailed',
      stage: 'verify',
      message: `The quotes could not be checked: ${errorMessage(err)}`,
    });
    return [];
  }
}

function endingOfAnswer(written: WrittenAnswer, citations: readonly Citation[]): Ending {
  if (written.mode === 'evidence' || written.answer === '') return { outcome: 'evidence', message: written.message };
  const isUnsupported = !citations.some((citation) => citation.verified);
  const caution = 'None of the answer could be matched to the sources word by word; check it against the evidence.';
  return { outcome: 'answered', message: written.message ?? (isUnsupported ? caution : null) };
}

/** The funnel of this module: cancelled, a stage that said why, or something unexpected. */
function endingOf(err: unknown, sink: TraceSink, signal: AbortSignal, evidenceCount: number): Ending {
  if (signal.aborted || CancelledError.is(err)) {
    const kept = evidenceCount === 0 ? '' : ' What was found by then is kept.';
    return { outcome: 'cancelled', message: `The question was cancelled.${kept}` };
  }
  const message = errorMessage(err);
  if (!(err instanceof StageError)) sink.emit({ kind: 'stepFailed', stage: 'answer', message });
  return { outcome: evidenceCount > 0 ? 'evidence' : 'failed', message };
}

function emitAsked(request: AnswerRequest, ports: AnswerPorts, understood: UnderstoodQuestion, sink: TraceSink): void {
  const { question, workspace, mode, granularity, tokenBudget } = request;
  sink.emit({
    kind: 'questionAsked',
    version: traceFormatVersion,
    question,
    coreQuestion: understood.coreQuestion,
    formatInstruction: understood.formatInstruction,
    workspace,
    mode,
    granularity,
    tokenBudget,
    model: ports.model?.id ?? null,
    windowTokens: ports.model?.windowTokens ?? null,
    startedAt: new Date(ports.clock.wallMs()).toISOString(),
  });
}

function emitCut(understood: UnderstoodQuestion, sink: TraceSink): void {
  if (understood.cutFromWords === null) return;
  const message = `The question has ${understood.cutFromWords} words; the search and the critic used the first ${understood.searchQuery.split(/\s+/).length}.`;
  sink.emit({ kind: 'stepFailed', stage: 'retrieve', message });
}

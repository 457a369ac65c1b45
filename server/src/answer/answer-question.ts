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
import { maxSearchWords, understandQuestion, type UnderstoodQuestion } from './understand-question';
import { verifyAnswer } from './verify';
import { writeAnswer, type WrittenAnswer } from './write-answer';

type DoneMode = Exclude<AnswerMode, 'auto'>;

interface Progress {
  mode: DoneMode;
  answer: string;
  thinking: string;
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
  const progress: Progress = { mode: 'evidence', answer: '', thinking: '', citations: [] };
  const stage: Stage = { request, ports, sink, signal, understood, gatherer, progress };
  emitAsked(stage);
  const ending = await run(stage).catch((err: unknown) => endingOf(err, stage));
  const tokens = { workspace: request.workspaceTokens, read: gatherer.tokensRead, kept: gatherer.tokensKept };
  const seconds = Math.round(ports.clock.nowMs() - startedMs) / 1000;
  sink.emit({ kind: 'questionFinished', ...ending, tokens, seconds });
  const { mode, answer, citations } = progress;
  const model = ports.model?.id ?? null;
  return {
    question: request.question,
    answer,
    ...ending,
    mode,
    model,
    evidence: gatherer.evidence,
    citations,
    tokens,
    seconds,
  };
}

interface Stage {
  readonly request: AnswerRequest;
  readonly ports: AnswerPorts;
  readonly sink: TraceSink;
  readonly signal: AbortSignal;
  readonly understood: UnderstoodQuestion;
  readonly gatherer: EvidenceGatherer;
  readonly progress: Progress;
}

async function run(stage: Stage): Promise<Ending> {
  const { understood, signal, gatherer, progress } = stage;
  if (understood.coreQuestion === '') {
    return { outcome: 'failed', message: 'The question is empty; write what you want to know.' };
  }
  throwIfCancelled(signal);
  emitCut(stage);
  const { searchQuery } = understood;
  await gatherer.gather(
    { query: searchQuery, critique: searchQuery, hop: 1, tokenBudget: firstHopBudget(stage) },
    signal,
  );
  if (gatherer.evidence.length === 0) {
    const message = 'Nothing in the workspace fits the question; try other words, or rebuild the index.';
    return { outcome: 'evidence', message };
  }
  const written = await write(stage);
  const isPartial = written.mode === 'evidence' && progress.answer !== '';
  if (!isPartial) {
    progress.mode = written.mode;
    progress.thinking = written.thinking;
    progress.answer = written.answer || writeEvidenceAnswer(gatherer.evidence, understood.language);
  }
  finishAnswer(stage);
  if (isPartial) return { outcome: 'failed', message: `${written.message ?? ''} The answer stops there.`.trim() };
  return endingOfAnswer(written, progress.citations);
}

function write(stage: Stage): Promise<WrittenAnswer> {
  const { progress, sink } = stage;
  return writeAnswer({
    ...stage,
    onText: (text) => {
      // Kept as it comes, so that an answer that is cancelled or breaks off is not lost.
      progress.answer += text;
      sink.emit({ kind: 'answerDelta', text });
    },
    onMode: (mode) => {
      progress.mode = mode;
    },
  });
}

function finishAnswer({ progress, sink, gatherer, request }: Stage): void {
  sink.emit({ kind: 'answerWritten', answer: progress.answer, thinking: progress.thinking });
  try {
    progress.citations = verifyAnswer(progress.answer, gatherer.evidence, request.question);
    sink.emit({ kind: 'verificationFinished', citations: progress.citations });
  } catch (err) {
    sink.emit({
      kind: 'stepFailed',
      stage: 'verify',
      message: `The quotes could not be checked: ${errorMessage(err)}`,
    });
  }
}

/** In a forced fold the evidence has to be worth several steps, whatever budget a single pass would get. */
export const foldEvidenceTokens = 3200;

function firstHopBudget({ request, ports }: Stage): number {
  const isFold = request.mode === 'fold' && ports.model !== null;
  return isFold ? Math.max(request.tokenBudget, foldEvidenceTokens) : request.tokenBudget;
}

function endingOfAnswer(written: WrittenAnswer, citations: readonly Citation[]): Ending {
  if (written.mode === 'evidence' || written.answer === '') return { outcome: 'evidence', message: written.message };
  const isUnsupported = !citations.some((citation) => citation.verified);
  const caution = 'None of the answer could be matched to the sources word by word; check it against the evidence.';
  return { outcome: 'answered', message: written.message ?? (isUnsupported ? caution : null) };
}

/** The funnel of this module: cancelled, a stage that said why, or something unexpected. */
function endingOf(err: unknown, stage: Stage): Ending {
  const { signal, sink, gatherer, progress } = stage;
  const hasEvidence = gatherer.evidence.length > 0;
  if (signal.aborted || CancelledError.is(err)) {
    if (progress.answer !== '') finishAnswer(stage);
    return {
      outcome: 'cancelled',
      message: `The question was cancelled.${hasEvidence ? ' What was found by then is kept.' : ''}`,
    };
  }
  const message = errorMessage(err);
  if (!(err instanceof StageError)) sink.emit({ kind: 'stepFailed', stage: 'answer', message });
  return { outcome: hasEvidence ? 'evidence' : 'failed', message };
}

function emitAsked({ request, ports, understood, sink }: Stage): void {
  const { question, workspace, mode, granularity, tokenBudget } = request;
  const { coreQuestion, formatInstruction } = understood;
  sink.emit({
    kind: 'questionAsked',
    version: traceFormatVersion,
    question,
    coreQuestion,
    formatInstruction,
    workspace,
    mode,
    granularity,
    tokenBudget,
    model: ports.model?.id ?? null,
    windowTokens: ports.model?.windowTokens ?? null,
    startedAt: new Date(ports.clock.wallMs()).toISOString(),
  });
}

function emitCut({ understood, sink }: Stage): void {
  if (understood.cutFromWords === null) return;
  const message = `The question has ${understood.cutFromWords} words; search and critic used the first ${maxSearchWords} of them.`;
  sink.emit({ kind: 'stepFailed', stage: 'retrieve', message });
}

/**
 * One question from start to end: understand, retrieve, compress, choose a mode, answer, verify. Each stage emits its
 * trace event as soon as it has something to show; a stage that fails leaves what was found before it in the answer.
 */
import { toComputedFact, type Citation, type ComputedFact } from '../../../protocol/evidence';
import type { MemoryLine } from '../../../protocol/folds';
import { traceFormatVersion, type AnswerMode, type AskOutcome } from '../../../protocol/trace-events';
import type { ReplayedPart } from '../fold/replay-fold';
import type { TraceSink } from '../trace/trace-sink';
import { CancelledError, throwIfCancelled } from '../util/cancelled';
import { errorMessage } from '../util/error-message';
import type { ChatModel } from '../llm/chat-model';
import { abstainFrom } from './abstain';
import { memoryAsAnswer } from './answer-by-fold';
import type { Continuation } from './continue-run';
import { writeEvidenceAnswer } from './evidence-answer';
import { standAlone } from './follow-up';
import { EvidenceGatherer, StageError } from './gather-evidence';
import type { Answer, AnswerPorts, AnswerRequest, OpenedModel } from './ports';
import { shownAnswer } from './single-pass';
import { findSupport } from './support-answer';
import { maxSearchWords, understandQuestion, type UnderstoodQuestion } from './understand-question';
import { checkAnswer, type CheckedAnswer } from './check-answer';
import { verifyAnswer } from './verify';
import { writeAnswer, type WrittenAnswer } from './write-answer';

type DoneMode = Exclude<AnswerMode, 'auto'>;

interface Progress {
  mode: DoneMode;
  /** Id of the model in use, once it is open. */
  model: string | null;
  answer: string;
  thinking: string;
  citations: readonly Citation[];
  claims: CheckedAnswer['claims'];
  /** What the folds know so far: the answer when none can be written. */
  memory: readonly MemoryLine[];
  computed: ComputedFact | null;
}

const nothingYet: Progress = {
  mode: 'evidence',
  model: null,
  answer: '',
  thinking: '',
  citations: [],
  claims: [],
  memory: [],
  computed: null,
};

interface Ending {
  readonly outcome: AskOutcome;
  readonly message: string | null;
}

/**
 * Never rejects: what goes wrong is the answer's outcome and message. With `continued` the run goes on from a recorded
 * one, whose events `sink` has already.
 */
export async function answerQuestion(
  request: AnswerRequest,
  ports: AnswerPorts,
  recorder: TraceSink,
  signal: AbortSignal,
  continued: Continuation | null = null,
): Promise<Answer> {
  const startedMs = ports.clock.nowMs();
  const standalone = continued ? (continued.asked.standalone ?? null) : standAlone(request.question, request.previous);
  const understood = understandQuestion(standalone ?? request.question);
  const progress: Progress = { ...nothingYet };
  const sink = watchRun(recorder, progress, continued?.parts ?? []);
  const gatherer = new EvidenceGatherer(request, ports, sink);
  const stage: Stage = { request, ports, sink, signal, understood, gatherer, continued, progress };
  if (continued === null) emitAsked(stage, standalone);
  else continued.opening.forEach((event) => sink.emit(event));
  const ending = await run(stage).catch((err: unknown) => endingOf(err, stage));
  const tokens = { workspace: request.workspaceTokens, read: gatherer.tokensRead, kept: gatherer.tokensKept };
  const seconds = Math.round(ports.clock.nowMs() - startedMs) / 1000;
  sink.emit({ kind: 'questionFinished', ...ending, tokens, seconds });
  const { mode, model, answer, citations, claims, computed } = progress;
  return {
    question: request.question,
    answer,
    ...ending,
    mode,
    model,
    evidence: gatherer.evidence,
    citations,
    claims,
    ...(computed === null ? {} : { computed }),
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
  readonly continued: Continuation | null;
  readonly progress: Progress;
}

/** Notes what the folds of all parts know, from what they knew `before` and as their steps pass by, and what is computed. */
function watchRun(recorder: TraceSink, progress: Progress, before: readonly ReplayedPart[]): TraceSink {
  const known = new Map(before.map(({ started, state }) => [started.part, state.memory.lines]));
  progress.memory = [...known.values()].flat();
  return {
    emit: (event) => {
      if (event.kind === 'foldStepFinished' || event.kind === 'foldEdited') {
        known.set(event.part, event.after.lines);
        progress.memory = [...known.values()].flat();
      } else if (event.kind === 'numberComputed') progress.computed = toComputedFact(event) ?? progress.computed;
      recorder.emit(event);
    },
  };
}

async function run(stage: Stage): Promise<Ending> {
  const { understood, signal, gatherer, progress } = stage;
  if (understood.coreQuestion === '') {
    return { outcome: 'failed', message: 'The question is empty; write what you want to know.' };
  }
  throwIfCancelled(signal);
  for (const message of stage.request.problems ?? []) stage.sink.emit({ kind: 'stepFailed', stage: 'index', message });
  const opening = stage.ports.openModel();
  const nothing = await gatherFirst(stage, opening);
  if (nothing !== null) return { outcome: 'evidence', message: nothing };
  const opened = await opening;
  throwIfCancelled(signal);
  progress.model = opened.model?.id ?? null;
  const abstention = abstainFrom(gatherer, stage.request, understood.language);
  if (abstention !== null) {
    const { answer, message } = abstention;
    const windowTokens = opened.model?.windowTokens ?? null;
    stage.sink.emit({ kind: 'modeChosen', mode: 'evidence', reason: message, model: progress.model, windowTokens });
    progress.answer = answer;
    await finishAnswer(stage);
    return { outcome: 'evidence', message };
  }
  const written = await write(stage, opened);
  const isPartial = written.mode === 'evidence' && shownAnswer(progress.answer) !== '';
  if (!isPartial) {
    progress.mode = written.mode;
    progress.thinking = written.thinking;
    const known = memoryAsAnswer(progress.memory);
    progress.answer = written.answer || known || writeEvidenceAnswer(gatherer.evidence, understood.language);
  }
  const isSupported = written.mode !== 'evidence' && (await addSupport(stage, opened.model));
  await finishAnswer(stage);
  if (isPartial) return { outcome: 'failed', message: `${written.message ?? ''} The answer stops there.`.trim() };
  return endingOfAnswer(written, progress.citations, isSupported);
}

/** Gathers what the answer starts from; gives one sentence when there is nothing. */
async function gatherFirst(stage: Stage, opening: Promise<OpenedModel>): Promise<string | null> {
  const { request, ports, understood, signal, gatherer, continued } = stage;
  if (continued !== null) {
    gatherer.restore(continued.gathered);
    return null;
  }
  emitCut(stage);
  // Only a fold that was asked for has to know whether there is a model before it reads.
  const isAsked = request.mode === 'fold' || request.mode === 'everything';
  const hasModel = isAsked && (await opening).model !== null;
  if (hasModel && request.mode === 'everything') {
    const listing = await ports.documents.list(request.paths ?? []);
    return listing.length > 0 ? null : 'Nothing of what was chosen to be read is indexed; the ledger says why.';
  }
  const { searchQuery } = understood;
  const tokenBudget = hasModel ? Math.max(request.tokenBudget, foldEvidenceTokens) : request.tokenBudget;
  const hop = { query: searchQuery, critique: searchQuery, hop: 1, tokenBudget };
  await gatherer.gather(ports.carried === undefined ? hop : { ...hop, carried: ports.carried }, signal);
  return gatherer.evidence.length > 0
    ? null
    : 'Nothing in the workspace fits the question; try other words, or rebuild the index.';
}

function write(stage: Stage, opened: OpenedModel): Promise<WrittenAnswer> {
  const { progress, sink } = stage;
  return writeAnswer({
    ...stage,
    opened,
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

/** Asks the model for the sources of an answer that quotes none. The answer stands without them, too. */
async function addSupport({ request, understood, gatherer, progress, sink, signal }: Stage, model: ChatModel | null) {
  const { evidence } = gatherer;
  const { answer } = progress;
  if (model === null || hasVerified(verifyAnswer(answer, evidence, request))) return false;
  try {
    const support = await findSupport({ model, understood, answer, evidence, sink, signal });
    progress.answer += support;
    if (support !== '') sink.emit({ kind: 'answerDelta', text: support });
    return support !== '';
  } catch (err) {
    if (signal.aborted || CancelledError.is(err)) throw new CancelledError();
    const message = `The sources of the answer could not be asked for: ${errorMessage(err)}`;
    sink.emit({ kind: 'stepFailed', stage: 'verify', message });
    return false;
  }
}

function hasVerified(citations: readonly Citation[]): boolean {
  return citations.some((citation) => citation.verified);
}

async function finishAnswer({ progress, sink, gatherer, request, ports, signal }: Stage): Promise<void> {
  sink.emit({ kind: 'answerWritten', answer: progress.answer, thinking: progress.thinking });
  try {
    const options = { question: request.question, names: ports.names, signal };
    const checked = await checkAnswer(progress.answer, gatherer.evidence, options);
    Object.assign(progress, checked);
    sink.emit({ kind: 'verificationFinished', ...checked });
  } catch (err) {
    sink.emit({
      kind: 'stepFailed',
      stage: 'verify',
      message: `The quotes could not be checked: ${errorMessage(err)}`,
    });
  }
}

/** In a forced fold the evidence has to be worth several steps, whatever budget a single pass would get. */
export const foldEvidenceTokens = 2000;

function endingOfAnswer(written: WrittenAnswer, citations: readonly Citation[], isSupported: boolean): Ending {
  if (written.mode === 'evidence' || written.answer === '') return { outcome: 'evidence', message: written.message };
  const caution = hasVerified(citations)
    ? 'No quote in the answer itself could be verified; its sources were named afterwards, so compare the two.'
    : 'None of the answer could be matched to the sources word by word; check it against the evidence.';
  const isCautioned = isSupported || !hasVerified(citations);
  const parts = [written.message, isCautioned ? caution : null].filter((part) => part !== null);
  return { outcome: 'answered', message: parts.join(' ') || null };
}

/** The funnel of this module: cancelled, a stage that said why, or something unexpected. */
async function endingOf(err: unknown, stage: Stage): Promise<Ending> {
  const { signal, sink, gatherer, progress } = stage;
  const hasEvidence = gatherer.evidence.length > 0;
  if (signal.aborted || CancelledError.is(err)) {
    progress.answer ||= memoryAsAnswer(progress.memory);
    if (progress.answer !== '') await finishAnswer(stage);
    return {
      outcome: 'cancelled',
      message: `The question was cancelled.${hasEvidence ? ' What was found by then is kept.' : ''}`,
    };
  }
  const message = errorMessage(err);
  if (!(err instanceof StageError)) sink.emit({ kind: 'stepFailed', stage: 'answer', message });
  return { outcome: hasEvidence ? 'evidence' : 'failed', message };
}

function emitAsked({ request, ports, understood, sink }: Stage, standalone: string | null): void {
  const { question, previousTrace, workspace, roots, mode, granularity, tokenBudget, paths } = request;
  const { coreQuestion, formatInstruction } = understood;
  sink.emit({
    kind: 'questionAsked',
    version: traceFormatVersion,
    question,
    ...(standalone === null ? {} : { standalone }),
    ...(previousTrace === undefined ? {} : { previousTrace }),
    coreQuestion,
    formatInstruction,
    workspace,
    ...(roots ? { roots } : {}),
    mode,
    granularity,
    tokenBudget,
    startedAt: new Date(ports.clock.wallMs()).toISOString(),
    ...(paths === undefined ? {} : { paths }),
  });
}

function emitCut({ understood, sink }: Stage): void {
  if (understood.cutFromWords === null) return;
  const message = `The question has ${understood.cutFromWords} words; search and critic used the first ${maxSearchWords} of them.`;
  sink.emit({ kind: 'stepFailed', stage: 'retrieve', message });
}

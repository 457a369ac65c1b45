/**
 * Chooses how to answer (evidence only, one pass, a fold) and does it. A model that fails leaves the evidence, or what
 * it had written by then, and one sentence that says why.
 */
import type { AnswerMode, EvidenceSpan, TraceStage } from '../../../protocol/trace-events';
import { callModel } from '../fold/call-model';
import { toChunkSpans } from '../fold/chunk-spans';
import { chunkRoom, foldBudgets, minChunkTokens, replyFormatOf } from '../fold/fold-budgets';
import { stepMessages } from '../fold/fold-prompts';
import { runFold, templateTokens } from '../fold/fold-run';
import { packChunks, startFold, type FoldBudgets } from '../fold/fold-state';
import type { ChatModel, ChatReply } from '../llm/chat-model';
import type { TraceSink } from '../trace/trace-sink';
import { CancelledError } from '../util/cancelled';
import { errorMessage } from '../util/error-message';
import { inDocumentOrder } from './evidence';
import type { EvidenceGatherer } from './gather-evidence';
import type { AnswerRequest, OpenedModel } from './ports';
import { shownAnswer, singlePassMessages } from './single-pass';
import type { UnderstoodQuestion } from './understand-question';

export interface WriteOptions {
  readonly request: AnswerRequest;
  readonly opened: OpenedModel;
  readonly sink: TraceSink;
  readonly signal: AbortSignal;
  readonly understood: UnderstoodQuestion;
  readonly gatherer: EvidenceGatherer;
  /** Parts of the answer as they come. */
  readonly onText: (delta: string) => void;
  readonly onMode: (mode: 'single' | 'fold') => void;
}

export interface WrittenAnswer {
  readonly mode: Exclude<AnswerMode, 'auto'>;
  /** Empty in evidence mode. */
  readonly answer: string;
  readonly thinking: string;
  readonly message: string | null;
}

/** Steps that a fold has at least when the user asked for one and the evidence allows it. */
const minForcedSteps = 4;
export const defaultMaxHops = 3;

export async function writeAnswer(options: WriteOptions): Promise<WrittenAnswer> {
  const { request, opened, sink, signal } = options;
  const { model, problem } = opened;
  const using = { model: model?.id ?? null, windowTokens: model?.windowTokens ?? null };
  if (request.mode === 'evidence' || model === null) {
    const reason =
      request.mode === 'evidence' ? 'Evidence only was asked for.' : (problem ?? 'No language model is set up.');
    sink.emit({ kind: 'modeChosen', mode: 'evidence', reason, ...using });
    return evidenceOnly(request.mode === 'evidence' ? null : reason);
  }
  let stage: TraceStage = 'answer';
  try {
    const choice = await chooseMode(options, model);
    sink.emit({ kind: 'modeChosen', ...choice, ...using });
    options.onMode(choice.mode);
    if (choice.mode === 'fold') stage = 'fold';
    return choice.mode === 'single' ? await answerInOnePass(options, model) : await answerByFold(options, model);
  } catch (err) {
    if (signal.aborted || CancelledError.is(err)) throw new CancelledError();
    sink.emit({ kind: 'stepFailed', stage, message: errorMessage(err) });
    return evidenceOnly(errorMessage(err));
  }
}

function evidenceOnly(message: string | null): WrittenAnswer {
  return { mode: 'evidence', answer: '', thinking: '', message };
}

async function chooseMode(
  { request, understood, gatherer, signal }: WriteOptions,
  model: ChatModel,
): Promise<{ readonly mode: 'single' | 'fold'; readonly reason: string }> {
  if (request.mode === 'fold') return { mode: 'fold', reason: 'A fold was asked for.' };
  const messages = singlePassMessages(understood, inDocumentOrder(gatherer.evidence), replyFormatOf(model.id));
  const tokens = (await model.countTokens(textOf(messages), signal)) + templateTokens;
  const room = model.windowTokens - answerRoom(request, model);
  if (tokens <= room) {
    return {
      mode: 'single',
      reason: `Evidence and question take ${tokens} of ${room} tokens, so one pass reads them all.`,
    };
  }
  const asked = request.mode === 'single' ? ' although one pass was asked for' : '';
  return {
    mode: 'fold',
    reason: `Evidence and question take ${tokens} tokens and ${room} fit, so they are read in parts${asked}.`,
  };
}

async function answerInOnePass(options: WriteOptions, model: ChatModel): Promise<WrittenAnswer> {
  const { request, understood, gatherer, sink, signal, onText } = options;
  const messages = singlePassMessages(understood, inDocumentOrder(gatherer.evidence), replyFormatOf(model.id));
  const maxTokens = answerRoom(request, model);
  const reply = await callModel(
    model,
    { messages, maxTokens, temperature: temperatureOf(model), seed: 7 },
    { purpose: 'single', attempt: 1, sink, signal, onText },
  );
  return written('single', reply, null);
}

async function answerByFold(options: WriteOptions, model: ChatModel): Promise<WrittenAnswer> {
  const { request, understood, gatherer, sink, signal, onText } = options;
  const format = replyFormatOf(model.id);
  const count = (text: string): Promise<number> => model.countTokens(text, signal);
  const budgets = await fitBudgets(options, model, gatherer.evidence, count);
  const toSpans = (evidence: readonly EvidenceSpan[]) =>
    toChunkSpans(inDocumentOrder(evidence), budgets.chunkTokens, count, signal);
  const chunks = packChunks(await toSpans(gatherer.evidence), budgets.chunkTokens);
  const result = await runFold(startFold(understood, chunks, budgets), {
    model,
    sink,
    signal,
    format,
    language: understood.language,
    answerTokens: answerRoom(request, model),
    temperature: temperatureOf(model),
    evidence: () => gatherer.evidence,
    findMore: async (query, hop) => {
      // Later hops fill gaps: half the budget keeps their reading time in proportion.
      const tokenBudget = Math.ceil(request.tokenBudget / 2);
      const critique = `${understood.searchQuery}\n${query}`;
      return toSpans(await gatherer.gather({ query, critique, hop, tokenBudget }, signal));
    },
    onText,
  });
  const { skipped, steps } = result;
  const note =
    skipped === 0
      ? null
      : `The model's reply could not be used in ${skipped} of ${steps} steps, so the answer may miss facts.`;
  return written('fold', result.reply, note);
}

/** The fold's budgets with the chunk size that the window leaves beside rules, question, memory and reply. */
async function fitBudgets(
  { request, understood }: WriteOptions,
  model: ChatModel,
  evidence: readonly EvidenceSpan[],
  count: (text: string) => Promise<number>,
): Promise<FoldBudgets> {
  const format = replyFormatOf(model.id);
  const budgets = foldBudgets(model.windowTokens, format, request.maxHops ?? defaultMaxHops);
  const empty = { spans: [], tokens: 0 };
  // With a retry's sentence, which is the longest form of the prompt.
  const retryProblem = 'the reply has no <memory> … </memory>, and it was cut at its length limit';
  const prompt = stepMessages({
    state: startFold(understood, [], budgets),
    chunk: empty,
    format,
    language: understood.language,
    retryProblem,
  });
  const room = chunkRoom(budgets, model.windowTokens, (await count(textOf(prompt))) + templateTokens);
  if (room < minChunkTokens) {
    throw new Error(
      `The question is too long for a window of ${model.windowTokens} tokens; shorten it, or choose a larger window or model.`,
    );
  }
  if (request.mode !== 'fold') return { ...budgets, chunkTokens: room };
  const total = await count(evidence.map((span) => span.text).join('\n'));
  return { ...budgets, chunkTokens: Math.max(minChunkTokens, Math.min(room, Math.ceil(total / minForcedSteps))) };
}

function written(mode: 'single' | 'fold', reply: ChatReply, note: string | null): WrittenAnswer {
  const answer = shownAnswer(reply.text);
  if (answer === '') return evidenceOnly('The model wrote no answer; the evidence is what was found.');
  const cut = reply.finish === 'length' ? 'The answer was cut at its length limit.' : null;
  return {
    mode,
    answer,
    thinking: reply.thinking,
    message: [note, cut].filter((part) => part !== null).join(' ') || null,
  };
}

/** An eighth of the window, for thinking and answer together; QwenLong models think long. */
function answerRoom(request: AnswerRequest, model: ChatModel): number {
  const isLongThinker = replyFormatOf(model.id) === 'tags';
  const share = isLongThinker ? Math.min(10_000, model.windowTokens / 4) : Math.min(4096, model.windowTokens / 8);
  return Math.floor(Math.min(request.maxAnswerTokens ?? Number.MAX_SAFE_INTEGER, Math.max(192, share)));
}

/** The published sampling for QwenLong; elsewhere the likeliest words, so that an answer can be repeated. */
function temperatureOf(model: ChatModel): number {
  return replyFormatOf(model.id) === 'tags' ? 0.7 : 0;
}

function textOf(messages: readonly { readonly content: string }[]): string {
  return messages.map((message) => message.content).join('\n');
}

/**
 * Drives the reading: asks the reducer what is next, calls the model or the retrieval for it, and emits every step with
 * all that a later process needs to go on from it. An unreadable reply is asked for once more with its problem named,
 * then the chunk is recorded as skipped.
 */
import type { FoldEnd, FoldRequest } from '../../../protocol/folds';
import { ModelError, type ChatModel } from '../llm/chat-model';
import type { TraceSink } from '../trace/trace-sink';
import { CancelledError, throwIfCancelled, yieldToLoop } from '../util/cancelled';
import { callModel } from './call-model';
import type { ChunkReader, FoldChunk } from './chunk-reader';
import type { ReplyFormat } from './fold-budgets';
import { stepMessages, stepReplySchema, type PromptLanguage } from './fold-prompts';
import { nextAction, reduceHop, reduceHopEnd, reduceStep, type FoldState, type StepResult } from './fold-state';
import type { HostSpeed } from './host-speed';
import { parseJsonReply, parseTagReply } from './parse-step-reply';
import type { RunControl } from './run-control';

export interface FoldRunOptions {
  readonly model: ChatModel;
  readonly reader: ChunkReader;
  readonly sink: TraceSink;
  readonly signal: AbortSignal;
  readonly control: RunControl;
  readonly speed: HostSpeed;
  readonly format: ReplyFormat;
  readonly language: PromptLanguage;
  readonly temperature: number;
  /** Which part of the question this is, from 0; events carry it. */
  readonly part: number;
}

export interface FoldResult {
  readonly state: FoldState;
  readonly reason: FoldEnd;
}

export const foldSeed = 7;
/** Tokens that a chat template adds around the messages, at most. */
export const templateTokens = 48;

/** Reads until the reducer says that it is done. @throws CancelledError, and ModelError where the host fails */
export async function runFold(start: FoldState, options: FoldRunOptions): Promise<FoldResult> {
  const { control, signal, sink, part } = options;
  let state = start;
  let reason: FoldEnd | null = null;
  while (reason === null) {
    await control.pass(signal);
    if (control.answerNow.aborted) reason = 'answerNow';
    else {
      const taken = await takeAction(state, options);
      ({ state, reason } = taken);
    }
  }
  const { steps, skipped, memory } = state;
  sink.emit({ kind: 'foldFinished', part, reason, steps, skipped, memory });
  return { state, reason };
}

async function takeAction(
  state: FoldState,
  options: FoldRunOptions,
): Promise<{ readonly state: FoldState; readonly reason: FoldEnd | null }> {
  const action = nextAction(state);
  // Giving up a step for the answer is no cancelled question.
  const signal = AbortSignal.any([options.signal, options.control.answerNow]);
  try {
    switch (action.kind) {
      case 'readChunk': {
        const chunk = await options.reader.next(signal);
        if (chunk === null) return { state: reduceHopEnd(state), reason: null };
        return { state: await runStep(state, chunk, { ...options, signal }), reason: null };
      }
      case 'retrieve':
        return { state: await retrieve(state, action.request, options, signal), reason: null };
      case 'final':
        return { state, reason: action.reason };
    }
  } catch (err) {
    const isGivenUp = options.control.answerNow.aborted && !options.signal.aborted;
    if (isGivenUp && (signal.aborted || CancelledError.is(err))) return { state, reason: 'answerNow' };
    throw err;
  }
}

async function retrieve(
  state: FoldState,
  request: FoldRequest,
  { reader }: FoldRunOptions,
  signal: AbortSignal,
): Promise<FoldState> {
  const found = await reader.find(request, state.hop + 1, state.memory, signal);
  throwIfCancelled(signal);
  return reduceHop(state, request, found);
}

interface StepUsage {
  promptTokens: number;
  completionTokens: number;
  durationMs: number;
}

async function runStep(state: FoldState, chunk: FoldChunk, options: FoldRunOptions): Promise<FoldState> {
  const { reader, sink, part, speed } = options;
  const usage: StepUsage = { promptTokens: 0, completionTokens: 0, durationMs: 0 };
  const result = await readChunk(state, chunk, options, usage);
  const ids = [...new Set(chunk.spans.map((span) => span.id))];
  const transition = reduceStep(state, ids, result);
  const { outcome, problem, dropped, state: after } = transition;
  const reads = reader.stepped(chunk, after.memory);
  const extent = reader.extent();
  const perStep = speed.seconds(usage.promptTokens, usage.completionTokens);
  sink.emit({
    kind: 'foldStepFinished',
    part,
    step: after.steps,
    stepsPlanned: extent.steps,
    hop: state.hop,
    chunk: ids,
    reads,
    chunksRead: extent.chunksRead,
    chunksTotal: extent.chunksTotal,
    secondsLeft: perStep === null ? null : Math.round(perStep * Math.max(0, extent.steps - after.steps)),
    next: after.next,
    before: state.memory,
    after: after.memory,
    dropped,
    outcome,
    problem,
    ...usage,
  });
  // A host that answers at once must not keep the editor's requests waiting.
  await yieldToLoop();
  return after;
}

async function readChunk(
  state: FoldState,
  chunk: FoldChunk,
  options: FoldRunOptions,
  usage: StepUsage,
): Promise<StepResult> {
  const { format, language, signal, model, sink, speed } = options;
  let problem: string | null = null;
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    const request = {
      messages: stepMessages({ state, chunk, format, language, retryProblem: problem }),
      maxTokens: state.budgets.replyTokens,
      temperature: options.temperature,
      // The same seed would bring the same bad reply again.
      seed: foldSeed + attempt - 1,
      ...(format === 'json' ? { jsonSchema: stepReplySchema(state, chunk) } : {}),
    };
    try {
      const reply = await callModel(model, request, { purpose: 'fold', attempt, sink, signal });
      speed.learn(reply);
      usage.promptTokens += reply.promptTokens;
      usage.completionTokens += reply.completionTokens;
      usage.durationMs += Math.round(reply.durationMs);
      const parse = format === 'json' ? parseJsonReply(reply.text) : parseTagReply(reply.text);
      if (parse.kind === 'parsed') return { kind: 'reply', reply: parse.reply };
      problem = reply.finish === 'length' ? `${parse.problem}, and it was cut at its length limit` : parse.problem;
    } catch (err) {
      // These concern this chunk only; a host that is down or stalls would fail the next one too.
      if (!ModelError.is(err, 'badReply') && !ModelError.is(err, 'windowExceeded')) throw err;
      problem = err.message;
      if (err.reason === 'windowExceeded') break;
    }
  }
  return { kind: 'skipped', problem: `The chunk was skipped: ${problem ?? 'no reply'}.` };
}

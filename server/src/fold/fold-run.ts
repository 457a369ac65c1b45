/**
 * Drives the fold: asks the reducer what is next, calls the model or the retrieval for it, and emits every step. An
 * unreadable reply is asked for once more with its problem named, then the chunk is recorded as skipped.
 */
import type { EvidenceSpan } from '../../../protocol/trace-events';
import { ModelError, type ChatModel, type ChatReply } from '../llm/chat-model';
import type { TraceSink } from '../trace/trace-sink';
import { throwIfCancelled } from '../util/cancelled';
import { callModel } from './call-model';
import type { ReplyFormat } from './fold-budgets';
import { finalMessages, formatSpan, stepMessages, stepReplySchema, type PromptLanguage } from './fold-prompts';
import {
  nextAction,
  packChunks,
  reduceHop,
  reduceStep,
  type ChunkSpan,
  type FoldChunk,
  type FoldState,
  type StepResult,
} from './fold-state';
import { parseJsonReply, parseTagReply } from './parse-step-reply';

export interface FoldRunOptions {
  readonly model: ChatModel;
  readonly sink: TraceSink;
  readonly signal: AbortSignal;
  readonly format: ReplyFormat;
  readonly language: PromptLanguage;
  readonly answerTokens: number;
  readonly temperature: number;
  /** Another retrieval for the plan's query: its new spans in reading order, ready for chunks. */
  readonly findMore: (query: string, hop: number) => Promise<readonly ChunkSpan[]>;
  /** All evidence so far, best first. */
  readonly evidence: () => readonly EvidenceSpan[];
  readonly onText: (delta: string) => void;
}

export interface FoldResult {
  readonly state: FoldState;
  readonly steps: number;
  readonly skipped: number;
  readonly reply: ChatReply;
}

const seed = 7;

export async function runFold(start: FoldState, options: FoldRunOptions): Promise<FoldResult> {
  let state = start;
  let steps = 0;
  let skipped = 0;
  for (;;) {
    const action = nextAction(state);
    switch (action.kind) {
      case 'readChunk': {
        const step = await runStep(state, action.chunk, steps + 1, options);
        state = step.state;
        steps += 1;
        if (step.outcome === 'skipped') skipped += 1;
        break;
      }
      case 'retrieve': {
        const spans = await options.findMore(action.query, state.hop + 1);
        state = reduceHop(state, action.query, packChunks(spans, state.budgets.chunkTokens));
        break;
      }
      case 'final':
        return { state, steps, skipped, reply: await writeFinal(state, options) };
    }
    throwIfCancelled(options.signal);
  }
}

async function runStep(state: FoldState, chunk: FoldChunk, step: number, options: FoldRunOptions) {
  const usage = { promptTokens: 0, completionTokens: 0, durationMs: 0 };
  const result = await readChunk(state, chunk, options, usage);
  const transition = reduceStep(state, result);
  const { outcome, problem, dropped } = transition;
  options.sink.emit({
    kind: 'foldStepFinished',
    step,
    stepsPlanned: state.chunks.length,
    hop: state.hop,
    chunk: [...new Set(chunk.spans.map((span) => span.id))],
    before: state.memory,
    after: transition.state.memory,
    dropped,
    outcome,
    problem,
    ...usage,
  });
  return transition;
}

async function readChunk(
  state: FoldState,
  chunk: FoldChunk,
  options: FoldRunOptions,
  usage: { promptTokens: number; completionTokens: number; durationMs: number },
): Promise<StepResult> {
  const { format, language, signal, model } = options;
  let problem: string | null = null;
  for (let attempt = 1; attempt <= 2; attempt += 1) {
    const messages = stepMessages({ state, chunk, format, language, retryProblem: problem });
    const schema = format === 'json' ? { jsonSchema: stepReplySchema(state, chunk) } : {};
    const request = {
      messages,
      maxTokens: state.budgets.replyTokens,
      temperature: options.temperature,
      // The same seed would bring the same bad reply again.
      seed: seed + attempt - 1,
      ...schema,
    };
    try {
      const reply = await callModel(model, request, { purpose: 'fold', attempt, sink: options.sink, signal });
      usage.promptTokens += reply.promptTokens;
      usage.completionTokens += reply.completionTokens;
      usage.durationMs += reply.durationMs;
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

async function writeFinal(state: FoldState, options: FoldRunOptions): Promise<ChatReply> {
  const { model, format, language, signal, answerTokens, sink, onText } = options;
  const sources = await sourcesThatFit(state, options);
  const messages = finalMessages({ state, sources, format, language });
  const request = { messages, maxTokens: answerTokens, temperature: options.temperature, seed };
  return callModel(model, request, { purpose: 'final', attempt: 1, sink, signal, onText });
}

/** The text of the spans that the memory cites, so that quotes can be exact; the best evidence when it cites none. */
async function sourcesThatFit(state: FoldState, options: FoldRunOptions): Promise<readonly ChunkSpan[]> {
  const { model, signal, format, language } = options;
  const cited = new Set(state.memory.lines.flatMap((line) => line.spanIds));
  const evidence = options.evidence();
  const wanted = cited.size > 0 ? evidence.filter((span) => cited.has(span.id)) : evidence;
  const bare = finalMessages({ state, sources: [], format, language });
  const promptTokens = await model.countTokens(bare.map((message) => message.content).join('\n'), signal);
  let room = model.windowTokens - options.answerTokens - promptTokens - templateTokens;
  const sources: ChunkSpan[] = [];
  for (const { id, path, startLine, text } of wanted) {
    const source = { id, place: `${path}:${startLine}`, text, tokens: 0 };
    const tokens = (await model.countTokens(formatSpan(source), signal)) + 2;
    if (tokens > room) continue;
    room -= tokens;
    sources.push({ ...source, tokens });
  }
  return sources;
}

/** Tokens that a chat template adds around the messages, at most. */
export const templateTokens = 48;

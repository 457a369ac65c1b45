/** The last step of a fold: the answer, from the memory and the text of the spans that it names. */
import type { EvidenceSpan } from '../../../protocol/evidence';
import type { ChatModel, ChatReply } from '../llm/chat-model';
import type { TraceSink } from '../trace/trace-sink';
import { callModel } from './call-model';
import type { ChunkSpan } from './chunk-reader';
import type { ReplyFormat } from './fold-budgets';
import { finalMessages, formatSpan, type PromptLanguage } from './fold-prompts';
import { foldSeed, templateTokens } from './fold-run';
import type { FoldState } from './fold-state';

export interface FoldFinalOptions {
  readonly model: ChatModel;
  readonly sink: TraceSink;
  readonly signal: AbortSignal;
  readonly format: ReplyFormat;
  readonly language: PromptLanguage;
  readonly answerTokens: number;
  readonly temperature: number;
  /** All evidence so far, best first. */
  readonly evidence: readonly EvidenceSpan[];
  /** What was computed from the sources; empty: nothing. */
  readonly facts: string;
  readonly onText: (delta: string) => void;
}

export async function writeFinal(state: FoldState, options: FoldFinalOptions): Promise<ChatReply> {
  const { model, format, language, signal, answerTokens, sink, onText } = options;
  const sources = await sourcesThatFit(state, options);
  const messages = finalMessages({ state, sources, format, language, facts: options.facts });
  const request = { messages, maxTokens: answerTokens, temperature: options.temperature, seed: foldSeed };
  return callModel(model, request, { purpose: 'final', attempt: 1, sink, signal, onText });
}

/** The text of the spans that the memory cites, so that quotes can be exact; the best evidence when it cites none. */
async function sourcesThatFit(state: FoldState, options: FoldFinalOptions): Promise<readonly ChunkSpan[]> {
  const { model, signal, format, language, evidence } = options;
  const cited = new Set(state.memory.lines.flatMap((line) => line.spanIds));
  const wanted = cited.size > 0 ? evidence.filter((span) => cited.has(span.id)) : evidence;
  const bare = finalMessages({ state, sources: [], format, language, facts: options.facts });
  const promptTokens = await model.countTokens(bare.map((message) => message.content).join('\n'), signal);
  let room = model.windowTokens - options.answerTokens - promptTokens - templateTokens;
  const sources: ChunkSpan[] = [];
  for (const { id, path, startLine, text } of wanted) {
    const source = { id, place: `${path}:${startLine}`, text, start: 0, tokens: 0 };
    const tokens = (await model.countTokens(formatSpan(source), signal)) + 2;
    if (tokens > room) continue;
    room -= tokens;
    sources.push({ ...source, tokens });
  }
  return sources;
}

/** What the ways of writing an answer (one pass, folds) share. */
import { replyFormatOf } from '../fold/fold-budgets';
import type { ChatModel } from '../llm/chat-model';
import type { TraceSink } from '../trace/trace-sink';
import type { Continuation } from './continue-run';
import type { EvidenceGatherer } from './gather-evidence';
import type { AnswerPorts, AnswerRequest, OpenedModel } from './ports';
import type { UnderstoodQuestion } from './understand-question';

export interface WriteOptions {
  readonly request: AnswerRequest;
  readonly ports: AnswerPorts;
  readonly opened: OpenedModel;
  readonly sink: TraceSink;
  readonly signal: AbortSignal;
  readonly understood: UnderstoodQuestion;
  readonly gatherer: EvidenceGatherer;
  /** The run that this one goes on from. */
  readonly continued: Continuation | null;
  /** Parts of the answer as they come. */
  readonly onText: (delta: string) => void;
  readonly onMode: (mode: 'single' | 'fold' | 'everything') => void;
}

/** An eighth of the window, for thinking and answer together; QwenLong models think long. */
export function answerRoom(request: AnswerRequest, model: ChatModel): number {
  const isLongThinker = replyFormatOf(model.id) === 'tags';
  const share = isLongThinker ? Math.min(10_000, model.windowTokens / 4) : Math.min(4096, model.windowTokens / 8);
  return Math.floor(Math.min(request.maxAnswerTokens ?? Number.MAX_SAFE_INTEGER, Math.max(192, share)));
}

/** The published sampling for QwenLong; elsewhere the likeliest words, so that an answer can be repeated. */
export function temperatureOf(model: ChatModel): number {
  return replyFormatOf(model.id) === 'tags' ? 0.7 : 0;
}

export function textOf(messages: readonly { readonly content: string }[]): string {
  return messages.map((message) => message.content).join('\n');
}

/** One model call, recorded: the prompt as sent, the reply, thinking apart, tokens and time. */
import type { ModelPurpose } from '../../../protocol/trace-events';
import type { ChatModel, ChatReply, ChatRequest } from '../llm/chat-model';
import type { TraceSink } from '../trace/trace-sink';
import { throwIfCancelled } from '../util/cancelled';

export interface CallOptions {
  readonly purpose: ModelPurpose;
  readonly attempt: number;
  readonly sink: TraceSink;
  readonly signal: AbortSignal;
  readonly onText?: (delta: string) => void;
}

export async function callModel(model: ChatModel, request: ChatRequest, options: CallOptions): Promise<ChatReply> {
  const { purpose, attempt, sink, signal, onText } = options;
  const raw = await model.chat(request, { signal, ...(onText === undefined ? {} : { onText }) });
  throwIfCancelled(signal);
  const reply = splitThinking(raw);
  sink.emit({
    kind: 'modelReplied',
    purpose,
    attempt,
    prompt: request.messages.map((message) => `${message.role}:\n${message.content}`).join('\n\n'),
    reply: reply.text,
    thinking: reply.thinking,
    promptTokens: reply.promptTokens,
    completionTokens: reply.completionTokens,
    durationMs: Math.round(reply.durationMs),
  });
  return reply;
}

/** Hosts part thinking from the answer; a template that opens it inside the prompt leaves only its end in the text. */
function splitThinking(reply: ChatReply): ChatReply {
  const end = reply.text.lastIndexOf('</think>');
  if (end < 0) return reply;
  const thinking = reply.text
    .slice(0, end)
    .replace(/^\s*<think>/, '')
    .trim();
  const text = reply.text.slice(end + '</think>'.length).trim();
  return { ...reply, text, thinking: [reply.thinking, thinking].filter(Boolean).join('\n') };
}

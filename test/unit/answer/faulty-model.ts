/** A model that replies by a script, for the faults that a real one does not show on demand. */
import type { ChatModel, ChatReply, ChatRequest } from '../../../server/src/llm/chat-model';

export type Reply = string | Error;

/** Plays a fault: replies by a script; the real models are tested elsewhere. Four characters are a token. */
export function faultyModel(
  script: (request: ChatRequest, call: number) => Reply,
  id = 'test:faulty',
  windowTokens = 2048,
): ChatModel {
  let call = 0;
  return {
    id,
    windowTokens,
    countTokens: (text) => Promise.resolve(Math.ceil(text.length / 4)),
    chat: (request, { onText }): Promise<ChatReply> => {
      const text = script(request, (call += 1));
      if (text instanceof Error) return Promise.reject(text);
      onText?.(text);
      return Promise.resolve({
        text,
        thinking: '',
        promptTokens: 10,
        completionTokens: 5,
        finish: 'stop',
        durationMs: 1,
      });
    },
    dispose: () => Promise.resolve(),
  };
}

export const opened = (model: ChatModel) => ({ openModel: () => Promise.resolve({ model, problem: null }) });

/** The scripted reader behind OpenAI's API, for whole questions in a real server process: it sees the prompt and nothing else. */
import type { ChatRequest } from '../../server/src/llm/chat-model';
import type { ScriptServer } from './http-script-server';
import { ending, part, startOpenAiFaultServer } from './openai-fault-server';
import { createScriptedReader } from './scripted-reader';

/** `beforeReply` holds a reply back, by the number of the call (from 1). */
export function startReaderServer(options: {
  readonly windowTokens: number;
  readonly beforeReply?: (call: number) => Promise<void>;
}): Promise<ScriptServer> {
  const { windowTokens, beforeReply } = options;
  const reader = createScriptedReader({ windowTokens });
  let calls = 0;
  return startOpenAiFaultServer({
    model: { max_model_len: windowTokens },
    countTokens: (text) => Math.ceil(text.length / 4),
    chat: (response, { body }) => {
      calls += 1;
      const request = {
        messages: body['messages'],
        ...(body['response_format'] === undefined ? {} : { jsonSchema: {} }),
      } as ChatRequest;
      const reply = Promise.resolve(beforeReply?.(calls)).then(() =>
        reader.chat(request, { signal: new AbortController().signal }),
      );
      void reply.then(({ text, promptTokens, completionTokens }) =>
        response.end(part(text) + ending({ prompt_tokens: promptTokens, completion_tokens: completionTokens })),
      );
    },
  });
}

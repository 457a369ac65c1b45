/** An editor with one language model whose tokens are words and whose replies are up to each test. */
import { ModelError } from '../../server/src/llm/chat-model';
import type { EditorHost } from '../../server/src/llm/editor-host';
import { CancelledError } from '../../server/src/util/cancelled';

export interface EditorScript {
  /** Parts of the reply, or the refusal. */
  readonly reply?: readonly string[] | ModelError;
  readonly keys?: Readonly<Record<string, string>>;
  readonly notices?: string[];
}

export function createScriptedEditor({ reply = ['Yes.'], keys = {}, notices = [] }: EditorScript = {}): EditorHost {
  return {
    apiKey: (origin) => Promise.resolve(keys[origin] ?? null),
    listModels: () => Promise.resolve([{ id: 'acme/one', label: 'One', vendor: 'acme', maxInputTokens: 1_000 }]),
    countTokens: (_model, texts) => Promise.resolve(texts.map((text) => text.split(/\s+/).filter(Boolean).length)),
    async chat(_model, _request, { signal, onText }) {
      if (ModelError.is(reply)) throw reply;
      for (const part of reply) {
        await new Promise((resolve) => setImmediate(resolve));
        if (signal.aborted) throw new CancelledError();
        onText(part);
      }
      return reply.join('');
    },
    notify: (sentence) => void notices.push(sentence),
  };
}

/** Soak tier: a real Ollama server does what every chat model must do, and what the adapter relies on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelRecord } from '../../server/src/llm/model-record';
import { OllamaChatModel, type OllamaOptions } from '../../server/src/llm/ollama-chat-model';
import { listOllamaModels } from '../../server/src/llm/ollama-models';
import { pullOllamaModel } from '../../server/src/llm/ollama-pull';
import { OpenAiChatModel } from '../../server/src/llm/openai-chat-model';
import { ask, describeChatModel, longText, noAbort } from '../support/chat-model-conformance';
import { startOllama, type OllamaServer } from '../support/ollama-server';

let server: OllamaServer;
beforeAll(async () => {
  server = await startOllama();
});
afterAll(() => server?.close());

const fresh = (): OllamaOptions => ({
  url: server.url,
  allowRemoteHosts: false,
  threads: 1,
  record: new ModelRecord(),
});
const record = new ModelRecord();
const openModel = (): Promise<OllamaChatModel> =>
  OllamaChatModel.open(server.model, 1_024, { ...fresh(), record }, noAbort);

const openServed = (name: string, windowTokens: number): Promise<OpenAiChatModel> => {
  const host = { url: server.url, apiKey: () => Promise.resolve(null) };
  return OpenAiChatModel.open(name, windowTokens, { host, record: new ModelRecord() }, noAbort);
};

describe('a real Ollama', () => {
  describeChatModel(openModel);

  it('refuses 12,000 tokens in a window of 4,096, and says so', async () => {
    const model = await OllamaChatModel.open(server.model, 4_096, fresh(), noAbort);
    const error: unknown = await model.chat(ask(longText(12_000)), { signal: noAbort }).catch((err: unknown) => err);
    expect(String(error)).toBe(
      'ModelError: The prompt does not fit into the window of small; ask for a larger window or send less text.',
    );
  });

  it('says that it cannot fetch a model from where nothing answers', async () => {
    const pulling = pullOllamaModel('127.0.0.1:9/nobody/nothing', fresh(), {
      signal: noAbort,
      onProgress: () => undefined,
    });
    await expect(pulling).rejects.toThrow('Ollama cannot reach its library to fetch 127.0.0.1:9/nobody/nothing');
  });

  it('is asked for the same window for a second question, and so does not load again', async () => {
    const options = fresh();
    const open = () => OllamaChatModel.open(server.model, 0, options, noAbort);
    await (await open()).chat(ask(longText(300), { maxTokens: 12 }), { signal: noAbort });
    const model = await open();
    expect(model.windowTokens).toBe(8_192);
    expect(model.speed?.promptTokensPerSecond).toBeGreaterThan(1);
    const loaded = await fetch(new URL('/api/ps', server.url)).then((answer) => answer.json());
    expect(loaded).toMatchObject({ models: [{ name: 'small:latest', context_length: 8_192 }] });
  });

  it('lists the model as one that can chat, with its trained length', async () => {
    const models = await listOllamaModels(fresh(), noAbort);
    // 30 layers, 3 heads of 64 for keys and for values, 2 bytes each.
    const facts = { trainedTokens: 8_192, think: 'none', bytesPerToken: 30 * 3 * 128 * 2, problem: null };
    expect(models.toSorted((one, other) => (one.name < other.name ? -1 : 1))).toMatchObject([
      { name: 'small-1k:latest', ...facts },
      { name: 'small:latest', ...facts },
    ]);
  });

  it('reports the whole prompt, so that the learned bound comes close to it', async () => {
    const model = await OllamaChatModel.open(server.model, 1_024, fresh(), noAbort);
    const text = longText(700);
    const reply = await model.chat(ask(text, { maxTokens: 2 }), { signal: noAbort });
    const bound = await model.countTokens(text, noAbort);
    expect(bound / reply.promptTokens).toBeGreaterThan(1);
    expect(bound / reply.promptTokens).toBeLessThan(1.4);
  });
});

describe('a real Ollama behind OpenAI’s API', () => {
  describeChatModel(() => openServed(`${server.model}-1k:latest`, 1_024));

  it('cuts a prompt without a word where its window is smaller than what the user said; that is found out', async () => {
    const model = await openServed(`${server.model}-1k:latest`, 8_192);
    const error: unknown = await model.chat(ask(longText(3_000)), { signal: noAbort }).catch((err: unknown) => err);
    expect(String(error)).toMatch(/read only \d+ tokens and cut the rest of the prompt off/);
  });
});

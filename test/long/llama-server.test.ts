/** Soak tier: the real server of llama.cpp does what every chat model must do, through OpenAI's API. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelError } from '../../server/src/llm/chat-model';
import { ModelRecord } from '../../server/src/llm/model-record';
import { OpenAiChatModel } from '../../server/src/llm/openai-chat-model';
import { listOpenAiModels } from '../../server/src/llm/openai-models';
import { ask, describeChatModel, longText, noAbort } from '../support/chat-model-conformance';
import { startLlamaServer, type LlamaServer } from '../support/llama-server';

let small: LlamaServer;
let large: LlamaServer;
beforeAll(async () => {
  small = await startLlamaServer({ windowTokens: 1_024 });
  large = await startLlamaServer({ windowTokens: 4_096, key: 'sk-test' });
});
afterAll(async () => {
  await small?.close();
  await large?.close();
});

const hostOf = (server: LlamaServer, key: string | null) => ({ url: server.url, apiKey: () => Promise.resolve(key) });
const openModel = (server: LlamaServer, key: string | null = null): Promise<OpenAiChatModel> =>
  OpenAiChatModel.open('small', 0, { host: hostOf(server, key), record: new ModelRecord() }, noAbort);

describe('a real server of llama.cpp', () => {
  describeChatModel(() => openModel(small));

  it('says its window and counts tokens itself', async () => {
    expect(await listOpenAiModels(hostOf(small, null), noAbort)).toEqual([{ name: 'small', windowTokens: 1_024 }]);
    const model = await openModel(small);
    const text = longText(400);
    const counted = await model.countTokens(text, noAbort);
    const reply = await model.chat(ask(text, { maxTokens: 1 }), { signal: noAbort });
    expect(reply.promptTokens - counted).toBeGreaterThan(0);
    expect(reply.promptTokens - counted).toBeLessThan(64);
    expect(model.speed?.promptTokensPerSecond).toBeGreaterThan(1);
  });

  it('gets no prompt of 12,000 tokens for its window of 4,096: the sentence gives both', async () => {
    const model = await openModel(large, 'sk-test');
    const error: unknown = await model.chat(ask(longText(12_000)), { signal: noAbort }).catch((err: unknown) => err);
    expect(ModelError.is(error, 'windowExceeded')).toBe(true);
    expect(String(error)).toMatch(/has at least \d{5} tokens and does not fit into the window of small \(4096\)/);
  });

  it('wants its key', async () => {
    expect((await openModel(large, 'sk-test')).windowTokens).toBe(4_096);
    await expect(openModel(large, 'sk-other')).rejects.toThrow('Longfold: Set API Key');
    await expect(openModel(large)).rejects.toThrow('Longfold: Set API Key');
  });
});

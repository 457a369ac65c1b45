/** Soak tier: a real Ollama server does what every chat model must do, and what the adapter relies on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { listOllamaModels } from '../../server/src/llm/ollama-models';
import { OllamaChatModel } from '../../server/src/llm/ollama-chat-model';
import { ask, describeChatModel, longText, noAbort } from '../support/chat-model-conformance';
import { startOllama, type OllamaServer } from '../support/ollama-server';

let server: OllamaServer;
beforeAll(async () => {
  server = await startOllama();
});
afterAll(() => server?.close());

const openModel = (): Promise<OllamaChatModel> => {
  const options = { url: server.url, allowRemoteHosts: false, threads: 1 };
  return OllamaChatModel.open(server.model, 1_024, options, noAbort);
};

describe('a real Ollama', () => {
  describeChatModel(openModel);

  it('lists the model as one that can chat, with its trained length', async () => {
    const models = await listOllamaModels({ url: server.url, allowRemoteHosts: false }, noAbort);
    expect(models.map(({ name, trainedTokens, problem }) => [name, trainedTokens, problem])).toEqual([
      ['small:latest', 8_192, null],
    ]);
  });

  it('reports the whole prompt, so that the learned bound comes close to it', async () => {
    const model = await openModel();
    const text = longText(700);
    const reply = await model.chat(ask(text, { maxTokens: 2 }), { signal: noAbort });
    const bound = await model.countTokens(text, noAbort);
    expect(bound / reply.promptTokens).toBeGreaterThan(1);
    expect(bound / reply.promptTokens).toBeLessThan(1.4);
  });
});

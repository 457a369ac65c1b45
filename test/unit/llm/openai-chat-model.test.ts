/** What is particular to OpenAI's API: windows and tokens in each server's own way, thinking, JSON, keys, busy servers. */
import { afterEach, describe, expect, it } from 'vitest';
import { ModelError, type ChatReply, type ChatRequest } from '../../../server/src/llm/chat-model';
import { ModelRecord } from '../../../server/src/llm/model-record';
import { OpenAiChatModel } from '../../../server/src/llm/openai-chat-model';
import { listOpenAiModels } from '../../../server/src/llm/openai-models';
import { ask, longText, noAbort } from '../../support/chat-model-conformance';
import { sendJson, type ScriptServer } from '../../support/http-script-server';
import { ending, part, startOpenAiFaultServer, type OpenAiScript } from '../../support/openai-fault-server';

let server: ScriptServer | undefined;
afterEach(() => server?.close());

async function openModel(script: OpenAiScript, more: { windowTokens?: number; key?: string } = {}) {
  await server?.close();
  server = await startOpenAiFaultServer({ model: { max_model_len: 4_096 }, ...script });
  const host = { url: new URL('/v1', server.url), apiKey: () => Promise.resolve(more.key ?? null) };
  const options = { host, record: new ModelRecord(), retryMs: 1 };
  return OpenAiChatModel.open('m', more.windowTokens ?? 0, options, noAbort);
}
async function reasonOf(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(() => 'no error').catch((err: unknown) => err);
  const text = ModelError.is(error) ? `${error.reason}: ${error.message}` : String(error);
  return text.replaceAll(server?.url.origin ?? '-', 'HOST');
}
const reply = async (script: OpenAiScript, request: ChatRequest = ask('Hello?')): Promise<ChatReply> => ({
  ...(await (await openModel(script)).chat(request, { signal: noAbort })),
  durationMs: 0,
});
const hello: NonNullable<OpenAiScript['chat']> = (response) => response.end(part('Hi') + ending());

describe('the window of a server with OpenAI’s API', () => {
  it.each<[string, OpenAiScript, number | null]>([
    ['vLLM and SGLang', { model: { max_model_len: 32_768 } }, 32_768],
    ['llama.cpp', { model: { meta: { n_ctx: 2_048, n_ctx_train: 8_192 } } }, 2_048],
    [
      'llama.cpp of an older build',
      {
        model: { meta: { n_ctx_train: 8_192 } },
        others: { '/props': { default_generation_settings: { n_ctx: 1_024 } } },
      },
      1_024,
    ],
    [
      'LM Studio',
      { model: {}, others: { '/api/v0/models': { data: [{ id: 'm', type: 'llm', loaded_context_length: 6_000 }] } } },
      6_000,
    ],
    ['one that does not say', { model: {} }, null],
  ])('is the one in force: %s', async (_, script, expected) => {
    server = await startOpenAiFaultServer(script);
    const host = { url: server.url, apiKey: () => Promise.resolve(null) };
    expect(await listOpenAiModels(host, noAbort)).toEqual([{ name: 'm', windowTokens: expected }]);
  });

  it('is asked of the user where the server does not say it, and can be made smaller', async () => {
    const silent = { model: { max_model_len: undefined } };
    expect(await reasonOf(openModel(silent))).toBe(
      'windowUnknown: The model server at HOST does not say how large the window of m is; set longfold.model.windowTokens to it.',
    );
    expect((await openModel(silent, { windowTokens: 3_000 })).windowTokens).toBe(3_000);
    expect((await openModel({}, { windowTokens: 3_000 })).windowTokens).toBe(3_000);
    expect((await openModel({}, { windowTokens: 9_000 })).windowTokens).toBe(4_096);
  });

  it('bounds the room that is asked for the reply, by the server’s own count', async () => {
    const countTokens = (text: string): number => text.split(/\s+/).length;
    const model = await openModel({ chat: hello, countTokens });
    const text = 'word '.repeat(4_000).trim();
    expect(await model.countTokens(text, noAbort)).toBe(4_000);
    const error = await reasonOf(model.chat(ask(text, { maxTokens: 500 }), { signal: noAbort }));
    // The scripted count of 30 tokens is far below the 4,000 that were sent.
    expect(error).toBe(
      'windowExceeded: The model server at HOST read only 30 tokens and cut the rest of the prompt off; its window may ' +
        'be smaller than 4096 tokens: set longfold.model.windowTokens to what it really has.',
    );
    expect(server?.chats[0]).toMatchObject({ max_tokens: 4_096 - 4_005 - 64 });
  });
});

describe('a chat with a server with OpenAI’s API', () => {
  it('is asked for a stream with its counts, and for JSON by its schema', async () => {
    const jsonSchema = { type: 'object' };
    const result = await reply({ chat: hello }, ask('Hello?', { jsonSchema }));
    expect(result).toEqual({
      text: 'Hi',
      thinking: '',
      promptTokens: 30,
      completionTokens: 2,
      finish: 'stop',
      durationMs: 0,
    });
    expect(server?.chats).toEqual([
      {
        model: 'm',
        messages: ask('Hello?').messages,
        stream: true,
        stream_options: { include_usage: true },
        max_tokens: 24,
        temperature: 0,
        seed: 7,
        response_format: { type: 'json_schema', json_schema: { name: 'reply', strict: true, schema: jsonSchema } },
      },
    ]);
  });

  it('keeps thinking apart, in its own field or between marks', async () => {
    const parts = [part('', { reasoning_content: 'a' }), part('<thi'), part('nk>b</th'), part('ink>\nAn answer.')];
    const chat = hello;
    expect(await reply({ chat: (response) => response.end(parts.join('') + ending()) })).toMatchObject({
      text: 'An answer.',
      thinking: 'ab',
    });
    expect(await reply({ chat })).toMatchObject({ text: 'Hi', thinking: '' });
  });

  it('gives a model that thinks room for it when nothing but thought fitted', async () => {
    const chat: OpenAiScript['chat'] = (response, { body }) => {
      const isShort = Number(body['max_tokens']) <= 24;
      response.end(
        part(isShort ? '' : 'Four.', { reasoning_content: 'two and two' }) + ending({}, isShort ? 'length' : 'stop'),
      );
    };
    expect(await reply({ chat })).toMatchObject({ text: 'Four.', finish: 'stop' });
    expect(server?.chats.map((body) => body['max_tokens'])).toEqual([24, expect.any(Number)]);
    expect(server?.chats[1]?.['max_tokens']).toBeGreaterThan(1_000);
  });

  it('ends when its JSON is whole, though the server would write blanks for ever', async () => {
    let hasClosed = false;
    const chat: OpenAiScript['chat'] = (response) => {
      response.on('close', () => (hasClosed = true));
      response.write(part('{"name": "oak"}'));
      const writing = setInterval(() => response.write(part('\n    ')), 1);
      response.on('close', () => clearInterval(writing));
    };
    const request = ask('An oak?', { jsonSchema: { type: 'object' } });
    expect(await reply({ chat }, request)).toMatchObject({ text: '{"name": "oak"}', finish: 'stop' });
    await expect.poll(() => hasClosed).toBe(true);
  });

  it('goes on without a schema that the server refuses, and does not send it again', async () => {
    const chat: OpenAiScript['chat'] = (response, request) => {
      if (!('response_format' in request.body)) return hello(response, request);
      sendJson(response, { error: { message: "'response_format.type' must be 'text'" } }, 400);
    };
    const model = await openModel({ chat });
    const request = ask('Hello?', { jsonSchema: { type: 'object' } });
    for (const _ of [1, 2]) expect((await model.chat(request, { signal: noAbort })).text).toBe('Hi');
    expect(server?.chats.map((body) => 'response_format' in body)).toEqual([true, false, false]);
  });

  it('waits for a server that is busy or still loads, as long as it says, a few times', async () => {
    let calls = 0;
    const chat: OpenAiScript['chat'] = (response, request) => {
      calls++;
      if (calls === 3) return hello(response, request);
      response.setHeader('retry-after', '0.01');
      sendJson(response, { error: { message: 'Loading model' } }, calls === 1 ? 503 : 429);
    };
    expect((await reply({ chat })).text).toBe('Hi');
    expect(calls).toBe(3);
  });

  it('that stays busy is not taken for a small window, whatever its words', async () => {
    const chat: OpenAiScript['chat'] = (response) =>
      sendJson(response, { error: { message: 'Too many tokens, please wait before trying again.' } }, 429);
    expect(await reasonOf(reply({ chat }))).toBe(
      'busy: The model server at HOST is busy (status 429); ask again in a while.',
    );
  });

  it('reads one JSON document from a server that does not stream', async () => {
    const chat: OpenAiScript['chat'] = (response) => {
      const choices = [{ message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }];
      sendJson(response, { choices, usage: { prompt_tokens: 30, completion_tokens: 1 } });
    };
    expect(await reply({ chat })).toMatchObject({ text: 'Hi', finish: 'stop', promptTokens: 30 });
    const endless: OpenAiScript['chat'] = (response) => {
      response.setHeader('content-type', 'application/json');
      response.end(' '.repeat(17_000_000) + JSON.stringify({ choices: [{ finish_reason: 'stop' }] }));
    };
    expect(await reasonOf(reply({ chat: endless }))).toMatch(/^badReply: .*not JSON/);
  });

  it('believes no answer to a prompt of which it cannot tell whether it was read', async () => {
    const model = await openModel({ chat: (response) => response.end(part('Hi') + ending(null)) });
    expect((await model.chat(ask('Hello?'), { signal: noAbort })).text).toBe('Hi');
    expect(await reasonOf(model.chat(ask(longText(4_000)), { signal: noAbort }))).toMatch(
      /^windowExceeded: .*does not say whether it read the whole prompt/,
    );
  });

  it('learns nothing of the text from its own bound where the server does not count', async () => {
    const model = await openModel({ chat: (response) => response.end(part('Hi') + ending(null)) });
    const text = longText(500);
    const before = await model.countTokens(text, noAbort);
    await model.chat(ask(text), { signal: noAbort });
    expect(await model.countTokens(text, noAbort)).toBe(before);
  });

  it('is asked for the count alone where a prompt may fill the window, so that the reply stays inside of it', async () => {
    const chat: OpenAiScript['chat'] = (response) =>
      response.end(part('Hi') + ending({ prompt_tokens: 3_500, completion_tokens: 1 }));
    const model = await openModel({ chat });
    const text = longText(3_000);
    const shown: string[] = [];
    const onText = (delta: string): unknown => shown.push(delta);
    await model.chat(ask(text, { maxTokens: 2_000 }), { signal: noAbort, onText });
    expect(server?.chats.map((body) => body['max_tokens'])).toEqual([1, 4_096 - 3_500]);
    expect(shown).toEqual(['Hi']);
  });

  it('sees a cut in Chinese text, too', async () => {
    const text = '雨落在河上，水位升高了三尺。'.repeat(250);
    const model = await openModel({ chat: (response) => response.end(part('Hi') + ending({ prompt_tokens: 500 })) });
    expect(await reasonOf(model.chat(ask(text), { signal: noAbort }))).toMatch(/^windowExceeded: /);
  });

  it('learns how fast the server reads, from its own times where it gives them', async () => {
    const timings = { prompt_n: 1_000, prompt_ms: 2_000 };
    const last = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 1_200 }, timings })}\n\n`;
    const model = await openModel({
      chat: (response) => response.end(part('Hi') + ending(null).replace('data: [DONE]', `${last}data: [DONE]`)),
    });
    expect(model.speed).toBeNull();
    await model.chat(ask(longText(1_200)), { signal: noAbort });
    expect(model.speed).toEqual({ promptTokensPerSecond: 500, completionTokensPerSecond: null });
  });
});

describe('the key of a server with OpenAI’s API', () => {
  it('is sent with every call, and stands in no message', async () => {
    const model = await openModel({ chat: hello, key: 'sk-secret' }, { key: 'sk-secret' });
    expect((await model.chat(ask('Hello?'), { signal: noAbort })).text).toBe('Hi');
    const wrong = await reasonOf(openModel({ key: 'sk-secret' }, { key: 'sk-wrong' }));
    expect(wrong).toBe(
      'notPermitted: The model server at HOST wants another key; set it with "Longfold: Set API Key" or LONGFOLD_API_KEY.',
    );
    expect(await reasonOf(openModel({ key: 'sk-secret' }, { key: 'sk-…cret' }))).toMatch(
      /^notPermitted: The key for the model server at HOST has odd characters; set it with/,
    );
    const chat: OpenAiScript['chat'] = (response, { headers }) =>
      sendJson(response, { error: { message: `Bad header ${headers.authorization ?? ''}` } }, 500);
    const leaky = await openModel({ chat }, { key: 'sk-secret' });
    expect(await reasonOf(leaky.chat(ask('Hello?'), { signal: noAbort }))).toBe(
      'other: The model server at HOST refused the request for m: Bad header Bearer …',
    );
  });
});

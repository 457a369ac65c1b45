/** What is particular to Ollama; faults that every host can show are in host-faults.test.ts. */
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { ModelError } from '../../../server/src/llm/chat-model';
import { ModelRecord } from '../../../server/src/llm/model-record';
import { OllamaChatModel, type OllamaOptions } from '../../../server/src/llm/ollama-chat-model';
import { ask, longText, noAbort } from '../../support/chat-model-conformance';
import type { ScriptServer } from '../../support/http-script-server';
import { healthyShow, lastLine, line, startFaultServer, type FaultScript } from '../../support/ollama-fault-server';

let server: ScriptServer | undefined;
afterEach(() => server?.close());

const stallLimits = { loadMs: 300, promptTokenMs: 0, writingMs: 300 };
const local = { allowRemoteHosts: false, threads: 0, stallLimits };
const fresh = () => ({ ...local, record: new ModelRecord() });

async function openModel(script: FaultScript): Promise<OllamaChatModel> {
  server = await startFaultServer(script);
  return OllamaChatModel.open('m', 2_048, { ...fresh(), url: server.url }, noAbort);
}
async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await work);
  } catch (error) {
    const text = ModelError.is(error) ? `${error.reason}: ${error.message}` : String(error);
    return text.replaceAll(server?.url.origin ?? '-', 'HOST');
  }
}
describe('Ollama', () => {
  it('is asked for the window with truncation and shifting off', async () => {
    const model = await openModel({ chat: (response) => response.end(line('Hi') + lastLine()) });
    await model.chat(ask('Hello?', { jsonSchema: { type: 'object' } }), { signal: noAbort });
    expect(server?.chats).toEqual([
      {
        model: 'm',
        messages: ask('Hello?').messages,
        stream: true,
        truncate: false,
        shift: false,
        keep_alive: '5m',
        format: { type: 'object' },
        options: { num_ctx: 2_048, num_predict: 24, temperature: 0, seed: 7 },
      },
    ]);
  });

  it('keeps thinking apart, in its own field or between marks that are split over lines', async () => {
    const parts = [
      line('', { message: { role: 'assistant', content: '', thinking: 'a' } }),
      line('<thi'),
      line('nk>b</t'),
    ];
    const model = await openModel({
      chat: (response) => response.end([...parts, line('hink>\n'), line('An <think> tag.'), lastLine()].join('')),
    });
    const shown: string[] = [];
    const reply = await model.chat(ask('Hello?'), { signal: noAbort, onText: (delta) => shown.push(delta) });
    expect({ ...reply, durationMs: 0, shown: shown.join('') }).toEqual({
      text: 'An <think> tag.',
      thinking: 'ab',
      promptTokens: 30,
      completionTokens: 2,
      finish: 'stop',
      durationMs: 0,
      shown: 'An <think> tag.',
    });
  });

  it('that is not there, or is another program, gives one sentence', async () => {
    const gone = await startFaultServer({});
    await gone.close();
    const open = (url: URL): Promise<unknown> => OllamaChatModel.open('m', 0, { ...fresh(), url }, noAbort);
    expect(await outcome(open(gone.url))).toBe(
      `unreachable: Ollama does not answer at ${gone.url.origin}; start it with "ollama serve" or correct longfold.model.ollamaUrl.`,
    );
    server = await startFaultServer({ any: (response) => response.end('<html>Hello</html>') });
    expect(await outcome(open(server.url))).toBe(
      'unreachable: What answers at HOST is not Ollama; correct the port in longfold.model.ollamaUrl.',
    );
  });

  it('never gets text for a model that runs elsewhere, unless the user allows it', async () => {
    const show = { ...healthyShow, remote_host: 'https://cloud.example' };
    expect(await outcome(openModel({ show }))).toMatch(
      /^hostNotAllowed: The Ollama model m runs at https:\/\/cloud\.example/,
    );
    const allowed = { ...fresh(), allowRemoteHosts: true, url: server?.url ?? new URL('http://127.0.0.1') };
    expect((await OllamaChatModel.open('m', 0, allowed, noAbort)).windowTokens).toBe(8_192);
  });

  it('learns from the counts of the server how dense the text is', async () => {
    const text = longText(1_000);
    const model = await openModel({
      chat: (response) => response.end(line('Hi') + lastLine({ prompt_eval_count: 1_010 })),
    });
    const before = await model.countTokens(text, noAbort);
    await model.chat(ask(text), { signal: noAbort });
    const after = await model.countTokens(text, noAbort);
    expect(before).toBeGreaterThan(after);
    expect(after).toBeGreaterThanOrEqual(1_010);
  });

  it('is told to think, or how much, as its model can; JSON alone needs no thought', async () => {
    const chat = (response: ServerResponse): unknown => response.end(line('Hi') + lastLine());
    const asked = async (show: Record<string, unknown>): Promise<readonly unknown[]> => {
      await server?.close();
      const model = await openModel({ show: { ...healthyShow, ...show }, chat });
      await model.chat(ask('Hello?'), { signal: noAbort });
      await model.chat(ask('Hello?', { jsonSchema: { type: 'object' } }), { signal: noAbort });
      return (server?.chats ?? []).map(({ think, options }) => [think, Reflect.get(Object(options), 'num_predict')]);
    };
    const capabilities = ['completion', 'thinking'];
    expect(await asked({})).toEqual([
      [undefined, 24],
      [undefined, 24],
    ]);
    expect(await asked({ capabilities })).toEqual([
      [true, expect.toSatisfy((tokens: number) => tokens > 1_500 && tokens < 2_048)],
      [false, 24],
    ]);
    expect(await asked({ capabilities, details: { family: 'gptoss' } })).toEqual([
      ['medium', expect.any(Number)],
      ['low', expect.any(Number)],
    ]);
  });

  it('keeps its window over questions, and lets less be sent when it reads slowly', async () => {
    const chat: FaultScript['chat'] = (response) =>
      response.end(line('Hi') + lastLine({ prompt_eval_count: 100, prompt_eval_duration: 8e9 }));
    server = await startFaultServer({ chat });
    const options: OllamaOptions = { ...fresh(), url: server.url };
    const first = await OllamaChatModel.open('m', 0, options, noAbort);
    expect([first.windowTokens, first.speed]).toEqual([8_192, null]);
    await first.chat(ask(longText(100)), { signal: noAbort });
    const second = await OllamaChatModel.open('m', 0, options, noAbort);
    await second.chat(ask('Hello?'), { signal: noAbort });
    // 80 ms a token: what is read in four minutes.
    expect([second.windowTokens, second.speed?.promptTokensPerSecond]).toEqual([3_000, 12.5]);
    expect(server.chats.map(({ options: sent }) => Reflect.get(Object(sent), 'num_ctx'))).toEqual([8_192, 8_192]);
  });

  it('that still reads the prompt of a dropped call is said to be busy, and gets that much more time', async () => {
    const notices: string[] = [];
    let delayMs = 0;
    const chat: FaultScript['chat'] = (response) => {
      const last = lastLine({ prompt_eval_count: 100, prompt_eval_duration: 2e9 });
      setTimeout(() => response.end(line('Hi') + last), delayMs);
    };
    server = await startFaultServer({ chat });
    const onNotice = (sentence: string): unknown => notices.push(sentence);
    const model = await OllamaChatModel.open('m', 0, { ...fresh(), url: server.url, onNotice }, noAbort);
    await model.chat(ask(longText(100)), { signal: noAbort });
    delayMs = 400;
    await expect(model.chat(ask(longText(300)), { signal: AbortSignal.timeout(50) })).rejects.toThrow('Cancelled.');
    expect((await model.chat(ask('Hello?'), { signal: noAbort })).text).toBe('Hi');
    expect(notices).toEqual([
      expect.stringMatching(/^Ollama at \S+ is busy with an earlier prompt for about \d+ s; this question waits\.$/),
    ]);
  });

  it('says where this machine is when nothing answers there', async () => {
    const gone = await startFaultServer({});
    await gone.close();
    const options = { ...fresh(), url: gone.url, hint: 'Longfold runs inside WSL.' };
    expect(await outcome(OllamaChatModel.open('m', 0, options, noAbort))).toMatch(
      /correct longfold\.model\.ollamaUrl\. Longfold runs inside WSL\.$/,
    );
  });
});

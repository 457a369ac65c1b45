/** Faults of a model host, each against a server that shows just that one. */
import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { ModelError } from '../../../server/src/llm/chat-model';
import { OllamaChatModel } from '../../../server/src/llm/ollama-chat-model';
import { ask, longText, noAbort } from '../../support/chat-model-conformance';
import {
  errorAnswer,
  healthyShow,
  lastLine,
  line,
  startFaultServer,
  type FaultScript,
  type FaultServer,
} from '../../support/ollama-fault-server';

let server: FaultServer | undefined;
afterEach(() => server?.close());

const stallLimits = { loadMs: 300, promptTokenMs: 0, writingMs: 300 };
const local = { allowRemoteHosts: false, threads: 0, stallLimits };

async function openModel(script: FaultScript): Promise<OllamaChatModel> {
  server = await startFaultServer(script);
  return OllamaChatModel.open('m', 2_048, { ...local, url: server.url }, noAbort);
}
async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await work);
  } catch (error) {
    const text = ModelError.is(error) ? `${error.reason}: ${error.message}` : String(error);
    return text.replaceAll(server?.url.origin ?? '-', 'HOST');
  }
}
const chatWith = async (chat: (response: ServerResponse) => void): Promise<string> =>
  outcome((await openModel({ chat })).chat(ask('Hello?'), { signal: noAbort }));

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

  it('survives characters that are split over packets, absent counts and negative times', async () => {
    const bytes = Buffer.from(
      line('Größe 👍') + lastLine({ eval_duration: -9.2e18, prompt_eval_count: undefined, eval_count: -1 }),
    );
    const at = bytes.indexOf(Buffer.from('👍')) + 2;
    const text = await chatWith((response) => {
      response.write(bytes.subarray(0, at));
      setTimeout(() => response.end(bytes.subarray(at)), 30);
    });
    expect(JSON.parse(text)).toMatchObject({ text: 'Größe 👍', completionTokens: 0, finish: 'stop' });
  });

  it.each<[string, (response: ServerResponse) => void, string]>([
    ['never answers', () => undefined, 'stalled: Ollama at HOST has stopped answering; restart it and ask again.'],
    [
      'stops in the middle',
      (response) => response.write(line('Hi')),
      'stalled: Ollama at HOST has stopped answering; restart it and ask again.',
    ],
    [
      'ends without its last line',
      (response) => response.end(line('Hi')),
      'badReply: Ollama at HOST broke off its answer; see its log, then ask again.',
    ],
    [
      'drops the connection',
      (response) => response.write(line('Hi'), () => setTimeout(() => response.destroy(), 30)),
      'badReply: Ollama at HOST broke off its answer; see its log, then ask again.',
    ],
    [
      'sends half a line of JSON',
      (response) => response.end(line('Hi') + '{"message":{"con'),
      'badReply: The model host HOST sent a line that is not JSON; ask again.',
    ],
    [
      'sends broken UTF-8',
      (response) => response.end(Buffer.concat([Buffer.from(line('Hi')), Buffer.from([0xff, 0xfe, 0x0a])])),
      'badReply: The model host HOST sent text that is not valid UTF-8; ask again.',
    ],
    [
      'says that the prompt is too long',
      errorAnswer(400, 'the input length exceeds the context length'),
      'windowExceeded: The prompt does not fit into the window of m; ask for a larger window or send less text.',
    ],
    [
      'does not have the model',
      errorAnswer(404, "model 'm' not found"),
      'notFound: Ollama has no model m; fetch it with "ollama pull m".',
    ],
    [
      'runs out of memory',
      errorAnswer(500, 'model requires more system memory (8.0 GiB) than is available (2.0 GiB)'),
      'outOfMemory: The model m does not fit into the memory that Ollama has; choose a smaller model or a smaller window.',
    ],
    [
      'loses its runner in the middle',
      (response) => response.end(line('Hi') + '{"error":"llama runner process has terminated: signal: killed"}\n'),
      "crashed: Ollama's model process stopped while m was in use; ask again.",
    ],
    ['fails otherwise', errorAnswer(500, 'bang'), 'other: Ollama at HOST refused the request for m: bang'],
  ])('that %s gives one sentence', async (_, chat, expected) => {
    expect(await chatWith(chat)).toBe(expected);
  });

  it('of an old version that cuts the prompt without a word is found out by its count', async () => {
    const model = await openModel({
      chat: (response) => response.end(line('Hi') + lastLine({ prompt_eval_count: 19 })),
    });
    expect(await outcome(model.chat(ask(longText(4_000)), { signal: noAbort }))).toMatch(/^windowExceeded: /);
  });

  it('that is not there, or is another program, gives one sentence', async () => {
    const gone = await startFaultServer({});
    await gone.close();
    const open = (url: URL): Promise<unknown> => OllamaChatModel.open('m', 0, { ...local, url }, noAbort);
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
    const allowed = { ...local, allowRemoteHosts: true, url: server?.url ?? new URL('http://127.0.0.1') };
    expect((await OllamaChatModel.open('m', 0, allowed, noAbort)).windowTokens).toBe(8_192);
  });

  it('is left alone when the call is cancelled', async () => {
    const controller = new AbortController();
    const model = await openModel({ chat: (response) => response.write(line('Hi')) });
    const running = model.chat(ask('Hello?'), { signal: controller.signal, onText: () => controller.abort() });
    expect(await outcome(running)).toBe('CancelledError: Cancelled.');
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
});

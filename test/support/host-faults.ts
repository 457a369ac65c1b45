/** Faults that every HTTP model host can show, whatever it speaks: each ends in one clear sentence, none in an answer. */
import type { ServerResponse } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { ModelError, type ChatModel, type ChatRequest } from '../../server/src/llm/chat-model';
import type { StallLimits } from '../../server/src/platform/stall-watch';
import { CancelledError } from '../../server/src/util/cancelled';
import { ask, longText, noAbort } from './chat-model-conformance';
import type { ScriptServer } from './http-script-server';

export type ChatAnswer = (response: ServerResponse) => void;

/** How a host says things. */
export interface HostWire {
  readonly part: (text: string) => string;
  /** `promptTokens` undefined: the host does not say. */
  readonly end: (promptTokens: number | undefined) => string;
  /** Half of a part, as a cut leaves it. */
  readonly half: string;
  /** An error in the middle of a stream. */
  readonly brokenOff: string;
  readonly error: (status: number, message: string) => ChatAnswer;
  /** Starts a host whose one model `m` claims that window. */
  start(chat: ChatAnswer, windowTokens: number): Promise<ScriptServer>;
  open(url: URL, stallLimits: StallLimits): Promise<ChatModel>;
}

/** A thousandth of the real limits, so that 400 seconds of silence take 0.4. */
const scaledLimits: StallLimits = { loadMs: 180, promptTokenMs: 0.25, writingMs: 300 };
const shortLimits: StallLimits = { loadMs: 300, promptTokenMs: 0, writingMs: 300 };

export function describeHostFaults(wire: HostWire): void {
  let server: ScriptServer | undefined;
  afterEach(() => server?.close());

  interface Setup {
    readonly windowTokens?: number;
    readonly limits?: StallLimits;
    readonly request?: ChatRequest;
  }
  const outcome = async (chat: ChatAnswer, setup: Setup = {}): Promise<string> => {
    server = await wire.start(chat, setup.windowTokens ?? 4_096);
    const model = await wire.open(server.url, setup.limits ?? shortLimits);
    try {
      const { text, finish } = await model.chat(setup.request ?? ask('Hello?'), { signal: noAbort });
      return `${finish}: ${text}`;
    } catch (error) {
      if (!ModelError.is(error)) throw error;
      return `${error.reason}: ${error.message}`;
    }
  };
  const long = (tokens: number): ChatRequest => ask(`${longText(tokens)}\nWhat fell?`);

  it.each<[string, ChatAnswer, RegExp]>([
    ['never answers', () => undefined, /^stalled: .*has stopped answering; restart it and ask again\.$/],
    ['stops in the middle', (response) => response.write(wire.part('Hi')), /^stalled: /],
    ['ends without its end', (response) => response.end(wire.part('Hi')), /^badReply: .*broke off its answer/],
    [
      'drops the connection',
      (response) => response.write(wire.part('Hi'), () => setTimeout(() => response.destroy(), 30)),
      /^badReply: .*broke off its answer/,
    ],
    ['sends half JSON', (response) => response.end(wire.part('Hi') + wire.half), /^badReply: .*not JSON; ask again\.$/],
    [
      'sends broken UTF-8',
      (response) => response.end(Buffer.concat([Buffer.from(wire.part('Hi')), Buffer.from([0xff, 0xfe, 0x0a])])),
      /^badReply: .*not valid UTF-8; ask again\.$/,
    ],
    ['fails with 500', wire.error(500, 'bang'), /^other: .*refused the request for m: bang$/],
    ['fails in the middle', (response) => response.end(wire.part('Hi') + wire.brokenOff), /^(crashed|other): /],
    ['is busy (429)', wire.error(429, 'Too many requests'), /^busy: .*busy.*; ask again in a while\.$/],
    ['runs out of memory', wire.error(500, 'CUDA error: out of memory'), /^outOfMemory: .*smaller model/],
    ['does not have the model', wire.error(404, "model 'm' not found"), /^notFound: .*has no model m/],
    ['is another program', (response) => response.writeHead(404).end('<html>no</html>'), /^unreachable: What answers/],
    [
      'refuses the prompt as too long',
      wire.error(400, "This model's maximum context length is 512 tokens; the input exceeds the context length."),
      /^windowExceeded: The prompt does not fit into the window of m/,
    ],
  ])('that %s gives one sentence', async (_, chat, expected) => {
    expect(await outcome(chat)).toMatch(expected);
  });

  it('that cuts the prompt without a word is found out by its count', async () => {
    const request = long(3_000);
    const windowExceeded = /^windowExceeded: .*(does not fit into the window of m|cut the rest of the prompt off)/;
    const answered = (count: number) => (response: ServerResponse) =>
      response.end(wire.part('Rain.') + wire.end(count));
    expect(await outcome(answered(256), { request })).toMatch(windowExceeded);
    await server?.close();
    // A window smaller than it claims: it fills that and says nothing.
    expect(await outcome(answered(1_024), { request })).toMatch(windowExceeded);
    await server?.close();
    expect(await outcome(answered(4_096), { request: long(4_000) })).toMatch(windowExceeded);
  });

  it('gets no answer believed for 12,000 tokens in a window of 4,096', async () => {
    const chat = (response: ServerResponse): unknown => response.end(wire.part('Rain.') + wire.end(4_000));
    expect(await outcome(chat, { request: long(12_000) })).toMatch(/^windowExceeded: .*fit into the window of m/);
  });

  it('may be silent for 400 s while it reads a long prompt, in a thousandth of the time', async () => {
    const chat = (response: ServerResponse): void => {
      setTimeout(() => response.end(wire.part('Rain.') + wire.end(1_500)), 400);
    };
    expect(await outcome(chat, { limits: scaledLimits, request: long(1_500) })).toBe('stop: Rain.');
    await server?.close();
    // A short prompt does not take that long: there the host hangs.
    expect(await outcome(chat, { limits: scaledLimits })).toMatch(/^stalled: /);
  });

  it('is left alone when the call is cancelled while it writes', async () => {
    server = await wire.start((response) => response.write(wire.part('Hi')), 4_096);
    const model = await wire.open(server.url, shortLimits);
    const controller = new AbortController();
    const running = model.chat(ask('Hello?'), { signal: controller.signal, onText: () => controller.abort() });
    await expect(running).rejects.toBeInstanceOf(CancelledError);
  });

  it('with nonsense for counts, or characters split over packets, is read all the same', async () => {
    const bytes = Buffer.from(wire.part('Größe 👍') + wire.end(undefined));
    const at = bytes.indexOf(Buffer.from('👍')) + 2;
    const chat = (response: ServerResponse): void => {
      response.write(bytes.subarray(0, at));
      setTimeout(() => response.end(bytes.subarray(at)), 30);
    };
    expect(await outcome(chat)).toBe('stop: Größe 👍');
  });
}

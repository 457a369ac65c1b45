/** What every chat model must do, run against real hosts: the embedded one in CI, Ollama and llama.cpp in the soak tier. */
import { expect, it } from 'vitest';
import { ModelError, type ChatModel, type ChatReply, type ChatRequest } from '../../server/src/llm/chat-model';
import { CancelledError } from '../../server/src/util/cancelled';

export const noAbort = new AbortController().signal;

export function ask(content: string, more: Partial<ChatRequest> = {}): ChatRequest {
  const system = { role: 'system', content: 'You are a helpful assistant.' } as const;
  return { messages: [system, { role: 'user', content }], maxTokens: 24, temperature: 0, seed: 7, ...more };
}

/** Text of about `tokens` tokens for an English tokeniser. */
export function longText(tokens: number): string {
  return Array.from({ length: Math.ceil(tokens / 10) }, (_, idx) => `Line ${idx} says that rain fell.`).join('\n');
}

/** Everything of a reply that must repeat; the time is left out. */
function comparable({ durationMs: _, ...reply }: ChatReply): Omit<ChatReply, 'durationMs'> {
  return reply;
}

/** `open` gives a model of a small window (1,024 tokens). */
export function describeChatModel(open: () => Promise<ChatModel>): void {
  it('streams the answer in parts that make up the reply', async () => {
    const model = await open();
    const parts: string[] = [];
    const reply = await model.chat(ask('Count from one to ten.'), {
      signal: noAbort,
      onText: (part) => parts.push(part),
    });
    expect(parts.length).toBeGreaterThan(3);
    expect(parts.join('')).toBe(reply.text);
    expect(reply.completionTokens).toBeLessThanOrEqual(24);
    expect(reply.promptTokens).toBeGreaterThan(10);
  });

  it('says that a reply was cut at its length', async () => {
    const reply = await (await open()).chat(ask('Tell a long story.', { maxTokens: 5 }), { signal: noAbort });
    expect([reply.finish, reply.completionTokens]).toEqual(['length', 5]);
  });

  it('refuses a prompt larger than the window instead of cutting it', async () => {
    const model = await open();
    const error: unknown = await model.chat(ask(longText(3_000)), { signal: noAbort }).catch((err: unknown) => err);
    expect(ModelError.is(error, 'windowExceeded')).toBe(true);
    expect(String(error)).toMatch(/does not fit|tokens, but the window/);
  });

  it('stays inside the window when the reply would run out of it', async () => {
    const model = await open();
    const reply = await model.chat(ask(`${longText(850)}\nGo on with more lines.`, { maxTokens: 4_000 }), {
      signal: noAbort,
    });
    // The last token is written but not read again, so it needs no room; Ollama counts it on top.
    expect(reply.promptTokens + reply.completionTokens - 1).toBeLessThanOrEqual(model.windowTokens);
  });

  it('holds the reply to a JSON schema', async () => {
    const jsonSchema = {
      type: 'object',
      properties: { name: { type: 'string', maxLength: 20 }, kind: { enum: ['animal', 'plant'] } },
      required: ['name', 'kind'],
      additionalProperties: false,
    };
    const reply = await (
      await open()
    ).chat(ask('Describe an oak.', { jsonSchema, maxTokens: 80 }), { signal: noAbort });
    const value: unknown = JSON.parse(reply.text);
    expect(value).toEqual({ name: expect.any(String), kind: expect.stringMatching(/^(animal|plant)$/) });
    expect(reply.finish).toBe('stop');
  });

  it('repeats a reply for the same seed, and gives another one for another seed', async () => {
    const model = await open();
    const request = ask('Write a line about the sea.', { temperature: 1, maxTokens: 20 });
    const first = await model.chat(request, { signal: noAbort });
    await model.chat(ask('Something else in between.'), { signal: noAbort });
    const again = await model.chat(request, { signal: noAbort });
    const other = await model.chat({ ...request, seed: 8 }, { signal: noAbort });
    expect(comparable(again)).toEqual(comparable(first));
    expect(other.text).not.toBe(first.text);
  });

  it('stops within a second when cancelled while it writes, and answers the next call', async () => {
    const model = await open();
    const controller = new AbortController();
    let abortedMs = 0;
    const running = model.chat(ask('Tell a very long story.', { maxTokens: 600 }), {
      signal: controller.signal,
      onText: () => {
        if (abortedMs > 0) return;
        abortedMs = performance.now();
        controller.abort();
      },
    });
    await expect(running).rejects.toBeInstanceOf(CancelledError);
    expect(performance.now() - abortedMs).toBeLessThan(1_000);
    const startedMs = performance.now();
    expect((await model.chat(ask('Hello.', { maxTokens: 3 }), { signal: noAbort })).completionTokens).toBeGreaterThan(
      0,
    );
    expect(performance.now() - startedMs).toBeLessThan(5_000);
  });

  it('never counts fewer tokens than a text has', async () => {
    const model = await open();
    for (const text of [
      longText(300),
      'const readFile = async (path) => fs.read(path);\n'.repeat(10),
      '模型读取整个仓库。'.repeat(10),
    ]) {
      const [counted, reply] = [
        await model.countTokens(text, noAbort),
        await model.chat(
          { ...ask(''), messages: [{ role: 'user', content: text }], maxTokens: 1 },
          { signal: noAbort },
        ),
      ];
      // The chat template adds tokens of its own.
      expect(counted + 64).toBeGreaterThanOrEqual(reply.promptTokens);
    }
  });
}

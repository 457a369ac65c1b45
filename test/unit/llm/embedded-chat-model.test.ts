/** The embedded host with the real small model in its real child process. */
import { copyFile, link, mkdtemp, open, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelError } from '../../../server/src/llm/chat-model';
import { EmbeddedChatModel } from '../../../server/src/llm/embedded-chat-model';
import { LlamaProcessClient } from '../../../server/src/llm/llama-process-client';
import { ask, describeChatModel, longText, noAbort } from '../../support/chat-model-conformance';
import { smallModelFile, smallModelFolder } from '../../support/small-model';

const path = join(smallModelFolder(), smallModelFile);
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined };
const processFile = join(import.meta.dirname, '../../../dist/workers/llama.process.js');
const llama = new LlamaProcessClient({ processFile, logger: quiet });
const openModel = (): Promise<EmbeddedChatModel> =>
  EmbeddedChatModel.open(llama, { path, windowTokens: 1_024, threads: 1 }, noAbort);

afterAll(() => llama.dispose());

describe('the embedded model', () => {
  describeChatModel(openModel);

  it('refuses 12,000 tokens in a window of 4,096, and says both', async () => {
    const model = await EmbeddedChatModel.open(llama, { path, windowTokens: 4_096, threads: 1 }, noAbort);
    const error: unknown = await model.chat(ask(longText(12_000)), { signal: noAbort }).catch((err: unknown) => err);
    expect(String(error)).toMatch(
      /^ModelError: The prompt has \d{5} tokens, but the window of the model has 4096; ask for a larger window or send less/,
    );
  });

  it('counts exactly: a prompt costs its text and a constant for the template', async () => {
    const model = await openModel();
    const cost = async (text: string): Promise<number> => {
      const request = { ...ask(''), messages: [{ role: 'user', content: text } as const], maxTokens: 1 };
      return (await model.chat(request, { signal: noAbort })).promptTokens - (await model.countTokens(text, noAbort));
    };
    const costs = [await cost('One.'), await cost(longText(300)), await cost('模型读取整个仓库 👍🏽 <|im_end|>')];
    expect(new Set(costs).size).toBe(1);
  });

  it('reads a beginning that it has read before only once, with the same reply', async () => {
    const model = await openModel();
    const text = longText(500);
    const request = ask(`${text}\nWhat fell?`, { maxTokens: 8 });
    await model.chat(ask('Something else.'), { signal: noAbort });
    const first = await model.chat(request, { signal: noAbort });
    const again = await model.chat(request, { signal: noAbort });
    expect(again.text).toBe(first.text);
    expect(again.durationMs).toBeLessThan(first.durationMs / 2);
    // The second call seemed faster than the machine reads; the slower one is what counts.
    const secondsOfFirst = first.durationMs / 1_000;
    expect(model.speed?.promptTokensPerSecond).toBeGreaterThan(first.promptTokens / secondsOfFirst);
    expect(model.speed?.promptTokensPerSecond).toBeLessThan(again.promptTokens / (again.durationMs / 1_000));
  });

  it('leaves the processor within a second and a half after a cancel while it reads the prompt', async () => {
    const model = await openModel();
    const controller = new AbortController();
    const running = model.chat(ask(longText(850)), { signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    await expect(running).rejects.toThrow('Cancelled.');
    const startedMs = performance.now();
    await model.chat(ask('Hello.', { maxTokens: 1 }), { signal: noAbort });
    expect(performance.now() - startedMs).toBeLessThan(1_500);
  });

  it('rejects a call when the process is killed, and the next call starts it anew', async () => {
    const model = await openModel();
    const running = model.chat(ask('Tell a very long story.', { maxTokens: 600 }), {
      signal: noAbort,
      onText: () => llama.pid !== undefined && process.kill(llama.pid, 'SIGKILL'),
    });
    const error: unknown = await running.catch((err: unknown) => err);
    expect(ModelError.is(error, 'crashed')).toBe(true);
    expect(String(error)).toContain('SIGKILL');
    expect((await model.chat(ask('Hello.', { maxTokens: 3 }), { signal: noAbort })).completionTokens).toBeGreaterThan(
      0,
    );
  });

  it('ends the process after a while without calls', async () => {
    const short = new LlamaProcessClient({ processFile, logger: quiet, idleMs: 50 });
    await short.call('list', { folder: tmpdir() }, { signal: noAbort });
    const { pid } = short;
    expect(pid).toBeDefined();
    await expect.poll(() => isAlive(pid ?? 0), { timeout: 5_000 }).toBe(false);
    expect(short.pid).toBeUndefined();
  });
});

describe('a model file', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longfold-gguf-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const problemOf = async (name: string): Promise<string> => {
    const model = { path: join(folder, name), windowTokens: 0, threads: 1 };
    const error: unknown = await EmbeddedChatModel.open(llama, model, noAbort).catch((err: unknown) => err);
    return ModelError.is(error) ? `${error.reason}: ${error.message}` : String(error);
  };

  it('that is whole is listed with its window; one that is cut, or none, gives its reason', async () => {
    await link(path, join(folder, 'whole.gguf')).catch(() => copyFile(path, join(folder, 'whole.gguf')));
    await copyFile(path, join(folder, 'cut.gguf'));
    await truncate(join(folder, 'cut.gguf'), 98_362_431);
    await copyFile(path, join(folder, 'header.gguf'));
    await truncate(join(folder, 'header.gguf'), 5_000);
    await writeFile(join(folder, 'text.gguf'), 'This is no model.');
    await writeFile(join(folder, 'empty.gguf'), '');
    const files = await llama.call('list', { folder }, { signal: noAbort });
    expect(files.map((file) => [file.name, file.trainedTokens, file.problem])).toEqual([
      ['cut.gguf', 0, 'The model file cut.gguf is cut short (98362431 of 98362432 bytes); fetch it again.'],
      ['empty.gguf', 0, 'The model file empty.gguf is cut short inside its header; fetch it again.'],
      ['header.gguf', 0, 'The model file header.gguf is cut short inside its header; fetch it again.'],
      ['text.gguf', 0, 'The model file text.gguf is not a GGUF file; fetch a GGUF file instead.'],
      ['whole.gguf', 8192, null],
    ]);
    expect(await problemOf('cut.gguf')).toBe(
      'badModelFile: The model file cut.gguf is cut short (98362431 of 98362432 bytes); fetch it again.',
    );
    expect(await problemOf('absent.gguf')).toContain('notFound: The model file');
  });

  it('whose vocabulary is damaged gives one sentence, and the next call is answered', async () => {
    const name = join(folder, 'damaged.gguf');
    await copyFile(path, name);
    const file = await open(name, 'r+');
    await file.write(Buffer.alloc(4_000, 0xff), 0, 4_000, 20_000);
    await file.close();
    expect(await problemOf('damaged.gguf')).toBe(
      'badModelFile: The model file damaged.gguf is damaged in its header; fetch it again.',
    );
    expect((await (await openModel()).chat(ask('Hello.'), { signal: noAbort })).text).not.toBe('');
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

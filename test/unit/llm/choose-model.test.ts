/** Which model answers: first match wins, and what was looked for and not found is told. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defaultSettings, type Settings } from '../../../protocol/settings';
import { createModelHost, type ModelHost } from '../../../server/src/llm/choose-model';
import { noAbort } from '../../support/chat-model-conformance';
import type { ScriptServer } from '../../support/http-script-server';
import { healthyShow, startFaultServer } from '../../support/ollama-fault-server';
import { startOpenAiFaultServer } from '../../support/openai-fault-server';
import { createScriptedEditor } from '../../support/scripted-editor';
import { smallModelFile, smallModelFolder } from '../../support/small-model';

const processFile = join(import.meta.dirname, '../../../dist/workers/llama.process.js');
const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
let emptyFolder = '';
let server: ScriptServer | undefined;
let host: ModelHost | undefined;

beforeEach(async () => {
  emptyFolder = await mkdtemp(join(tmpdir(), 'longfold-models-'));
});
afterEach(async () => {
  await host?.dispose();
  await server?.close();
  server = undefined;
  await rm(emptyFolder, { recursive: true, force: true });
});

/** Port 9 of this machine: nothing answers there. */
function createHost(modelsFolder: string, more: Partial<Settings['model']> = {}): ModelHost {
  const ollamaUrl = server?.url.href ?? 'http://127.0.0.1:9';
  const settings = { ...defaultSettings.model, ollamaUrl, threads: 1, ...more };
  host = createModelHost({ settings, modelsFolder, processFile, logger });
  return host;
}

describe('the model that answers', () => {
  it('is a chat model of Ollama before a file, in auto', async () => {
    server = await startFaultServer({ models: ['m'] });
    const model = await createHost(smallModelFolder()).open('auto', 4_096, noAbort);
    expect([model?.id, model?.windowTokens]).toEqual(['ollama:m:latest', 4_096]);
  });

  it('is a file when Ollama has only models that cannot chat', async () => {
    server = await startFaultServer({ show: { ...healthyShow, capabilities: ['embedding'] } });
    const model = await createHost(smallModelFolder()).open('auto', 512, noAbort);
    expect([model?.id, model?.windowTokens]).toEqual([`embedded:${smallModelFile}`, 512]);
  });

  it('is none when nothing is there, and the list says what to do', async () => {
    const nothing = createHost(emptyFolder);
    expect(await nothing.open('auto', 0, noAbort)).toBeNull();
    expect(await nothing.list(noAbort)).toEqual({
      models: [{ id: 'none', label: 'No model', detail: 'Evidence only: ranked, quoted and cited', isCurrent: true }],
      problems: [
        'Ollama does not answer at http://127.0.0.1:9; start it with "ollama serve" or correct longfold.model.ollamaUrl.',
        `No GGUF file is in the model folder ${emptyFolder}; put one there.`,
      ],
    });
  });

  it('is listed with its size and window, and the current one is marked', async () => {
    const { models } = await createHost(smallModelFolder()).list(noAbort);
    expect(models).toContainEqual({
      id: `embedded:${smallModelFile}`,
      label: 'SmolLM2-135M-Instruct.Q4_1',
      detail: 'GGUF, 0.10 GB, window 8,192 tokens',
      isCurrent: true,
    });
  });

  it.each([
    ['gpt-4', 'The model "gpt-4" is not understood; write ollama:NAME, openai:NAME, embedded:FILE, editor:NAME, auto'],
    ['ollama:', 'The model "ollama:" is not understood; write ollama:NAME'],
    ['openai:m', 'No address of a model server is set; write it to longfold.model.openaiUrl.'],
    ['editor:acme/one', 'The editor offers no language models: an extension must provide them'],
    ['embedded:../x.gguf', 'The model file ../x.gguf must be a name inside'],
    ['embedded:absent.gguf', 'absent.gguf cannot be opened; put it there or choose another model.'],
    ['ollama:m', 'Ollama does not answer at http://127.0.0.1:9'],
  ])('named %s gives one sentence', async (use, expected) => {
    await expect(createHost(emptyFolder).open(use, 0, noAbort)).rejects.toThrow(expected);
  });

  it('is current in the list also when its tag is left out', async () => {
    server = await startFaultServer({ models: ['m:latest', 'm:8b'] });
    const { models } = await createHost(emptyFolder, { use: 'ollama:m' }).list(noAbort);
    expect(models.filter((model) => model.isCurrent).map((model) => model.id)).toEqual(['ollama:m:latest']);
  });

  it('is one of a server with OpenAI’s API when Ollama is not there, if its window is known', async () => {
    const served = await startOpenAiFaultServer({ model: { max_model_len: 9_000 } });
    const silent = await startOpenAiFaultServer({});
    try {
      const withWindow = createHost(emptyFolder, { openaiUrl: served.url.href });
      const model = await withWindow.open('auto', 0, noAbort);
      expect([model?.id, model?.windowTokens]).toEqual(['openai:m', 9_000]);
      expect((await withWindow.list(noAbort)).models[0]).toEqual({
        id: 'openai:m',
        label: 'm',
        detail: `${served.url.host}, window 9,000 tokens`,
        isCurrent: true,
      });
      const without = createHost(emptyFolder, { openaiUrl: silent.url.href });
      expect(await without.open('auto', 0, noAbort)).toBeNull();
      const [first] = (await without.list(noAbort)).models;
      expect(first).toMatchObject({ id: 'openai:m', needsWindow: true, isCurrent: false });
      // A window that the user has set makes it usable, and the list says so.
      const told = createHost(emptyFolder, { openaiUrl: silent.url.href, windowTokens: 2_048 });
      expect((await told.open('auto', 2_048, noAbort))?.id).toBe('openai:m');
      expect((await told.list(noAbort)).models[0]).toMatchObject({ id: 'openai:m', isCurrent: true });
    } finally {
      await served.close();
      await silent.close();
    }
  });

  it('is one of the editor only when it is named, and the list says who gets the text', async () => {
    const editor = createScriptedEditor();
    const settings = { ...defaultSettings.model, ollamaUrl: 'http://127.0.0.1:9' };
    host = createModelHost({ settings, modelsFolder: emptyFolder, processFile, logger, editor: () => editor });
    expect(await host.open('auto', 0, noAbort)).toBeNull();
    expect((await host.list(noAbort)).models[0]).toEqual({
      id: 'editor:acme/one',
      label: 'One',
      detail: 'Through the editor: questions and passages of your files go to acme; window 1,000 tokens',
      sendsTextTo: 'acme',
      isCurrent: false,
    });
    expect((await host.open('editor:acme/one', 0, noAbort))?.windowTokens).toBe(1_000);
  });

  it('never comes from another machine unless that is allowed', async () => {
    const remote = createHost(emptyFolder, { ollamaUrl: 'http://models.example:11434' });
    await expect(remote.open('ollama:m', 0, noAbort)).rejects.toThrow('models.example:11434 is not on this machine');
    const served = createHost(emptyFolder, { openaiUrl: 'https://models.example/v1' });
    await expect(served.open('openai:m', 0, noAbort)).rejects.toThrow('models.example is not on this machine');
  });
});

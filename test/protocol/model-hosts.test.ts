/** Model hosts over the wire: the editor's own models, keys of its secret store, fetching a model with progress. */
import { afterEach, expect, test } from 'vitest';
import { CancellationToken, CancellationTokenSource, ProgressType, type MessageConnection } from 'vscode-jsonrpc/node';
import type { AskResult } from '../../protocol/ask';
import type { EditorChatParams, EditorChatResult, ModelList, PullProgressPart } from '../../protocol/models';
import { runCli, type CliRun } from '../support/cli-process';
import { startFaultServer } from '../support/ollama-fault-server';
import { ending, part, startOpenAiFaultServer } from '../support/openai-fault-server';
import { copyFixture, startServer, temporaryHome, type ServerProcess } from '../support/server-process';

let server: ServerProcess | undefined;
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await server?.stop();
  server = undefined;
  for (const close of closing.splice(0)) await close();
});

const nowhere = 'http://127.0.0.1:9';
const question = 'How long are jobs kept?';

type AnswerChat = (
  params: EditorChatParams,
  connection: MessageConnection,
  token: CancellationToken,
) => Promise<EditorChatResult>;

/** An editor whose one model answers as told. */
function editorWith(chat: AnswerChat) {
  return (connection: MessageConnection): void => {
    connection.onRequest('longfold/editor/listModels', () => [
      { id: 'acme/one', label: 'One', vendor: 'acme', maxInputTokens: 8_000 },
    ]);
    connection.onRequest('longfold/editor/countTokens', ({ texts }: { readonly texts: readonly string[] }) =>
      texts.map((text) => Math.ceil(text.length / 4)),
    );
    connection.onRequest('longfold/editor/chat', (params: EditorChatParams, token) => chat(params, connection, token));
  };
}

async function askEditor(chat: AnswerChat, token = CancellationToken.None): Promise<AskResult> {
  const settings = { model: { use: 'editor:acme/one', ollamaUrl: nowhere } };
  server = await startServer({ asEditor: editorWith(chat), settings });
  const { connection, workspaceUri } = server;
  return connection.sendRequest<AskResult>('longfold/question/ask', { workspaceUri, question, mode: 'single' }, token);
}

test('a model of the editor gets the prompt, and its streamed text becomes the answer', async () => {
  const prompts: string[] = [];
  const result = await askEditor(async ({ messages, textToken }, connection) => {
    prompts.push(messages.map((message) => message.content).join('\n'));
    for (const text of ['Jobs are kept ', 'for seven days.']) {
      await connection.sendProgress(new ProgressType<string>(), textToken, text);
    }
    return { kind: 'done' };
  });
  expect(prompts[0]).toContain(question);
  expect(JSON.stringify(result)).toContain('Jobs are kept for seven days.');
});

test('what the user said no to is told in the editor’s words, and the evidence stays', async () => {
  const message = 'Longfold may not use One: you have not allowed it.';
  const result = await askEditor(async () => ({ kind: 'failed', reason: 'notPermitted', message }));
  expect(JSON.stringify(result)).toContain(message);
  expect(result.evidence.length).toBeGreaterThan(0);
});

test('cancelling the question cancels the model of the editor', async () => {
  let stopped = false;
  const cancel = new CancellationTokenSource();
  const result = await askEditor((_params, _connection, token) => {
    cancel.cancel();
    return new Promise((resolve) => {
      token.onCancellationRequested(() => {
        stopped = true;
        resolve({ kind: 'done' });
      });
    });
  }, cancel.token);
  expect([result.outcome, stopped]).toEqual(['cancelled', true]);
});

test('the key of a model server comes from the editor for that address alone', async () => {
  const served = await startOpenAiFaultServer({
    key: 'sk-editor',
    model: { max_model_len: 8_000 },
    chat: (response) => response.end(part('Seven days.') + ending({ prompt_tokens: 7_000, completion_tokens: 3 })),
  });
  closing.push(served.close);
  const origins: string[] = [];
  const asEditor = (connection: MessageConnection): void => {
    editorWith(async () => ({ kind: 'done' }))(connection);
    connection.onRequest('longfold/editor/apiKey', ({ origin }: { readonly origin: string }) => {
      origins.push(origin);
      return { key: origin === served.url.origin ? 'sk-editor' : null };
    });
  };
  server = await startServer({ asEditor, settings: { model: { openaiUrl: served.url.href, ollamaUrl: nowhere } } });
  const { models } = await server.connection.sendRequest<ModelList>('longfold/model/list', {});
  expect(models.map(({ id, sendsTextTo }) => [id, sendsTextTo])).toEqual([
    ['openai:m', undefined],
    ['editor:acme/one', 'acme'],
    ['none', undefined],
  ]);
  expect(new Set(origins)).toEqual(new Set([served.url.origin]));
});

test('a model is fetched with progress under the client’s token', async () => {
  const lines = [
    { status: 'pulling manifest' },
    { status: 'pulling abc', digest: 'abc', total: 100, completed: 40 },
    { status: 'success' },
  ];
  const ollama = await startFaultServer({
    pull: (response) => response.end(lines.map((line) => `${JSON.stringify(line)}\n`).join('')),
  });
  closing.push(ollama.close);
  server = await startServer({ settings: { model: { ollamaUrl: ollama.url.href } } });
  const { connection } = server;
  const steps: PullProgressPart[] = [];
  connection.onProgress(new ProgressType<PullProgressPart>(), 'p1', (step) => {
    steps.push(step);
  });
  await connection.sendRequest('longfold/model/pull', { name: 'tiny', progressToken: 'p1' });
  expect(steps).toEqual([
    { step: 'pulling manifest', doneBytes: 0, totalBytes: 0 },
    { step: 'pulling abc', doneBytes: 40, totalBytes: 100 },
    { step: 'success', doneBytes: 40, totalBytes: 100 },
  ]);
});

test('the command line fetches a model', async () => {
  const ollama = await startFaultServer({ pull: (response) => response.end('{"status":"success"}\n') });
  closing.push(ollama.close);
  const options = { home: temporaryHome(), env: { OLLAMA_HOST: ollama.url.host } };
  const { code, stdout } = await runCli(['pull', 'tiny'], options);
  expect([code, stdout]).toEqual([0, 'The model tiny is there: use it with --model ollama:tiny.\n']);
});

test('the command line takes address and key of a model server from its environment, and prints no key', async () => {
  const served = await startOpenAiFaultServer({
    key: 'sk-shell',
    model: { max_model_len: 8_000 },
    chat: (response) => response.end(part('They are kept for seven days.') + ending(null)),
  });
  closing.push(served.close);
  const [home, cwd] = [temporaryHome(), copyFixture('sample-workspace')];
  const ask = (key: string): Promise<CliRun> => {
    const env = { LONGFOLD_OPENAI_URL: served.url.href, LONGFOLD_API_KEY: key, OLLAMA_HOST: nowhere };
    return runCli(['ask', question, '--mode', 'single', '--model', 'openai:m'], { home, cwd, env });
  };
  const answered = await ask('sk-shell');
  expect([answered.code, answered.stdout.includes('They are kept for seven days.')]).toEqual([0, true]);
  const refused = await ask('sk-other');
  const said = refused.stdout + refused.stderr;
  expect(said).toMatch(/wants another key; set it with "Longfold: Set API Key" or LONGFOLD_API_KEY\./);
  expect(said).not.toContain('sk-other');
}, 180_000);

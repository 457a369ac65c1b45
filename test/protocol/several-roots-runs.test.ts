/** A long reading over several folders that breaks off: it goes on, or is forked, over the same folders and no fewer. */
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProgressType } from 'vscode-jsonrpc/node';
import type { AskResult } from '../../protocol/ask';
import { fromRootedPath } from '../../protocol/roots';
import type { TraceEvent } from '../../protocol/trace-events';
import type { ReplayTraceResult, TraceSummary } from '../../protocol/traces';
import { runCli, type CliRun } from '../support/cli-process';
import type { ScriptServer } from '../support/http-script-server';
import { startReaderServer } from '../support/reader-server';
import { startServer, temporaryHome, type ServerProcess } from '../support/server-process';

const question = 'Where are the boats of the keepers of Kato moored?';
const filler = 'Rain fell on the slate roofs for most of the afternoon. '.repeat(30);

/** The chain of facts goes from one folder into the other and back. */
function makeFolders(): { readonly north: string; readonly south: string } {
  const home = temporaryHome();
  const [north, south] = [join(home, 'north'), join(home, 'south')];
  const write = (folder: string, name: string, fact: string): void => {
    mkdirSync(join(folder, 'logs'), { recursive: true });
    writeFileSync(join(folder, 'logs', name), `${filler}\n\n${fact}\n\n${filler}\n`);
  };
  write(north, '1.txt', 'The keeper of Kato is Venmor.');
  write(north, '2.txt', 'The Halnir is moored at Oswey.');
  write(south, '1.txt', 'The boat of Venmor is the Halnir.');
  return { north, south };
}

let model: ScriptServer;
beforeAll(async () => {
  model = await startReaderServer({ windowTokens: 2048 });
});
afterAll(() => model.close());

const isStep = (event: TraceEvent) => event.kind === 'foldStepFinished';

/** Its evidence is slices of the files that its table leads to, and comes from both folders. */
function expectAnswer(result: AskResult): void {
  expect([result.outcome, result.mode]).toEqual(['answered', 'everything']);
  expect(result.answer).toContain('Therefore, the answer is Oswey');
  const { roots = [], citations, evidence } = result;
  expect(citations.map(({ path, verified }) => [path, verified])).toEqual([[`${roots[0]?.name}/logs/2.txt`, true]]);
  const named = new Set(evidence.map(({ path }) => path.split('/')[0]));
  expect([...named].sort()).toEqual(roots.map(({ name }) => name).sort());
  for (const span of evidence) {
    const found = fromRootedPath(roots, span.path);
    const text = readFileSync(join(found?.root.path ?? '', found?.inside ?? ''), 'utf8');
    expect(text.slice(span.start, span.end)).toBe(span.text);
  }
}

describe('the language server', () => {
  const { north, south } = makeFolders();
  const home = temporaryHome();
  let server: ServerProcess | undefined;
  afterAll(() => server?.stop());

  const start = (isSouthOpen = true): Promise<ServerProcess> =>
    startServer({
      ...{ home, folder: north },
      further: isSouthOpen ? [{ folder: south, name: 'Coast/south' }] : [],
      settings: { model: { use: 'openai:m', openaiUrl: model.url.href } },
    });

  function listen({ connection }: ServerProcess, traceToken: string, onEvent: (event: TraceEvent) => void) {
    const events: TraceEvent[] = [];
    connection.onProgress(new ProgressType<TraceEvent[]>(), traceToken, (batch) => {
      events.push(...batch);
      batch.forEach(onEvent);
    });
    return events;
  }

  test('goes on after a kill with both folders open, and names the one that is not', async () => {
    server = await start();
    const { connection, workspaceUri, child } = server;
    const killed = new Promise((resolve) => child.once('exit', resolve));
    const first = listen(server, 'first', (event) => {
      if (isStep(event)) child.kill('SIGKILL');
    });
    const furtherUris = [`file://${south}`];
    const asked = { workspaceUri, furtherUris, question, mode: 'everything', traceToken: 'first' };
    void connection.sendRequest('longfold/question/ask', asked).catch(() => undefined);
    await killed;
    connection.dispose();

    server = await start(false);
    const list = (): Promise<TraceSummary[]> =>
      (server as ServerProcess).connection.sendRequest<TraceSummary[]>('longfold/trace/list', { workspaceUri });
    const [kept] = await list();
    expect(kept).toMatchObject({ question, outcome: 'interrupted', canContinue: true });
    const params = { workspaceUri, id: kept?.id, traceToken: 'second' };
    await expect(server.connection.sendRequest('longfold/trace/continue', params)).rejects.toThrow(
      `The question was also about the folder Coast-south, without which it cannot go on: ${south} is not open; add it to the workspace.`,
    );
    expect((await list()).map(({ id }) => id)).toEqual([kept?.id]);
    await server.stop();

    server = await start();
    const second = listen(server, 'second', () => undefined);
    const result = await server.connection.sendRequest<AskResult>('longfold/trace/continue', params);
    expect(result.roots).toEqual([
      { name: 'sample', path: north },
      { name: 'Coast-south', path: south },
    ]);
    expectAnswer(result);
    const steps = second.filter(isStep);
    expect(steps[0]).toMatchObject({ chunk: first.find(isStep)?.chunk });
    const reads = steps.flatMap((event) => event.reads.map((span) => `${span.path}:${span.start}`));
    expect([new Set(reads).size, steps.length > 2]).toEqual([reads.length, true]);
    const [whole, ...others] = await list();
    expect([whole?.outcome, others]).toEqual(['answered', []]);

    const fork = {
      workspaceUri,
      id: whole?.id,
      atStep: 1,
      memory: '- The keeper of Kato is Venmor.',
      plan: 'as I say',
    };
    const forked = await server.connection.sendRequest<AskResult>('longfold/trace/continue', fork);
    expect([forked.answer.includes('the answer is Oswey'), forked.roots]).toEqual([true, result.roots]);
    const id = (await list()).find((trace) => trace.id !== whole?.id)?.id;
    const replay = { workspaceUri, id };
    expect(await server.connection.sendRequest<ReplayTraceResult>('longfold/trace/replay', replay)).toEqual({
      steps: steps.length,
      differences: [],
    });
  });
});

test('the command line resumes it where its folders are, and says which is missing', async () => {
  const { north, south } = makeFolders();
  const home = temporaryHome();
  const file = join(home, 'trace.jsonl');
  const env = { LONGFOLD_OPENAI_URL: model.url.href };
  const run = (args: readonly string[], interruptWhen = (): boolean => false): Promise<CliRun> =>
    runCli(args, { home, env, cwd: north, interruptWhen });
  const flags = ['--workspace', north, '--workspace', south, '--mode', 'everything', '--model', 'openai:m'];
  const hasStep = (): boolean =>
    readdirSync(home).includes('trace.jsonl') && readFileSync(file, 'utf8').includes('"foldStepFinished"');
  const stopped = await run(['ask', question, ...flags, '--trace', file], hasStep);
  expect(stopped.code).toBe(130);
  renameSync(south, `${south}-away`);
  const missing = await run(['trace', file, '--resume', '--json']);
  expect([missing.code, missing.stdout]).toEqual([1, '']);
  expect(missing.stderr).toMatch(
    /^longfold: The question was also about the folder south, without which it cannot go on: .*south.*\.$/m,
  );
  renameSync(`${south}-away`, south);
  const { code, stdout } = await run(['trace', file, '--resume', '--json']);
  expect(code).toBe(0);
  expectAnswer(JSON.parse(stdout) as AskResult);
});

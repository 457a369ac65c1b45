/** One question over several folders, by the real server process and by the command line: whose file is whose is never in doubt. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Ajv } from 'ajv';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProgressType } from 'vscode-jsonrpc/node';
import type { AskParams, AskResult } from '../../protocol/ask';
import schema from '../../protocol/ask-result.schema.json';
import type { IndexStatus } from '../../protocol/indexing';
import { fromRootedPath } from '../../protocol/roots';
import type { TraceEvent } from '../../protocol/trace-events';
import type { TraceSummary } from '../../protocol/traces';
import { runCli } from '../support/cli-process';
import { startServer, temporaryHome, type ServerProcess } from '../support/server-process';

const validate = new Ajv({ allErrors: true, strictTypes: false }).compile(schema);
const question = 'How many parcels does the depot store at most, and how many parcels does a courier carry at most?';
const depotLimits = '# Limits of the depot\n\nThe depot stores at most 4,200 parcels.\n';
const courierLimits = '# Limits of the courier\n\nA courier carries at most 35 parcels at a time.\n';

/** `docs/limits.md` is in both, with half of the answer in each. */
function makeFolders(depotName: string, courierName: string): { depot: string; courier: string } {
  const folders = {
    depot: join(temporaryHome(), 'post', depotName),
    courier: join(temporaryHome(), 'bikes', courierName),
  };
  for (const [folder, limits] of [
    [folders.depot, depotLimits],
    [folders.courier, courierLimits],
  ] as const) {
    mkdirSync(join(folder, 'docs'), { recursive: true });
    writeFileSync(join(folder, 'docs', 'limits.md'), limits);
    writeFileSync(join(folder, 'notes.md'), `# Opening hours\n\nThe ${basename(folder)} opens at nine.\n`);
  }
  return folders;
}

/** Each span is the slice of the file that the table of roots leads to. */
function expectSlices({ roots = [], evidence }: AskResult): void {
  expect(evidence.length).toBeGreaterThan(0);
  for (const span of evidence) {
    const found = fromRootedPath(roots, span.path);
    const text = readFileSync(join(found?.root.path ?? '', found?.inside ?? span.path), 'utf8');
    expect(text.slice(span.start, span.end)).toBe(span.text);
  }
}

function pathOf({ evidence }: AskResult, words: string): string | undefined {
  return evidence.find(({ text }) => text.includes(words))?.path;
}

describe('the language server', () => {
  let server: ServerProcess;
  let courierUri: string;
  const folders = makeFolders('depot', 'courier');
  beforeAll(async () => {
    courierUri = pathToFileURL(folders.courier).toString();
    server = await startServer({
      folder: folders.depot,
      further: [{ folder: folders.courier, name: 'Couriers/bikes' }],
    });
    for (const workspaceUri of [server.workspaceUri, courierUri]) {
      while ((await phaseOf(workspaceUri)) !== 'ready') await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  afterAll(() => server.stop());

  const phaseOf = async (workspaceUri: string): Promise<string> =>
    (await server.connection.sendRequest<IndexStatus>('longfold/index/get', { workspaceUri })).phase;

  let lastToken = 0;
  async function ask(params: Partial<AskParams> = {}): Promise<{ result: AskResult; events: TraceEvent[] }> {
    const traceToken = `roots${++lastToken}`;
    const events: TraceEvent[] = [];
    server.connection.onProgress(new ProgressType<TraceEvent[]>(), traceToken, (batch) => {
      events.push(...batch);
    });
    const { workspaceUri } = server;
    const all = { workspaceUri, furtherUris: [courierUri], question, traceToken, ...params };
    return { result: await server.connection.sendRequest<AskResult>('longfold/question/ask', all), events };
  }

  const roots = [
    { name: 'sample', path: folders.depot },
    { name: 'Couriers-bikes', path: folders.courier },
  ];

  test('cites both folders, each by the name that the client gave it', async () => {
    const { result, events } = await ask();
    expect(result.roots).toEqual(roots);
    expect(pathOf(result, '4,200 parcels')).toBe('sample/docs/limits.md');
    expect(pathOf(result, '35 parcels')).toBe('Couriers-bikes/docs/limits.md');
    expectSlices(result);
    for (const { path } of roots.map(({ name }) => ({ path: `${name}/docs/limits.md` }))) {
      expect(result.citations).toContainEqual(expect.objectContaining({ path, verified: true }));
    }
    expect(events[0]).toMatchObject({ kind: 'questionAsked', roots });
    const compressed = events.find((event) => event.kind === 'compressionFinished');
    const read = new Set(compressed?.passages.map(({ path }) => path));
    expect([...read].sort()).toEqual(
      roots.flatMap(({ name }) => [`${name}/docs/limits.md`, `${name}/notes.md`]).sort(),
    );
    expect(events.filter((event) => event.kind === 'stepFailed')).toEqual([]);
  });

  test('keeps the trace with the first folder', async () => {
    const { result } = await ask({ workspaceUri: courierUri, furtherUris: [server.workspaceUri] });
    const list = (workspaceUri: string): Promise<TraceSummary[]> =>
      server.connection.sendRequest<TraceSummary[]>('longfold/trace/list', { workspaceUri });
    const ids = (await list(courierUri)).map(({ id }) => id);
    expect(ids).toEqual([basename(result.trace ?? '', '.jsonl')]);
    expect((await list(server.workspaceUri)).map(({ id }) => id)).not.toContain(ids[0]);
  });

  test('a question about one folder has plain paths and no table', async () => {
    const { result, events } = await ask({ furtherUris: [] });
    expect(pathOf(result, '4,200 parcels')).toBe('docs/limits.md');
    expect(pathOf(result, '35 parcels')).toBeUndefined();
    expect([result.roots, events[0]]).toEqual([undefined, expect.not.objectContaining({ roots: expect.anything() })]);
  });

  test('a folder that cannot be used is told in one sentence, and the others answer', async () => {
    const missing = join(folders.depot, '..', 'gone');
    const { result, events } = await ask({ furtherUris: [pathToFileURL(missing).toString(), courierUri] });
    expect(result.roots).toEqual(roots);
    expect(pathOf(result, '35 parcels')).toBe('Couriers-bikes/docs/limits.md');
    const failed = events.filter((event) => event.kind === 'stepFailed');
    expect(failed).toEqual([expect.objectContaining({ stage: 'index', message: expect.stringContaining(missing) })]);
    expect(failed[0]?.message).toMatch(/^The folder gone is left out: /);
  });

  test('a folder whose first index does not end soon is told, and the others answer', async () => {
    const fresh = makeFolders('yard', 'unused').depot;
    await server.connection.sendRequest('longfold/index/pause', { isPaused: true });
    const { result, events } = await ask({ furtherUris: [pathToFileURL(fresh).toString()] });
    await server.connection.sendRequest('longfold/index/pause', { isPaused: false });
    expect(pathOf(result, '4,200 parcels')).toBe('sample/docs/limits.md');
    expect(result.roots?.map(({ name }) => name)).toEqual(['sample', 'yard']);
    expect(events.filter((event) => event.kind === 'stepFailed').map(({ message }) => message)).toEqual([
      'The folder yard: It is still being indexed, so what is in it may be missing here.',
    ]);
  });

  test('fails with a sentence when no folder can be used', async () => {
    const gone = pathToFileURL(join(folders.depot, '..', 'gone')).toString();
    await expect(ask({ workspaceUri: gone, furtherUris: ['untitled:nothing'] })).rejects.toThrow(/gone/);
  });

  test('what stands on the screen counts in its own folder alone', async () => {
    const uri = pathToFileURL(join(folders.courier, 'docs', 'limits.md')).toString();
    const text = courierLimits.replace('35 parcels', '48 parcels');
    const textDocument = { uri, languageId: 'markdown', version: 1, text };
    await server.connection.sendNotification('textDocument/didOpen', { textDocument });
    await expect
      .poll(async () => pathOf((await ask()).result, '48 parcels'), { timeout: 20_000 })
      .toBe('Couriers-bikes/docs/limits.md');
    const { result } = await ask();
    expect([pathOf(result, '4,200 parcels'), pathOf(result, '35 parcels')]).toEqual([
      'sample/docs/limits.md',
      undefined,
    ]);
    await server.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
  });

  test('a selection leads the evidence under the name of its folder', async () => {
    const start = courierLimits.indexOf('A courier');
    const uri = pathToFileURL(join(folders.courier, 'docs', 'limits.md')).toString();
    const { result } = await ask({ selection: { uri, start, end: start + 'A courier carries'.length } });
    expect(result.evidence[0]).toMatchObject({
      path: 'Couriers-bikes/docs/limits.md',
      start,
      text: 'A courier carries',
    });
  });
});

describe('the command line', () => {
  const home = temporaryHome();
  const folders = makeFolders('api', 'api');
  const both = ['--workspace', folders.depot, '--workspace', folders.courier];
  const run = (...args: string[]): ReturnType<typeof runCli> => runCli(args, { home, cwd: folders.depot });

  test('ask tells folders of one name apart by their parents', async () => {
    const { code, stdout } = await run('ask', question, ...both, '--model', 'none', '--json');
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as AskResult;
    expect(validate(result), JSON.stringify(validate.errors)).toBe(true);
    expect(pathOf(result, '4,200 parcels')).toBe('api (post)/docs/limits.md');
    expect(pathOf(result, '35 parcels')).toBe('api (bikes)/docs/limits.md');
    expectSlices(result);
  });

  test('search merges the folders, and says which one it cannot open', async () => {
    const gone = join(folders.depot, 'gone');
    const { code, stdout, stderr } = await run('search', 'parcels', ...both, '--workspace', gone, '--json');
    expect(code).toBe(0);
    const { roots, hits } = JSON.parse(stdout) as { roots: unknown; hits: { path: string }[] };
    expect(roots).toEqual([
      { name: 'api (post)', path: folders.depot },
      { name: 'api (bikes)', path: folders.courier },
    ]);
    expect(
      hits
        .slice(0, 2)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['api (bikes)/docs/limits.md', 'api (post)/docs/limits.md']);
    expect(stderr).toMatch(/^The folder gone is left out: /m);
  });

  test('the same folder twice is one folder', async () => {
    const { stdout } = await run('search', 'parcels', '--workspace', '.', '--workspace', folders.depot, '--json');
    const { roots, hits } = JSON.parse(stdout) as { roots?: unknown; hits: { path: string }[] };
    expect([roots, hits[0]?.path]).toEqual([undefined, 'docs/limits.md']);
  });

  test('forgetting one folder deletes the traces that another keeps of both, and no others', async () => {
    const { depot, courier } = folders;
    const traceOf = async (...workspaces: string[]): Promise<string> => {
      const flags = workspaces.flatMap((folder) => ['--workspace', folder]);
      const { stdout } = await run('ask', 'When does it open?', ...flags, '--model', 'none', '--json');
      return (JSON.parse(stdout) as AskResult).trace ?? '';
    };
    const [ofBoth, ofDepot] = [await traceOf(depot, courier), await traceOf(depot)];
    expect([existsSync(ofBoth), existsSync(ofDepot)]).toEqual([true, true]);
    expect((await run('forget', '--workspace', courier)).code).toBe(0);
    expect([existsSync(ofBoth), existsSync(ofDepot)]).toEqual([false, true]);
  });
});

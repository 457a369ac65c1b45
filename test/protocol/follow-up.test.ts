/**
 * A follow-up over the real server process: what the answer before it rests on is read again, as it stands now, also where the
 * words of the new question find other places alone. Seventy boats have the words; only the Heron's file has the answer.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProgressType } from 'vscode-jsonrpc/node';
import type { AskParams, AskResult } from '../../protocol/ask';
import type { IndexStatus } from '../../protocol/indexing';
import type { TraceEvent } from '../../protocol/trace-events';
import { runCli } from '../support/cli-process';
import { startServer, temporaryHome, type ServerProcess } from '../support/server-process';

const selected = 'The Heron was mended at the Skelling yard.';
const answer = 'Marta Lind settled the bill.';
const heron = `# The Heron\n\n${selected} ${answer}\n\nShe has carried mail ever since.\n`;
const first = 'What does this paragraph say?';
const second = 'Who paid for its repair?';

function writeBoats(folder: string): void {
  mkdirSync(join(folder, 'boats'), { recursive: true });
  for (let number = 1; number <= 70; number += 1) {
    const text = `# Boat ${number}\n\nThe repair of boat ${number} was paid for by harbour office ${number}; a paragraph says so.\n`;
    writeFileSync(join(folder, 'boats', `${number}.md`), text);
  }
}

function makeFolder(name: string): string {
  const folder = join(temporaryHome(), name);
  mkdirSync(folder);
  return folder;
}

interface Asked {
  readonly result: AskResult;
  readonly events: readonly TraceEvent[];
  readonly trace: string;
}

let lastToken = 0;
async function askServer(server: ServerProcess, params: Partial<AskParams>): Promise<Asked> {
  const traceToken = `follow${++lastToken}`;
  const events: TraceEvent[] = [];
  server.connection.onProgress(new ProgressType<TraceEvent[]>(), traceToken, (batch) => {
    events.push(...batch);
  });
  const { workspaceUri } = server;
  const all = { workspaceUri, question: second, traceToken, ...params };
  const result = await server.connection.sendRequest<AskResult>('longfold/question/ask', all);
  return { result, events, trace: basename(result.trace ?? '', '.jsonl') };
}

async function untilReady(server: ServerProcess, ...uris: readonly string[]): Promise<void> {
  const phase = async (workspaceUri: string): Promise<string> =>
    (await server.connection.sendRequest<IndexStatus>('longfold/index/get', { workspaceUri })).phase;
  for (const uri of uris) {
    while ((await phase(uri)) !== 'ready') await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function hitsOf({ events }: Asked): { readonly found: readonly string[]; readonly previous: readonly string[] } {
  const hits = events.find((event) => event.kind === 'retrievalFinished')?.hits ?? [];
  const pathsOf = (isPrevious: boolean): readonly string[] =>
    hits.filter(({ sources }) => sources.includes('previous') === isPrevious).map(({ path }) => path);
  return { found: pathsOf(false), previous: pathsOf(true) };
}

/** The path of the kept span that answers, which is a slice of `text`. */
function answeredFrom({ result }: Asked, text = heron): string | undefined {
  const span = result.evidence.find((one) => one.text.includes('settled the bill'));
  if (span) expect(text.slice(span.start, span.end)).toBe(span.text);
  return span?.path;
}

describe('about one folder', () => {
  const folder = makeFolder('harbour');
  const file = join(folder, 'heron.md');
  const uri = pathToFileURL(file).toString();
  let server: ServerProcess;
  let before: Asked;
  const ask = (params: Partial<AskParams> = {}): Promise<Asked> => askServer(server, { previous: first, ...params });

  beforeAll(async () => {
    writeBoats(folder);
    writeFileSync(file, heron);
    server = await startServer({ folder });
    await untilReady(server, server.workspaceUri);
    const start = heron.indexOf(selected);
    const selection = { uri, start, end: start + selected.length };
    before = await askServer(server, { question: first, selection });
  });
  afterAll(() => server.stop());

  test('reads again what the answer before it rests on, beside all that it finds', async () => {
    const alone = await ask();
    expect([answeredFrom(alone), hitsOf(alone).previous]).toEqual([undefined, []]);
    expect(alone.events[0]).not.toHaveProperty('previousTrace');
    const carried = await ask({ previousTrace: before.trace });
    expect(answeredFrom(carried)).toBe('heron.md');
    expect(carried.events[0]).toMatchObject({
      kind: 'questionAsked',
      standalone: `${second} (paragraph)`,
      previousTrace: before.trace,
    });
    // The Heron's file leads what was cited; boats that were cited, too, and are found anyway, come once.
    const { found, previous } = hitsOf(carried);
    expect(found).toEqual(hitsOf(alone).found);
    expect(previous[0]).toBe('heron.md');
    expect(previous.filter((path) => found.includes(path))).toEqual([]);
    expect(previous.length).toBeLessThanOrEqual(12);
  });

  test('a third question takes the places of the second, and still what the conversation is about', async () => {
    const carried = await ask({ previousTrace: before.trace });
    const third = await ask({ question: 'And why?', previous: 'And?', previousTrace: carried.trace });
    expect(third.events[0]).toMatchObject({ standalone: 'And why? (paid repair paragraph)' });
    const cited = carried.result.citations.flatMap(({ path, verified }) => (verified && path !== null ? [path] : []));
    const { found, previous } = hitsOf(third);
    expect(cited.length).toBeGreaterThan(0);
    expect(cited.filter((path) => !found.includes(path) && !previous.includes(path))).toEqual([]);
  });

  test('a question that stands alone takes nothing over', async () => {
    const alone = await ask({ question: 'Which office paid for the repair of boat 12?', previousTrace: before.trace });
    expect(hitsOf(alone).previous).toEqual([]);
    expect(alone.events[0]).not.toHaveProperty('previousTrace');
  });

  test('a trace that is gone leaves the words of the question before, or is one sentence', async () => {
    const { events, result } = await ask({ previousTrace: 'gone' });
    expect(events[0]).toMatchObject({ standalone: `${second} (paragraph)` });
    expect([events[0], result.outcome]).toEqual([expect.not.objectContaining({ previousTrace: 'gone' }), 'evidence']);
    await expect(askServer(server, { previousTrace: 'gone' })).rejects.toThrow(`No trace "gone" is kept of ${folder};`);
    for (const previousTrace of ['../traces/x', join(folder, 'heron.md'), '']) {
      await expect(askServer(server, { previousTrace })).rejects.toThrow('This is not the name of a trace.');
    }
  });

  test('follows the words where they went, on the screen and on the disk, and drops them when they are gone', async () => {
    const carried = (): Promise<Asked> => ask({ previousTrace: before.trace });
    const longer = `# Of boats\n\nA page about one of them.\n\n${heron}`;
    const textDocument = { uri, languageId: 'markdown', version: 1, text: longer };
    await server.connection.sendNotification('textDocument/didOpen', { textDocument });
    await expect.poll(async () => answeredFrom(await carried(), longer), { timeout: 20_000 }).toBe('heron.md');
    await server.connection.sendNotification('textDocument/didClose', { textDocument: { uri } });

    const changed = longer.replace(selected, 'The Heron was mended somewhere.').replace(heron.slice(0, 11), '# A boat');
    writeFileSync(file, changed);
    await server.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri, type: 2 }] });
    await expect.poll(async () => hitsOf(await carried()).previous, { timeout: 20_000 }).not.toContain('heron.md');
    expect(readFileSync(file, 'utf8')).toContain(answer);
    expect(answeredFrom(await carried(), changed)).toBeUndefined();
  });
});

describe('about several folders', () => {
  const [yard, boats, other] = [makeFolder('yard'), makeFolder('boats'), makeFolder('other')];
  const uriOf = (folder: string): string => pathToFileURL(folder).toString();
  let server: ServerProcess;
  let before: Asked;

  beforeAll(async () => {
    writeBoats(boats);
    // The same words in each folder: only the place of the one that was selected may come.
    for (const folder of [yard, boats, other]) writeFileSync(join(folder, 'heron.md'), heron);
    server = await startServer({
      folder: boats,
      further: [
        { folder: yard, name: 'Yards' },
        { folder: other, name: 'Other' },
      ],
    });
    await untilReady(server, ...[boats, yard, other].map(uriOf));
    before = await askServer(server, { question: first, selection, furtherUris: [uriOf(yard)] });
  });
  afterAll(() => server.stop());

  const start = heron.indexOf(selected);
  const selection = { uri: uriOf(join(yard, 'heron.md')), start, end: start + selected.length };
  const ask = (furtherUris: readonly string[], previousTrace = before.trace): Promise<Asked> =>
    askServer(server, { previous: first, previousTrace, furtherUris });

  test('a place keeps its folder', async () => {
    const carried = await ask([uriOf(other), uriOf(yard)]);
    expect(answeredFrom(carried)).toBe('Yards/heron.md');
    expect(hitsOf(carried).previous.filter((path) => path.endsWith('heron.md'))).toEqual(['Yards/heron.md']);
  });

  test('the place of a folder that is not asked now is left out', async () => {
    for (const further of [[uriOf(other)], []]) {
      const carried = await ask(further);
      expect(carried.events[0]).toMatchObject({ previousTrace: before.trace });
      expect(carried.events.filter((event) => event.kind === 'stepFailed')).toEqual([]);
      expect(answeredFrom(carried)).toBeUndefined();
    }
  });

  test('of a question about one folder, asked together with others now, the place gets its name', async () => {
    const ofYard = await askServer(server, { question: first, selection, workspaceUri: uriOf(yard) });
    expect(answeredFrom(await ask([uriOf(other), uriOf(yard)], ofYard.trace))).toBe('Yards/heron.md');
  });
});

describe('the command line', () => {
  const folder = makeFolder('cli');
  const home = temporaryHome();
  const run = (...args: readonly string[]): ReturnType<typeof runCli> => runCli(args, { home, cwd: folder });
  beforeAll(() => {
    writeBoats(folder);
    writeFileSync(join(folder, 'heron.md'), heron);
  });

  test('ask --previous takes question and evidence from a trace that trace lists', async () => {
    const question = 'Where was the Heron mended?';
    expect((await run('ask', question, '--model', 'none', '--budget', '64')).code).toBe(0);
    const { stdout } = await run('trace', '--json');
    const { traces } = JSON.parse(stdout) as { traces: { id: string; question: string }[] };
    expect(traces).toEqual([expect.objectContaining({ question })]);
    const [{ id } = { id: '' }] = traces;
    expect((await run('trace')).stdout).toBe(`${id}  evidence  ${question}\n`);

    const asked = await run('ask', 'And who paid for it?', '--previous', id, '--model', 'none');
    expect(asked.stderr).toContain('Understood as: And who paid for it? (Heron mended)\n');
    expect(asked.stdout).toContain(answer);
    const path = /^Trace: (.+)$/m.exec(asked.stdout)?.[1] ?? '';
    // The file that was printed names the trace as well.
    const json = await run('ask', 'And she?', '--previous', path, '--model', 'none', '--json');
    const result = JSON.parse(json.stdout) as AskResult;
    const [event] = readFileSync(result.trace ?? '', 'utf8').split('\n');
    expect(JSON.parse(event ?? '')).toMatchObject({
      standalone: 'And she? (paid Heron mended)',
      previousTrace: basename(path, '.jsonl'),
    });
  });

  test('says in one sentence when there is no such trace, or nothing to take over', async () => {
    const missing = await run('ask', 'And who paid for it?', '--previous', 'gone', '--model', 'none');
    expect(missing.code).toBe(1);
    expect(missing.stderr).toBe(
      `longfold: No trace "gone" is kept of ${folder}; the command "longfold trace" lists those that are.\n`,
    );
    const noName = await run('ask', 'And who paid for it?', '--previous', '../..', '--model', 'none');
    expect([noName.code, noName.stderr]).toEqual([2, expect.stringContaining('"../.." is no name of a trace')]);
    const file = await run('trace', '--replay');
    expect([file.code, file.stderr]).toEqual([2, expect.stringContaining('Name the trace file first')]);
    const { stdout } = await run('trace', '--json');
    const { traces } = JSON.parse(stdout) as { traces: { id: string }[] };
    const alone = await run('ask', 'Which office paid for boat 12?', '--previous', traces[0]?.id ?? '');
    expect(alone.stderr).toContain('The question stands alone, so nothing of the previous one is taken over.\n');
  });
});

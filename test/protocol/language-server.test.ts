/** The real server process over stdio: questions, events, cancelling, hover, ledger, trust, saved files, forgetting. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CancellationTokenSource, ProgressType } from 'vscode-jsonrpc/node';
import type { AskParams, AskResult } from '../../protocol/ask';
import type { IndexStatus, LedgerRow } from '../../protocol/indexing';
import type { TraceEvent } from '../../protocol/trace-events';
import type { TraceSummary } from '../../protocol/traces';
import { startServer, type ServerProcess } from '../support/server-process';

let server: ServerProcess;
beforeAll(async () => {
  server = await startServer();
  await waitUntilReady(server);
});
afterAll(() => server.stop());

async function waitUntilReady(target: ServerProcess): Promise<IndexStatus> {
  for (;;) {
    const status = await target.connection.sendRequest<IndexStatus>('longfold/index/get', {
      workspaceUri: target.workspaceUri,
    });
    if (status.phase === 'ready' || status.phase === 'failed') return status;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

let lastToken = 0;
async function ask(
  target: ServerProcess,
  question: string,
  options: Pick<AskParams, 'granularity' | 'tokenBudget'> = {},
): Promise<{ result: AskResult; events: TraceEvent[] }> {
  const traceToken = `t${++lastToken}`;
  const events: TraceEvent[] = [];
  target.connection.onProgress(new ProgressType<TraceEvent[]>(), traceToken, (batch) => {
    events.push(...batch);
  });
  const params = { workspaceUri: target.workspaceUri, question, traceToken, ...options };
  const result = await target.connection.sendRequest<AskResult>('longfold/question/ask', params);
  return { result, events };
}

test('indexes every file of the workspace and says so', async () => {
  const status = await waitUntilReady(server);
  expect(status).toMatchObject({ phase: 'ready', filesIndexed: 6, filesSkipped: 0 });
  const rows = await server.connection.sendRequest<LedgerRow[]>('longfold/index/ledger', {
    workspaceUri: server.workspaceUri,
  });
  expect(rows.map((row) => `${row.path} ${row.state}`).sort()).toEqual([
    'README.md indexed',
    'docs/retries.md indexed',
    'docs/zh.md indexed',
    'src/backoff.ts indexed',
    'src/graveyard.py indexed',
    'src/queue.ts indexed',
  ]);
});

test('answers with evidence, streamed as numbered events that arrive before the result', async () => {
  const { result, events } = await ask(server, 'How many times is a failing job tried?');
  expect(result).toMatchObject({ outcome: 'evidence', mode: 'evidence', model: null });
  expect(result.evidence.some((span) => span.path === 'docs/retries.md' && /four times/.test(span.text))).toBe(true);
  expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index));
  const kinds = events.map((event) => event.kind);
  const milestones = [
    'questionAsked',
    'retrievalFinished',
    'compressionFinished',
    'evidenceSelected',
    'questionFinished',
  ];
  expect(kinds.filter((kind) => milestones.includes(kind))).toEqual(milestones);
  expect(kinds.indexOf('evidenceRanked')).toBeGreaterThan(kinds.indexOf('retrievalFinished'));
  expect(result.trace !== null && existsSync(result.trace)).toBe(true);
});

test('finds Chinese evidence for a Chinese question', async () => {
  const { result } = await ask(server, '失败的任务最多尝试几次？');
  expect(result.evidence.some((span) => span.path === 'docs/zh.md' && span.text.includes('最多尝试四次'))).toBe(true);
});

test('lists and reads the traces of the workspace, newest first', async () => {
  await ask(server, 'Where do dead jobs go?');
  const params = { workspaceUri: server.workspaceUri };
  const traces = await server.connection.sendRequest<TraceSummary[]>('longfold/trace/list', params);
  expect(traces[0]?.question).toBe('Where do dead jobs go?');
  const events = await server.connection.sendRequest<TraceEvent[]>('longfold/trace/read', {
    ...params,
    id: traces[0]?.id,
  });
  expect(events.at(0)?.kind).toBe('questionAsked');
  expect(events.at(-1)?.kind).toBe('questionFinished');
});

test('a question with the granularity symbol keeps whole functions, as slices of their files', async () => {
  const options = { granularity: 'symbol', tokenBudget: 200 } as const;
  const { result, events } = await ask(server, 'What does withTimeout do when the limit is over?', options);
  const compression = events.find((event) => event.kind === 'compressionFinished');
  expect(compression).toMatchObject({ granularity: 'symbol' });
  for (const span of result.evidence) {
    const text = readFileSync(join(server.folder, span.path), 'utf8');
    expect(text.slice(span.start, span.end)).toBe(span.text);
  }
  const found = result.evidence.find((span) => span.text.includes('function withTimeout'));
  expect(found?.path).toBe('src/queue.ts');
  expect(found?.text).toMatch(/function withTimeout[^\n]*\{\n[^\n]*\n\}$/);
});

test('refuses a trace name that leaves the trace folder', async () => {
  const params = { workspaceUri: server.workspaceUri, id: '../../workspace' };
  await expect(server.connection.sendRequest('longfold/trace/read', params)).rejects.toThrow(/trace/);
});

test('stops within a second when the request is cancelled, and keeps what was found', async () => {
  // Forty passages take the critic seconds here, so a question that is not stopped would end as `evidence`, later.
  const large = await startServer({ folder: join(import.meta.dirname, '..', '..', 'node_modules', 'fastify') });
  try {
    await waitUntilReady(large);
    const source = new CancellationTokenSource();
    let cancelledMs = 0;
    large.connection.onProgress(new ProgressType<TraceEvent[]>(), 'cancel', (events) => {
      if (cancelledMs > 0 || !events.some((event) => event.kind === 'evidenceRanked')) return;
      cancelledMs = performance.now();
      source.cancel();
    });
    const { workspaceUri } = large;
    const params = { workspaceUri, question: 'How are hooks run in order?', traceToken: 'cancel' };
    const result = await large.connection.sendRequest<AskResult>('longfold/question/ask', params, source.token);
    expect(performance.now() - cancelledMs).toBeLessThan(1_000);
    expect(result.outcome).toBe('cancelled');
    expect(result.evidence.length).toBeGreaterThan(0);
  } finally {
    await large.stop();
  }
});

test('a hover says where a symbol is defined and used, and links only the explain command', async () => {
  const uri = pathToFileURL(join(server.folder, 'src', 'queue.ts')).toString();
  const text = "import { nextDelayMs } from './backoff';\n";
  await server.connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'typescript', version: 1, text },
  });
  const hover = await server.connection.sendRequest<{ contents: { value: string } }>('textDocument/hover', {
    textDocument: { uri },
    position: { line: 0, character: 12 },
  });
  expect(hover.contents.value).toContain('backoff');
  expect([...hover.contents.value.matchAll(/\]\(command:([\w.]+)/g)].map((match) => match[1])).toEqual([
    'longfold.symbol.explain',
  ]);
});

const findsLampColour = async (): Promise<boolean> => {
  const { result } = await ask(server, 'Which colour has the status lamp of a stuck queue?');
  return result.evidence.some((span) => span.text.includes('magenta'));
};

test.each([
  ['saved in the editor', 'didSave'],
  ['changed on the disk', 'watched'],
])('a file that was %s is searched as it is now, and gone once it is deleted', async (_name, way) => {
  const file = join(server.folder, 'docs', `colours-${way}.md`);
  const uri = pathToFileURL(file).toString();
  const tell = (type: number): Promise<void> =>
    server.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [{ uri, type }] });
  const text = '# Colours\n\nThe status lamp of a stuck queue is magenta.\n';
  writeFileSync(file, text);
  if (way === 'watched') await tell(1);
  else {
    const textDocument = { uri, languageId: 'markdown', version: 1, text };
    await server.connection.sendNotification('textDocument/didOpen', { textDocument });
    await server.connection.sendNotification('textDocument/didSave', { textDocument: { uri } });
  }
  await expect.poll(findsLampColour, { timeout: 20_000 }).toBe(true);
  rmSync(file);
  await tell(3);
  await expect.poll(findsLampColour, { timeout: 20_000 }).toBe(false);
});

test('an empty question gets one sentence', async () => {
  const { result } = await ask(server, '   ');
  expect(result).toMatchObject({ outcome: 'failed', evidence: [] });
  expect(result.message).toMatch(/^[A-Z].*question.*\.$/);
});

test('reads nothing in an untrusted workspace', async () => {
  const untrusted = await startServer({ isTrusted: false });
  const params = { workspaceUri: untrusted.workspaceUri };
  const status = await untrusted.connection.sendRequest<IndexStatus>('longfold/index/get', params);
  expect(status.phase).toBe('untrusted');
  await expect(
    untrusted.connection.sendRequest('longfold/question/ask', { ...params, question: 'What is this?' }),
  ).rejects.toThrow(/not trusted/);
  expect(readdirSync(untrusted.home)).toEqual([]);
  await untrusted.stop();
});

test('forgetting a workspace deletes its index and traces', async () => {
  const other = await startServer();
  await waitUntilReady(other);
  await ask(other, 'What is Kettle?');
  const folders = join(other.home, 'data', 'workspaces');
  expect(readdirSync(folders)).toHaveLength(1);
  await other.connection.sendRequest('longfold/workspace/forget', { workspaceUri: other.workspaceUri });
  expect(readdirSync(folders)).toEqual([]);
  await other.stop();
});

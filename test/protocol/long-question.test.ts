/** A long question over the real server process with the real small model: killed, gone on with, steered, replayed. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ProgressType } from 'vscode-jsonrpc/node';
import type { AskResult } from '../../protocol/ask';
import type { TraceEvent } from '../../protocol/trace-events';
import type { ReplayTraceResult, TraceSummary } from '../../protocol/traces';
import { startServer, temporaryHome, type ServerProcess } from '../support/server-process';
import { smallModelFile, smallModelFolder } from '../support/small-model';

const modelFile = join(smallModelFolder(), smallModelFile);
const home = temporaryHome();
mkdirSync(join(home, 'models'), { recursive: true });
symlinkSync(modelFile, join(home, 'models', smallModelFile));
const settings = { model: { use: `embedded:${smallModelFile}`, windowTokens: 1024, threads: 1 } };
let server: ServerProcess | undefined;
afterAll(() => server?.stop());

let lastToken = 0;
function listen(target: ServerProcess, onEvent: (event: TraceEvent, token: string) => void) {
  const traceToken = `t${++lastToken}`;
  const events: TraceEvent[] = [];
  target.connection.onProgress(new ProgressType<TraceEvent[]>(), traceToken, (batch) => {
    events.push(...batch);
    for (const event of batch) onEvent(event, traceToken);
  });
  return { traceToken, events };
}

test(
  'a reading whose server is killed goes on after a restart, answers at once when told to, and replays',
  { timeout: 1_200_000 },
  async () => {
    server = await startServer({ settings, home });
    const { connection, workspaceUri, folder, child } = server;
    const question = 'How often is a job tried?';
    const killed = new Promise((resolve) => child.once('exit', resolve));
    const first = listen(server, (event) => {
      if (event.kind === 'foldStepFinished') child.kill('SIGKILL');
    });
    void connection
      .sendRequest('longfold/question/ask', {
        workspaceUri,
        question,
        mode: 'everything',
        traceToken: first.traceToken,
      })
      .catch(() => undefined);
    await killed;
    connection.dispose();
    const started = first.events.find((event) => event.kind === 'foldStarted');
    expect(started).toMatchObject({ source: 'everything' });
    expect(started?.estimatedSeconds).toBeGreaterThan(0);

    server = await startServer({ settings, home, folder });
    const again = server.connection;
    const [kept] = await again.sendRequest<TraceSummary[]>('longfold/trace/list', { workspaceUri });
    expect(kept).toMatchObject({ question, outcome: 'interrupted', canContinue: true });
    const second = listen(server, (event, traceToken) => {
      if (event.kind !== 'foldStepFinished' || event.step < 2) return;
      void again.sendRequest('longfold/question/steer', { traceToken, action: 'answerNow' });
    });
    const params = { workspaceUri, id: kept?.id, traceToken: second.traceToken };
    const result = await again.sendRequest<AskResult>('longfold/trace/continue', params);
    expect(result.mode).toBe('everything');
    expect(result.message).toMatch(/asked for after \d+ of \d+ chunks/);
    // The first step is the one of the killed process, and none is read twice.
    const steps = second.events.filter((event) => event.kind === 'foldStepFinished');
    expect(steps.map((event) => event.step)).toEqual(steps.map((_step, idx) => idx + 1));
    const before = first.events.find((event) => event.kind === 'foldStepFinished');
    expect(steps[0]).toMatchObject({ step: 1, chunk: before?.chunk, after: before?.after });
    const reads = steps.flatMap((event) => event.reads.map((span) => `${span.path}:${span.start}`));
    expect(new Set(reads).size).toBe(reads.length);

    const traces = await again.sendRequest<TraceSummary[]>('longfold/trace/list', { workspaceUri });
    expect(traces.map((trace) => trace.id)).not.toContain(kept?.id);
    const replay = await again.sendRequest<ReplayTraceResult>('longfold/trace/replay', {
      workspaceUri,
      id: traces[0]?.id,
    });
    expect(replay).toEqual({ steps: steps.length, differences: [] });
  },
);

/** The trace: what the file keeps, what a reader accepts, and a page that nothing can break out of. */
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { TraceEvent, TraceEventBody } from '../../../protocol/trace-events';
import { parseTrace } from '../../../server/src/trace/trace-file';
import { renderTraceHtml } from '../../../server/src/trace/trace-html';
import { pruneTraces } from '../../../server/src/trace/prune-traces';
import { createTraceRecorder } from '../../../server/src/trace/trace-recorder';
import { sampleEvents } from '../media/sample-trace';

const asked: TraceEventBody = {
  kind: 'questionAsked',
  version: 1,
  question: 'q',
  coreQuestion: 'q',
  formatInstruction: '',
  workspace: 'w',
  mode: 'auto',
  granularity: 'sentence',
  tokenBudget: 100,
  startedAt: '2025-01-01T00:00:00.000Z',
};
const ranked = (hop: number, passagesRead: number): TraceEventBody => ({
  kind: 'evidenceRanked',
  hop,
  passagesRead,
  passagesTotal: 9,
  evidence: [],
});
const delta: TraceEventBody = { kind: 'answerDelta', text: 'x' };
const chosen: TraceEventBody = { kind: 'modeChosen', mode: 'evidence', reason: 'r', model: null, windowTokens: null };

async function record(bodies: readonly TraceEventBody[], failAt = Number.MAX_SAFE_INTEGER) {
  let file = '';
  let writes = 0;
  const write = async (_path: string, text: string): Promise<void> => {
    await Promise.resolve();
    writes += 1;
    if (writes >= failAt) throw new Error('No space is left on the disk.');
    file += text;
  };
  const heard: TraceEvent[] = [];
  let now = 0;
  const recorder = createTraceRecorder({
    clock: { nowMs: () => (now += 5), wallMs: () => 0 },
    fileSystem: { writeText: write, appendText: write },
    path: '/t.jsonl',
    listeners: [
      (event) => heard.push(event),
      () => {
        throw new Error('gone');
      },
    ],
  });
  for (const body of bodies) {
    recorder.emit(body);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { path: await recorder.close(), file, heard };
}

it('streams everything and keeps the last ranking of each hop, in order, without text deltas', async () => {
  const { path, file, heard } = await record([
    asked,
    ranked(1, 3),
    ranked(1, 9),
    ranked(2, 4),
    ranked(2, 9),
    chosen,
    delta,
    delta,
  ]);
  const parsed = parseTrace(file, 't');
  expect(path).toBe('/t.jsonl');
  expect(heard.map((event) => event.seq)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(parsed.kind === 'trace' && parsed.events.map((event) => [event.seq, event.kind, event.atMs])).toEqual([
    [0, 'questionAsked', 5],
    [2, 'evidenceRanked', 15],
    [4, 'evidenceRanked', 25],
    [5, 'modeChosen', 30],
  ]);
});

it('says once that the disk is full, and the question goes on', async () => {
  const { path, file, heard } = await record([asked, chosen, chosen, chosen], 2);
  expect(path).toBeNull();
  expect(parseTrace(file, 't').kind).toBe('trace');
  expect(heard.filter((event) => event.kind === 'stepFailed')).toMatchObject([
    {
      stage: 'trace',
      message:
        'The trace could not be written to /t.jsonl (No space is left on the disk.); the answer is not affected.',
    },
  ]);
  expect(heard.filter((event) => event.kind === 'modeChosen')).toHaveLength(3);
});

describe('reading a trace file', () => {
  const line = (body: object, seq: number): string => `${JSON.stringify({ ...body, seq, atMs: 0 })}\n`;
  it.each([
    ['empty', '', 't is empty: it holds no trace.'],
    ['another file', 'hello\nworld\n', 't is not a Longfold trace: line 1 is not a trace event.'],
    [
      'a broken line in the middle',
      `${line(asked, 0)}{"kind\n${line(chosen, 1)}`,
      't is not a Longfold trace: line 2 is not a trace event.',
    ],
    ['no question first', line(chosen, 0), 't is not a Longfold trace: it does not begin with a question.'],
    [
      'a newer version',
      line({ ...asked, version: 99 }, 0),
      't was written by a newer Longfold (trace version 99); update Longfold to open it.',
    ],
    [
      'a cut last line',
      `${line(asked, 0)}${line(chosen, 1).slice(0, 20)}`,
      '1 event; The last line of t is cut; the trace ends before it.',
    ],
    [
      'an unknown kind',
      line(asked, 0) + line({ kind: 'later' }, 1),
      '1 event; Line 2 of t is of a kind that this version does not know; it is left out.',
    ],
  ])('%s', (_name, text, expected) => {
    const parsed = parseTrace(text, 't');
    expect(parsed.kind === 'bad' ? parsed.message : `${parsed.events.length} event; ${parsed.problems.join()}`).toBe(
      expected,
    );
  });
});

it('reads back what is written, computed numbers too', () => {
  const computed = { kind: 'numberComputed', attempt: 1, form: 'expression', calculation: 'a + b', result: '5', operands: [], operandCount: 2, problem: null } as const; // prettier-ignore
  const events: readonly TraceEvent[] = [...sampleEvents(), { ...computed, seq: 99, atMs: 0 }];
  const text = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  expect(parseTrace(text, 't')).toEqual({ kind: 'trace', events, problems: [] });
});

it('writes a page whose data cannot break out and whose script is the only one allowed', () => {
  const evil = '</script><script>alert(1)</script><!-- \u2028 &';
  const events: TraceEvent[] = [{ ...asked, question: evil, seq: 0, atMs: 0 }];
  const html = renderTraceHtml({ events, script: 'const a = "</script>";', style: 'b{}', title: 'a <b> & "c"' });
  const data = /id="trace-data">([^<]*)<\/script>/.exec(html)?.[1] ?? '';
  expect(JSON.parse(data)).toEqual(events);
  expect(html.match(/<script/g)).toHaveLength(2);
  expect(html).not.toContain('\u2028');
  expect(html).toContain('<title>a &lt;b&gt; &amp; &quot;c&quot;</title>');
  const script = /<script>(.*?)<\/script>/s.exec(html)?.[1] ?? '';
  expect(script).toBe('const a = "<\\/script>";');
  expect(html).toContain(`script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  expect(html).not.toMatch(/https?:|unsafe-/);
});

it('prunes the oldest traces only', async () => {
  const files = new Map([
    ['a.jsonl', 3],
    ['b.jsonl', 1],
    ['c.jsonl', 2],
    ['note.txt', 0],
  ]);
  const removed = await pruneTraces(
    {
      listFolder: () => Promise.resolve([...files.keys()].map((name) => ({ name, kind: 'file' as const }))),
      stat: (path) => Promise.resolve({ kind: 'file', sizeBytes: 1, modifiedMs: files.get(path.slice(3)) ?? 0 }),
      remove: () => Promise.resolve(),
    },
    '/t',
    1,
  );
  expect(removed).toEqual(['c.jsonl', 'b.jsonl']);
});

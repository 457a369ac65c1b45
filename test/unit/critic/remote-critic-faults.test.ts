/** Faults of a CPRS server, each shown by a real server: one sentence each, in time, and no span that does not hold. */
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { compressPassages } from '../../../server/src/critic/compress-passages';
import type { LabelledContext } from '../../../server/src/critic/critic';
import { compressTexts, createCompressor } from '../../../server/src/session/critic-compressor';
import { errorReply, startCprsServer, type CprsScript, type Span } from '../../support/cprs-server';
import { sendJson } from '../../support/http-script-server';
import { ask, handbook } from '../answer/question-bench';
import {
  failure,
  instruction,
  label,
  markedTexts,
  noAbort,
  openBench,
  toContexts,
  winners,
  type Bench,
} from './remote-critic-bench';

const question = 'How many minutes does it wait?';
const text = '🚢 The ferry is called Heron. It waits seven minutes at the northern pier. Tickets are sold on board.';
const sentence = 'It waits seven minutes at the northern pier.';
const shortLimits = { loadMs: 300, promptTokenMs: 0, writingMs: 300 };

const failureOf = (bench: Bench): Promise<string> => failure(label(bench, question, [text]), bench);

describe('a slow server', () => {
  it.each([
    ['before it answers', () => undefined],
    ['in the middle of its answer', (response: ServerResponse) => response.write('{"header": {')],
  ])('is left at once when the question is cancelled %s', async (_when, respond) => {
    const bench = await openBench({ respond });
    const stop = new AbortController();
    const failed = failure(label(bench, question, Array(9).fill(text), { signal: stop.signal }), bench);
    await expect.poll(() => bench.server.requests.length, { timeout: 20_000 }).toBe(2);
    const startedMs = performance.now();
    stop.abort();
    expect(await failed).toBe('CancelledError: Cancelled.');
    expect(performance.now() - startedMs).toBeLessThan(1_000);
    await expect.poll(() => bench.server.brokenOff(), { timeout: 20_000 }).toBe(2);
    expect(bench.server.requests.length).toBe(2);
  });

  it.each([
    ['before it answers', () => undefined],
    ['in the middle of its answer', (response: ServerResponse) => response.write('{"header": {')],
    [
      'while it sends a little now and then',
      (response: ServerResponse) => {
        const timer = setInterval(() => response.write(' '), 50);
        response.on('close', () => clearInterval(timer));
      },
    ],
  ])('that stalls %s is given up', async (_when, respond) => {
    const bench = await openBench({ respond }, { limits: shortLimits });
    const startedMs = performance.now();
    expect(await failureOf(bench)).toBe(
      'CriticError: The critic at HOST does not answer in time; restart it and ask again.',
    );
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    await expect.poll(() => bench.server.brokenOff()).toBe(1);
  });

  it('is left when the critic is shut down', async () => {
    const bench = await openBench({ respond: () => undefined });
    const asked = failureOf(bench);
    await expect.poll(() => bench.server.requests.length).toBe(1);
    await bench.critic.dispose();
    expect(await asked).toBe('CriticError: The critic has been shut down.');
    expect(await failureOf(bench)).toBe('CriticError: The critic has been shut down.');
    expect(bench.server.requests.length).toBe(1);
  });
});

const refusal = 'CriticError: The critic at HOST refused the request with status';
const brokenOff = 'CriticError: The critic at HOST broke off its answer; see its log, then ask again.';
const notCprs =
  'CriticError: What answers at HOST is no CPRS server; correct longfold.critic.url or set longfold.critic.backend ' +
  'to bundled.';

const faults: readonly (readonly [string, NonNullable<CprsScript['respond']>, string])[] = [
  [
    'HTTP 500',
    (response) => response.writeHead(500).end('Internal Server Error'),
    `${refusal} 500 (Internal Server Error); see its log, then ask again.`,
  ],
  [
    'status 440 in HTTP 200',
    (response, _send, request) => sendJson(response, errorReply(request, 440, 'SchemaError', 'Messages should\nlen=3')),
    `${refusal} 440 (Messages should len=3); see its log, then ask again.`,
  ],
  [
    'status 500 in HTTP 200 without a message',
    (response, _send, request) => sendJson(response, errorReply(request, 500, '', '')),
    `${refusal} 500 (no reason given); see its log, then ask again.`,
  ],
  [
    'a body that is cut off',
    (response) => {
      response.writeHead(200, { 'content-length': '5000' }).write('{"header": {"status_code": 200}');
      setTimeout(() => response.destroy(), 20);
    },
    brokenOff,
  ],
  ['a body that ends too early', (response) => response.end('{"header": {"status_code": 200}'), brokenOff],
  ['a connection that is closed without an answer', (response) => response.destroy(), brokenOff],
  ['no JSON', (response) => response.end('<html>Welcome!</html>'), notCprs],
  ['nothing', (response) => response.end(), notCprs],
  ['JSON of something else', (response) => sendJson(response, { models: [] }), notCprs],
  ['JSON that is no object', (response) => sendJson(response, null), notCprs],
  [
    'bytes that are no UTF-8',
    (response) => response.end(Buffer.from('{"payload": {"output": {"text": [["\xff", 0, 1]]}}}', 'latin1')),
    notCprs,
  ],
  [
    'spans without offsets',
    (response) => sendJson(response, { header: { status_code: 200 }, payload: { output: { text: [sentence] } } }),
    notCprs,
  ],
  ['HTTP 404', (response) => response.writeHead(404).end('Not found'), notCprs],
];

describe('a broken answer', () => {
  it.each(faults)('is one sentence: %s', async (_name, respond, expected) => {
    expect(await failureOf(await openBench({ respond }))).toBe(expected);
  });

  it('of one context ends the whole request', async () => {
    const bench = await openBench({
      respond: (response, send, request) => {
        if (request.payload.input.messages[2]?.content !== 'Broken.') send();
        else response.writeHead(500).end();
      },
    });
    const seen: string[] = [];
    const onBatch = (labelled: readonly { readonly id: string }[]): void => {
      seen.push(...labelled.map(({ id }) => id));
    };
    const work = label(bench, question, [text, 'Broken.', ...Array<string>(50).fill(text)], { onBatch });
    expect(await failure(work, bench)).toBe(`${refusal} 500 (no reason given); see its log, then ask again.`);
    const seenThen = seen.length;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(seen.length).toBe(seenThen);
    expect(bench.server.requests.length).toBeLessThan(20);
  });

  it('that never ends is refused', async () => {
    let sentBytes = 0;
    const respond = (response: ServerResponse): void => {
      const part = Buffer.alloc(64 * 1024, ' ');
      const write = (): void => {
        while (!response.destroyed) {
          sentBytes += part.length;
          if (!response.write(part)) return void response.once('drain', write);
        }
      };
      write();
    };
    const bench = await openBench({ respond });
    expect(await failureOf(bench)).toBe(
      'CriticError: The critic at HOST sends far more than its answer can be, so the rest is refused; check ' +
        'longfold.critic.url.',
    );
    await expect.poll(() => bench.server.brokenOff()).toBe(1);
    // What the client takes in, and what the two sockets hold.
    expect(sentBytes).toBeLessThan(20_000_000);
  });

  it('is a sentence where no server listens', async () => {
    const bench = await openBench();
    await bench.server.close();
    expect(await failureOf(bench)).toBe(
      'CriticError: No critic answers at HOST; start the CPRS server, correct longfold.critic.url, or set ' +
        'longfold.critic.backend to bundled.',
    );
  });
});

describe('another machine', () => {
  // The unspecified address reaches this machine and is yet none of its loopback addresses.
  it('is not contacted unless the user allows it', async () => {
    const { port, requests, close } = await startCprsServer();
    const url = `http://0.0.0.0:${port}`;
    const closed = await openBench({}, { url });
    expect(await failureOf(closed)).toBe(
      `CriticError: The critic host 0.0.0.0:${port} is not on this machine; use a loopback address or allow other ` +
        'hosts with longfold.model.allowRemoteHosts.',
    );
    expect(requests.length).toBe(0);
    const [labelled] = await label(await openBench({}, { url, allowRemoteHosts: true }), question, [text]);
    expect(labelled && markedTexts(text, labelled)).toEqual([sentence]);
    expect(requests.length).toBe(1);
    await close();
  });

  it('gets nothing by a redirect', async () => {
    const { url, requests, close } = await startCprsServer();
    const location = `${url}/qwen_long_compress_server`;
    const bench = await openBench({ respond: (response) => response.writeHead(307, { location }).end() });
    expect(await failureOf(bench)).toBe(notCprs);
    expect(requests.length).toBe(0);
    await close();
  });
});

describe('offsets that are wrong', () => {
  const shifted =
    (by: number) =>
    (spans: readonly Span[]): readonly Span[] =>
      spans.map(([kept, start, end]) => [kept, start + by, end + by]);
  const padded = `${'Nothing is here. '.repeat(20)}${text}${' Nothing is here.'.repeat(20)}`;

  it.each([
    ['far before', shifted(-100)],
    ['far behind', shifted(100)],
    ['outside', shifted(100_000)],
    ['negative', shifted(-100_000)],
    ['fractions', shifted(0.5)],
    ['with another text', () => [['It waits nine minutes at the northern pier.', 369, 413]]],
    ['with no text', () => [['', 369, 413]]],
    ['with a longer range', (spans: readonly Span[]) => spans.map(([kept, start]) => [kept, start, start + 300])],
  ])('are rejected, counted, logged and never shown: %s', async (_name, spans) => {
    const good = 'It waits seven minutes.';
    const bench = await openBench({ spans: (found, context) => (context === good ? found : spans(found)) });
    const seen: string[] = [];
    const onBatch: Parameters<typeof label>[3] = {
      onBatch: (labelled) => seen.push(...labelled.map(winners)),
    };
    const [labelled, other] = await label(bench, question, [padded, good], onBatch);
    expect(labelled && winners(labelled)).toMatch(/^O{100,}$/);
    expect(seen.toSorted()).toEqual([winners(other as LabelledContext), winners(labelled as LabelledContext)]);
    expect(bench.critic.statistics).toEqual({ placed: 1, repaired: 0, rejected: 1 });
    expect(bench.log).toEqual([
      'warn: The critic at HOST returned 1 of 2 spans that do not stand in the text where it says; they are left out.',
    ]);
  });

  it('in every span are one sentence, and BM25 chooses the evidence', async () => {
    const bench = await openBench({ spans: shifted(1_000) });
    const misplaced =
      'The critic at HOST marks text that does not stand where it says (2 of 2 spans); run another version of its server, ' +
      'or set longfold.critic.backend to bundled.';
    const work = label(bench, question, [padded, 'Nothing is here.', `${padded} It is old.`]);
    expect(await failure(work, bench)).toBe(`CriticError: ${misplaced}`);
    expect(bench.critic.statistics).toEqual({ placed: 0, repaired: 0, rejected: 2 });
    expect(bench.log).toEqual([]);

    const cutter = { cutCode: () => Promise.reject(new Error('Nothing is to be cut here.')) };
    const { answer, events } = await ask(
      { granularity: 'sentence' },
      { compressor: createCompressor(bench.critic, cutter) },
    );
    const problems = events.filter((event) => event.kind === 'stepFailed').map(({ message }) => message);
    expect(problems).toEqual([expect.stringMatching(/^The critic cannot be used, so BM25 alone chose the evidence: /)]);
    expect(problems[0]).toContain('marks text that does not stand where it says');
    expect(answer.evidence[0]?.text).toContain('the boat waits at most 5 minutes');
    expect(answer.evidence.every(({ text, start, end }) => handbook.slice(start, end) === text)).toBe(true);
    const texts = [{ path: 'a.txt', text: padded }];
    const wish = { text: question, granularity: 'sentence', tokenBudget: 10 } as const;
    const { spans, problem } = await compressTexts({ critic: bench.critic, cutter }, texts, wish, noAbort);
    expect(spans.map((span) => span.text)).toEqual([sentence]);
    expect(problem?.split('evidence: ')[1]?.replace(bench.server.url, 'HOST')).toBe(
      misplaced.replace(/2 of 2/, '1 of 1'),
    );
  });

  it.each([-60, -7, -2, 2, 7, 60])('by a few characters are repaired: %d', async (by) => {
    const bench = await openBench({ spans: shifted(by) });
    const [labelled] = await label(bench, question, [padded]);
    expect(labelled && markedTexts(padded, labelled)).toEqual([sentence]);
    expect(bench.critic.statistics).toEqual({ placed: 1, repaired: 1, rejected: 0 });
    expect(bench.log).toEqual(['info: 1 of 1 spans of the critic at HOST were a little off.']);
  });

  it('are not repaired where the text stands near twice', async () => {
    const twice = 'It waits one minute. It waits one minute. So.';
    const bench = await openBench({
      spans: () => [
        ['It waits one minute.', 5, 25],
        ['So.', 42, 45],
      ],
    });
    const [labelled] = await label(bench, question, [twice]);
    expect(labelled && winners(labelled)).toBe('OOOOOOOOOOBE');
    expect(bench.critic.statistics).toEqual({ placed: 1, repaired: 0, rejected: 1 });
  });

  it('leave the others and the evidence as exact slices', async () => {
    const { critic } = await openBench({ spans: (spans) => [...spans, ['A lie.', 3, 9], ['Tickets', 0, 2]] });
    const passages = toContexts([text]);
    const request = { critic, question, instruction, passages, tokenBudget: 10, signal: noAbort };
    const { spans } = await compressPassages({ ...request, granularity: 'sentence' });
    expect(spans.map((span) => text.slice(span.startOffset, span.endOffset))).toEqual([sentence]);
    expect(critic.statistics).toEqual({ placed: 1, repaired: 0, rejected: 2 });
  });
});

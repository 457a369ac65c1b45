/** The remote critic against a real HTTP server of the published protocol: what it asks, and what becomes of answers. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultSettings, type Settings } from '../../../protocol/settings';
import { composeApplication } from '../../../server/src/compose';
import { compressPassages } from '../../../server/src/critic/compress-passages';
import type { Critic, LabelledContext } from '../../../server/src/critic/critic';
import { createCompressor } from '../../../server/src/session/critic-compressor';
import { Critics } from '../../../server/src/session/critics';
import { startCprsServer } from '../../support/cprs-server';
import { ask, handbook } from '../answer/question-bench';
import { instruction, label, markedTexts, noAbort, openBench, toContexts, winners } from './remote-critic-bench';

const texts = [
  '🚢 The ferry is called Heron. It waits seven minutes at the northern pier 🕖. Tickets are sold on board.',
  '年假规定：员工每年有十五天年假。👩🏽‍💻 远程办公另行规定。病假需要证明。',
  'Nothing of it stands here.',
];

describe('a healthy server', () => {
  it('is asked in the published form, one request a context', async () => {
    const { server, critic } = await openBench();
    const contexts = toContexts(['A ferry waits.', ' \n\t', '']);
    await critic.label({ instruction: 'Find facts.', question: 'Which ferry?', contexts }, { signal: noAbort });
    expect(server.calls).toEqual(['POST /qwen_long_compress_server']);
    expect(server.requests).toEqual([
      {
        header: { request_id: expect.stringMatching(/^[\da-f-]{36}$/) },
        payload: {
          input: {
            messages: [
              {
                role: 'system',
                content: "Find facts.\n## tagging rule:\n- tag the supporting facts with 'fact'",
              },
              { role: 'user', content: 'Which ferry?' },
              { role: 'context', content: 'A ferry waits.' },
            ],
          },
          parameters: {
            min_keyword_len: 1,
            complete_sentence: true,
            return_offset: true,
            batch_size: 1,
            chunk_size: 8192,
            split_with_sent: true,
          },
        },
      },
    ]);
  });

  it('gets an instruction that has its tagging rule as it is', async () => {
    const bench = await openBench();
    await label(bench, 'Which ferry?', ['A ferry waits.']);
    expect(bench.server.requests[0]?.payload.input.messages[0]).toEqual({ role: 'system', content: instruction });
  });

  it.each(['', '/', '/qwen_long_compress_server', '/qwen_long_compress_server/'])(
    'is found under the address with "%s" behind it',
    async (path) => {
      const { url, calls, close } = await startCprsServer();
      const bench = await openBench({}, { url: url + path });
      await label(bench, 'Which ferry?', ['A ferry waits.']).finally(close);
      expect(calls).toEqual(['POST /qwen_long_compress_server']);
    },
  );

  it('marks what it returns as exact slices, behind emoji and in Chinese', async () => {
    const bench = await openBench();
    const english = await label(bench, 'How many minutes at which pier?', texts);
    expect(english.map((labelled, place) => markedTexts(texts[place] ?? '', labelled))).toEqual([
      ['It waits seven minutes at the northern pier 🕖.'],
      [],
      [],
    ]);
    const chinese = await label(bench, '年假有多少天？', texts);
    expect(chinese.map((labelled, place) => markedTexts(texts[place] ?? '', labelled))).toEqual([
      [],
      ['年假规定：员工每年有十五天年假。'],
      [],
    ]);
    expect(chinese.slice(2).map(winners)).toEqual(['OOOOOO']);
    expect(bench.critic.statistics).toEqual({ placed: 2, repaired: 0, rejected: 0 });
    expect(bench.log).toEqual([]);
  });

  it('decides what is kept of passages', async () => {
    const { critic } = await openBench();
    const kept = await compressPassages({
      critic,
      question: '年假有多少天？',
      instruction,
      passages: toContexts(texts),
      granularity: 'sentence',
      tokenBudget: 20,
      signal: noAbort,
    });
    expect(kept.spans.map((span) => texts[1]?.slice(span.startOffset, span.endOffset))).toEqual([
      '年假规定：员工每年有十五天年假。',
    ]);
    expect(kept.tokensRead).toBe((await critic.countTokens(texts, noAbort)).reduce((sum, count) => sum + count));
  });

  it('has two requests open at most, and its results stand in the order of the request', async () => {
    let isFirst = true;
    const bench = await openBench({
      respond: (_response, send) => {
        setTimeout(send, isFirst ? 200 : 5);
        isFirst = false;
      },
    });
    const batches: string[] = [];
    const onBatch = (labelled: readonly LabelledContext[]): void => {
      batches.push(...labelled.map(({ id }) => id));
    };
    const many = Array.from({ length: 6 }, (_, place) => `Pier ${place} is a pier. No ${'x'.repeat(place)}.`);
    const labelled = await label(bench, 'pier', many, { onBatch });
    expect(bench.server.mostOpen()).toBe(2);
    expect(batches.indexOf('c0')).toBeGreaterThan(0);
    expect(batches.toSorted()).toEqual(['c0', 'c1', 'c2', 'c3', 'c4', 'c5']);
    expect(labelled.map(({ id }) => id)).toEqual(['c0', 'c1', 'c2', 'c3', 'c4', 'c5']);
    expect(labelled.map((one, place) => markedTexts(many[place] ?? '', one))).toEqual(
      many.map((_, place) => [`Pier ${place} is a pier.`]),
    );
  });

  it('reads a long context in several requests and half a surrogate pair as a sign', async () => {
    const bench = await openBench();
    const filler = '\ud83d Filler 🙂 without sense. '.repeat(8_000);
    const text = `${filler}The pier is old. ${filler}`;
    const [labelled] = await label(bench, 'pier', [text]);
    expect(bench.server.requests.length).toBe(Math.ceil(text.length / 100_000));
    expect(labelled && markedTexts(text, labelled)).toEqual(['The pier is old.']);
    const contexts = bench.server.requests.map(({ payload }) => payload.input.messages[2]?.content ?? '');
    expect(contexts.every((context) => context.isWellFormed() && context.includes('\ufffd Filler 🙂'))).toBe(true);
    expect(bench.critic.statistics).toEqual({ placed: 1, repaired: 0, rejected: 0 });
  });
});

describe('the setting in force', () => {
  const remote = (url: string): Settings => ({
    ...defaultSettings,
    critic: { ...defaultSettings.critic, backend: 'remote', url },
  });

  it('chooses the critic: the server reads what the application compresses', async () => {
    const { server } = await openBench();
    const folder = mkdtempSync(join(tmpdir(), 'longfold-critic-'));
    const file = join(folder, 'ferry.txt');
    writeFileSync(file, texts[0] ?? '');
    const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
    const application = composeApplication({ logger, env: { LONGFOLD_HOME: folder }, distFolder: folder });
    const question = { text: 'How many minutes?', granularity: 'sentence', tokenBudget: 12 } as const;
    const options = { settings: remote(server.url), signal: noAbort };
    const { spans } = await application.compress([file], question, options);
    expect(spans.map((span) => span.text)).toEqual(['It waits seven minutes at the northern pier 🕖.']);
    expect(server.requests.length).toBe(1);
    await application.dispose();
  });

  it('keeps one critic for equal settings and makes another for other ones', async () => {
    const made: string[] = [];
    const disposed: string[] = [];
    const create = (name: string): Critic => {
      made.push(name);
      const dispose = async (): Promise<void> => void disposed.push(name);
      return { label: async () => [], countTokens: async () => [], dispose };
    };
    const critics = new Critics({
      createBundled: (threads) => create(`bundled ${threads}`),
      createCprs: (folder) => create(`cprs ${folder}`),
      createRemote: ({ url, allowRemoteHosts }) => create(`${url} ${allowRemoteHosts}`),
    });
    const open = { ...remote('http://b'), model: { ...defaultSettings.model, allowRemoteHosts: true } };
    expect(critics.for(remote('http://a'))).toBe(critics.for(remote('http://a')));
    expect(critics.for(open)).not.toBe(critics.for(remote('http://b')));
    expect(made).toEqual(['http://a false', 'http://b true', 'http://b false']);
    expect(critics.for(defaultSettings)).toBe(critics.bundled);
    critics.for({ ...defaultSettings, critic: { ...defaultSettings.critic, backend: 'cprs', folder: '/m' } });
    await critics.dispose();
    expect(disposed.toSorted()).toEqual(['bundled 0', 'cprs /m', 'http://a false', 'http://b false', 'http://b true']);
  });
});

describe('in an answer', () => {
  it('a failing server leaves the choice to BM25, and a sentence that names the host', async () => {
    const { server, critic } = await openBench({
      respond: (response) => response.writeHead(500).end('Internal Server Error'),
    });
    const { answer, events } = await ask(
      {},
      { compressor: createCompressor(critic, { cutCode: async ({ texts }) => texts.map(() => null) }) },
    );
    expect(answer.outcome).toBe('evidence');
    expect(answer.evidence.length).toBeGreaterThan(0);
    expect(answer.evidence.every(({ text, start, end }) => handbook.slice(start, end) === text)).toBe(true);
    const failed = events.filter((event) => event.kind === 'stepFailed');
    expect(failed).toMatchObject([
      {
        stage: 'compress',
        message:
          'The critic cannot be used, so BM25 alone chose the evidence: The critic at ' +
          `${server.url} refused the request with status 500 (Internal Server Error); see its log, then ask again.`,
      },
    ]);
  });
});

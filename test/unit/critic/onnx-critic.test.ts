/** The critic over its worker threads: ranking, streaming, cache, cancellation and failure. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { compressPassages } from '../../../server/src/critic/compress-passages';
import { OnnxCritic } from '../../../server/src/critic/onnx-critic';
import { createCritic, modelFolder, readSources, workerFile } from './critic-fixtures';

const folder = mkdtempSync(join(tmpdir(), 'longfold-critic-'));
const critic = createCritic(2);
afterAll(async () => {
  await critic.dispose();
  rmSync(folder, { recursive: true });
});

const never = new AbortController().signal;
const sources = readSources();
const contexts = sources.slice(0, 24).map(({ name, text }) => ({ id: name, text: text.slice(0, 1200) }));
const ask = (question: string) => ({ instruction: '', question, contexts });

/** Filler that shares no word with the golds' questions. */
const filler = {
  en: [
    'The museum opens at nine.',
    'Bread is baked from flour and water.',
    'Her brother plays the violin in a quartet.',
    'Snow fell on the mountain road.',
  ],
  zh: ['图书馆周一不开放。', '他喜欢在河边钓鱼。', '这道菜需要三个鸡蛋。', '昨天的比赛推迟了。'],
  code: [
    'const total = items.length',
    'return left + right',
    'logger.info(message)',
    'for (const row of rows) print(row)',
  ],
};

test.each([
  ['en', 'When did the physician die?', 'The doctor passed away in 1911.'],
  ['en', 'What does a car need to drive?', 'Automobiles run on petrol or electricity.'],
  ['zh', '医生什么时候去世的？', '那位大夫于一九一一年逝世。'],
  ['code', 'delete a file from disk', 'fs.unlinkSync(path)'],
] as const)(
  'late interaction ranks a planted %s sentence first that shares no word with %s',
  async (kind, question, gold) => {
    const text = [...filler[kind].slice(0, 2), gold, ...filler[kind].slice(2)].join('\n');
    const passages = [{ id: 'a', text }];
    const result = await compressPassages({
      critic,
      question,
      instruction: '',
      passages,
      granularity: 'line',
      tokenBudget: 30,
      signal: never,
    });
    const best = [...result.unitScores].sort((left, right) => right.criticScore - left.criticScore)[0];
    expect(text.slice(best?.startOffset, best?.endOffset)).toBe(gold);
  },
);

test('gives logits from which the unit and its bounds can be read: O is 0, B starts and E ends a unit', async () => {
  const text = 'The first sentence is here. The second one follows it.';
  const [labelled] = await critic.label(
    { instruction: '', question: 'first', contexts: [{ id: 'a', text }] },
    { signal: never },
  );
  const logits = labelled?.logits ?? new Float32Array();
  const winners = Array.from(labelled?.starts ?? [], (_, token) => {
    const [b = 0, i = 0, o = 1, e = 0] = logits.subarray(4 * token, 4 * token + 4);
    return o === 0 ? 'BIE'.charAt([b, i, e].indexOf(Math.max(b, i, e))) : '?';
  }).join('');
  expect(winners).toMatch(/^BI+EBI+E$/);
  expect(text.slice(0, labelled?.ends[winners.indexOf('E')])).toBe('The first sentence is here.');
});

test('reads nothing again for a second question on the same contexts', async () => {
  await critic.label(ask('What is a plugin?'), { signal: never });
  const before = critic.statistics;
  await critic.label(ask('How are errors handled?'), { signal: never });
  const after = critic.statistics;
  expect(after.unitsEncoded - before.unitsEncoded).toBe(0);
  expect(after.unitsCached - before.unitsCached).toBeGreaterThan(300);
});

test('hands each context out once while reading, and ranks a growing set of passages', async () => {
  const fresh = createCritic(2);
  const seen: number[] = [];
  const passages = contexts.slice(0, 8);
  const request = {
    question: 'hooks',
    instruction: '',
    passages,
    granularity: 'line',
    tokenBudget: 100,
    signal: never,
  } as const;
  const result = await compressPassages({
    ...request,
    critic: fresh,
    onRanked: ({ passagesRead }) => seen.push(passagesRead),
  });
  await fresh.dispose();
  expect(seen.length).toBeGreaterThan(2);
  expect(seen).toEqual([...seen].sort((left, right) => left - right));
  expect(seen.at(-1)).toBe(8);
  expect(result.tokensKept).toBeLessThanOrEqual(100);
});

test('stops within a second of a cancel, and answers the next question', async () => {
  const fresh = createCritic(1, 0);
  await fresh.countTokens(['warm'], never);
  const stop = new AbortController();
  let stoppedAt = 0;
  let batches = 0;
  const onBatch = (): void => {
    if (++batches !== 2) return;
    stoppedAt = performance.now();
    stop.abort();
  };
  await expect(fresh.label(ask('cancel me'), { signal: stop.signal, onBatch })).rejects.toMatchObject({
    name: 'CancelledError',
  });
  expect(performance.now() - stoppedAt).toBeLessThan(1000);
  // The worker too must have stopped: it serves one call after the other.
  await fresh.label(
    { instruction: '', question: 'next', contexts: [{ id: 'a', text: 'One line.' }] },
    { signal: never },
  );
  expect(performance.now() - stoppedAt).toBeLessThan(3000);
  expect(batches).toBe(2);
  await fresh.dispose();
});

test('starts a worker anew that dies, once, and says in one sentence when it dies again', async () => {
  const dying = join(folder, 'dying.js');
  const marker = join(folder, 'marker');
  // The first start dies on its first call; the second is the real worker.
  writeFileSync(
    dying,
    `const fs = require('node:fs'); const { parentPort } = require('node:worker_threads');
     if (!fs.existsSync(${JSON.stringify(marker)})) parentPort.on('message', () => { fs.writeFileSync(${JSON.stringify(marker)}, ''); process.exit(3); });
     else require(${JSON.stringify(workerFile)});`,
  );
  const recovering = new OnnxCritic({ workerFile: dying, modelFolder, workers: 1 });
  const question = ask('What is a plugin?');
  expect(await recovering.label(question, { signal: never })).toEqual(await critic.label(question, { signal: never }));
  await recovering.dispose();
  writeFileSync(dying, `require('node:worker_threads').parentPort.on('message', () => process.exit(3));`);
  const dead = new OnnxCritic({ workerFile: dying, modelFolder, workers: 2 });
  await expect(dead.label(question, { signal: never })).rejects.toThrow(
    /^The critic's worker stopped twice \(.*\); ask again/,
  );
  await dead.dispose();
});

test('takes an empty request, blank contexts and a question of 10,000 words', async () => {
  expect(await critic.label({ instruction: '', question: '', contexts: [] }, { signal: never })).toEqual([]);
  const request = {
    instruction: '',
    question: 'word '.repeat(10_000),
    contexts: [
      { id: 'a', text: ' \n ' },
      { id: 'b', text: 'A line.' },
    ],
  };
  const labelled = await critic.label(request, { signal: never });
  expect(labelled.map(({ id, starts }) => [id, starts.length > 0])).toEqual([
    ['a', false],
    ['b', true],
  ]);
  expect(labelled[1]?.logits.every(Number.isFinite)).toBe(true);
});

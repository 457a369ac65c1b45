/** Hostile texts and dying workers over the real model: it ends, spans are exact, and nothing depends on the workers. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compressPassages, type CompressedPassages } from '../../../server/src/critic/compress-passages';
import type { Critic } from '../../../server/src/critic/critic';
import { OnnxCritic } from '../../../server/src/critic/onnx-critic';
import { createCritic, modelFolder, readSources, workerFile } from './critic-fixtures';

const folder = mkdtempSync(join(tmpdir(), 'longfold-bad-input-'));
let critic: OnnxCritic;
beforeAll(() => {
  critic = createCritic(2);
});
afterAll(async () => {
  await critic.dispose();
  rmSync(folder, { recursive: true });
});

const question = 'Which hook runs before validation?';

function compress(by: Critic, texts: readonly string[], asked = question): Promise<CompressedPassages> {
  const passages = texts.map((text, place) => ({ id: `p${place}`, text }));
  const signal = new AbortController().signal;
  const request = { critic: by, question: asked, instruction: '', passages, tokenBudget: 120, signal };
  return compressPassages({ ...request, granularity: 'sentence' });
}

/** Rules that kept spans break; a text may itself hold lone surrogates, so only pairs must stay whole. */
function findFaults(texts: readonly string[], { spans, tokensKept }: CompressedPassages): readonly string[] {
  const faults = tokensKept > 120 ? ['the budget is exceeded'] : [];
  for (const { contextId, startOffset, endOffset } of spans) {
    const text = texts[Number(contextId.slice(1))] ?? '';
    const slice = text.slice(startOffset, endOffset);
    if (slice === '' || slice.trim() !== slice || slice.length !== endOffset - startOffset)
      faults.push('no exact slice');
    const edges = [startOffset, endOffset].map((place) => text.slice(place - 1, place + 1));
    if (edges.some((edge) => /^[\ud800-\udbff][\udc00-\udfff]$/.test(edge))) faults.push('a pair is cut in two');
  }
  return faults;
}

test.each<[string, readonly string[]]>([
  ['no text', []],
  ['empty texts', ['', ' \n\t ', '\u3000']],
  [
    'lone surrogates',
    ['The hook\ud83d runs\ude00 first.\udc00\ud800 \ud800\ud800 Validation follows it.', '\ud83d', '\ude00'],
  ],
  [
    'right to left',
    ['الخطاف onRequest يعمل قبل التحقق. \u202eנבדק אחר כך\u202c ואז preValidation.', '\u200f\u202b\u2067'],
  ],
  [
    'combining characters',
    [`Z${'\u0301\u0327'.repeat(3000)} hook. e\u0301 before validation, 각 \u1100\u1161\u11a8.`, '\u0301'],
  ],
  ['control and zero-width characters', ['\u0000hook\u200b\u200d\ufeff before\u0007 validation.\u2028Next\u0085line.']],
])('reads %s: it ends, and what is kept are exact slices', async (_name, texts) => {
  const result = await compress(critic, texts);
  expect(findFaults(texts, result)).toEqual([]);
  expect(result.spans.length > 0).toBe(texts.some((text) => /\p{L}/u.test(text)));
});

test('takes a question of lone surrogates, marks and nothing', async () => {
  for (const asked of ['', '\ud800', '\u0301\u0301', '\u202e']) {
    const result = await compress(critic, ['The hook runs.'], asked);
    expect(result.unitScores.every(({ score }) => Number.isFinite(score))).toBe(true);
  }
});

test(
  'reads one line of 500,000 characters, with and without spaces, in bounded memory',
  { timeout: 300_000 },
  async () => {
    const words = 'preValidation hooks run before validation of the body and '.repeat(9000).slice(0, 500_000);
    // The same words again and again: most states come from the cache, so that the test stays short.
    const texts = [words.replace(/ $/, '.')];
    const result = await compress(critic, texts);
    expect(findFaults(texts, result)).toEqual([]);
    expect(result.spans.length).toBeGreaterThan(0);
    const solid = ['x'.repeat(500_000)];
    const second = await compress(critic, solid);
    expect(findFaults(solid, second)).toEqual([]);
    expect(process.memoryUsage.rss()).toBeLessThan(1_200_000_000);
  },
);

/** The real worker, whose thread ends in the middle of a call until it has done so `deaths` times. */
function createMortal(name: string, deaths: number): { readonly file: string; readonly died: () => number } {
  const [file, count] = [join(folder, `${name}.js`), join(folder, `${name}.count`)];
  const died = (): number => (existsSync(count) ? readFileSync(count, 'utf8').length : 0);
  writeFileSync(
    file,
    `const fs = require('node:fs'); const { parentPort } = require('node:worker_threads');
     const count = ${JSON.stringify(count)};
     let labelled = 0;
     parentPort.on('message', (message) => {
       if (message.method !== 'label' || ++labelled !== 2) return;
       // Between two runs of the encoder: a thread that is stopped inside native code takes the process with it.
       setTimeout(() => {
         if (fs.existsSync(count) && fs.readFileSync(count, 'utf8').length >= ${deaths}) return;
         fs.appendFileSync(count, 'x');
         process.exit(9);
       }, 5);
     });
     require(${JSON.stringify(workerFile)});`,
  );
  return { file, died };
}

const texts = readSources()
  .slice(0, 8)
  .map(({ text }) => text.slice(0, 4000));

test('a worker killed in the middle of a batch: the batch is read again and the answer is the same', async () => {
  for (const workers of [1, 2]) {
    const { file, died } = createMortal(`once${workers}`, 1);
    const mortal = new OnnxCritic({ workerFile: file, modelFolder, workers });
    expect(await compress(mortal, texts)).toEqual(await compress(critic, texts));
    expect(died()).toBe(1);
    await mortal.dispose();
  }
});

test('a worker killed in the same batch twice: one sentence', async () => {
  const { file, died } = createMortal('twice', 99);
  // The second death has to meet the same batch, so it comes with the first call of the new worker.
  writeFileSync(
    file,
    readFileSync(file, 'utf8').replace('++labelled !== 2', `++labelled !== (fs.existsSync(count) ? 1 : 2)`),
  );
  const mortal = new OnnxCritic({ workerFile: file, modelFolder, workers: 1 });
  await expect(compress(mortal, texts)).rejects.toThrow(/^The critic's worker stopped twice \(.*\); ask again, .*\.$/);
  expect(died()).toBe(2);
  await mortal.dispose();
});

test('one, two and four workers give the same spans and scores', { timeout: 120_000 }, async () => {
  const results: CompressedPassages[] = [];
  for (const workers of [1, 2, 4]) {
    const fresh = createCritic(workers);
    results.push(await compress(fresh, texts));
    await fresh.dispose();
  }
  expect(results[1]).toEqual(results[0]);
  expect(results[2]).toEqual(results[0]);
});

/** Tokens until all gold is in the evidence: the joined workspace, the count, the curve and the comparison. */
import { gzipSync } from 'node:zlib';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { joinRecords } from '../../../server/src/eval/joined-workspace';
import { measureTokens, type IndexedWorkspace, type TokensParts } from '../../../server/src/eval/measure-tokens';
import { readRecords } from '../../../server/src/eval/read-records';
import { shareWithin, tokensForShare, tokensToAllGold } from '../../../server/src/eval/token-curve';
import { createNodeFileSystem } from '../../../server/src/platform/node-file-system';
import { temporaryFolder, writeFiles } from '../workspace/workspace-fixture';

const river = '# River\nThe Arn is a river. It ends in the Mellow sea.';
const town = '# Town\nOld Bridge lies at the Arn. 𝒳 marks it.';
const sea = '# Sea\nThe Mellow sea is salty.';

function record(id: string, question: string, paragraphs: readonly string[], gold: readonly string[]): object {
  const context = paragraphs.join('\n\n');
  const ranges = gold.map((text) => {
    const at = context.indexOf(text);
    const start = [...context.slice(0, at)].length;
    return [start, start + [...text].length];
  });
  return { id, set: 'small', task: 'multi-hop', lang: 'en', question, context, gold: ranges, gold_unit: 'sentence' };
}

const first = record(
  '1',
  'Where does the river at Old Bridge end?',
  [town, river],
  ['Old Bridge lies at the Arn.', 'It ends in the Mellow sea.'],
);
const second = record(
  '2',
  'Which sea is salty, and 𝒳?',
  [river, sea, town],
  ['The Mellow sea is salty.', '𝒳 marks it.'],
);

async function writeSet(root: string): Promise<string> {
  const lines = [first, second].map((line) => `${JSON.stringify(line)}\n`).join('');
  await writeFiles(root, { 'small.jsonl.gz': gzipSync(lines) });
  return root;
}

test('a workspace holds each paragraph once, and every gold range is the same text there', async () => {
  await using temporary = await temporaryFolder();
  const records = await readRecords(createNodeFileSystem(), await writeSet(temporary.path), 'small');
  const { files, questions } = joinRecords(records);
  expect([...files]).toEqual([
    ['documents/0001.md', `${town}\n\n${river}\n`],
    ['documents/0002.md', `${sea}\n`],
  ]);
  const texts = questions.map(({ gold }) => gold.map(({ path, start, end }) => files.get(path)?.slice(start, end)));
  expect(texts).toEqual([
    ['Old Bridge lies at the Arn.', 'It ends in the Mellow sea.'],
    ['The Mellow sea is salty.', '𝒳 marks it.'],
  ]);
});

test('counts the tokens of the shortest beginning that holds all gold', () => {
  const texts = new Map([
    ['a', 'one two three four'],
    ['b', 'five'],
  ]);
  const gold = [
    { path: 'a', start: 4, end: 13 },
    { path: 'b', start: 0, end: 4 },
  ];
  const slice = (path: string, start: number, end: number, tokens: number) => ({ path, start, end, tokens });
  // Two slices that meet in the middle of the gold hold it together.
  expect(
    tokensToAllGold(gold, texts, [
      slice('a', 0, 8, 10),
      slice('b', 0, 4, 5),
      slice('a', 7, 18, 7),
      slice('a', 0, 1, 9),
    ]),
  ).toBe(22);
  expect(tokensToAllGold(gold, texts, [slice('a', 0, 12, 10), slice('b', 0, 4, 5)])).toBe(Infinity);
  expect([100, 200, Infinity, 400].map((tokens) => shareWithin([100, 300, 300, Infinity], tokens))).toEqual([
    0.25, 0.25, 1, 0.75,
  ]);
  expect([0.25, 0.5, 0.75, 1].map((share) => tokensForShare([300, 100, Infinity, 300], share))).toEqual([
    100,
    300,
    300,
    null,
  ]);
});

test('compares what is gathered with whole chunks, and goes on from its log', async () => {
  await using temporary = await temporaryFolder();
  const folder = await writeSet(temporary.path);
  const asked: number[] = [];
  const parts: TokensParts = {
    fileSystem: createNodeFileSystem(),
    clock: { nowMs: () => 0, wallMs: () => 0 },
    version: '1',
    criticFingerprint: async () => 'critic',
    // A token a word.
    countTokens: async (texts) => texts.map((text) => text.split(/\s+/).length),
    withWorkspace: async (files, _signal, use) => {
      const chunk = (text: string) => {
        const path = [...files].find(([, whole]) => whole.includes(text))?.[0] ?? '';
        const start = files.get(path)?.indexOf(text) ?? 0;
        return { path, start, end: start + text.length, text };
      };
      const workspace: IndexedWorkspace = {
        fingerprint: 'index',
        paths: [...files.keys()],
        readText: async (path) => files.get(path) ?? '',
        chunksOf: async (path) =>
          [town, river, sea]
            .map(chunk)
            .filter((one) => one.path === path)
            .map(({ start, end }) => ({ startOffset: start, endOffset: end })),
        gather: async (question, budget) => {
          asked.push(budget);
          return question.includes('salty')
            ? [chunk('The Mellow sea is salty.')]
            : [chunk('Old Bridge lies at the Arn.'), chunk('It ends in the Mellow sea.')];
        },
      };
      return use(workspace);
    },
  };
  const resumeFile = join(temporary.path, 'log.jsonl');
  const request = { folder, sets: ['small'], seed: 1, resumeFile, signal: new AbortController().signal };
  const rows = await measureTokens(request, parts);
  // Town and river for the first, 11 and 13 words; sea and town, or all three, for the second, by BM25's order.
  expect(rows.map(({ method, n, tokensFor }) => [method, n, tokensFor])).toEqual([
    ['bm25', 2, [24, 24, 31]],
    ['longfold', 2, [12, 12, null]],
  ]);
  expect(rows[1]?.ratios).toEqual([0.5, 0.5, null]);
  expect(rows[1]?.allGold[0]).toBe(0.5);
  expect(await measureTokens(request, parts)).toEqual(rows);
  // What needs more than a budget holds is gathered for the next one.
  expect(asked).toEqual([125, 125, 250, 500, 1000, 2000, 4000, 8000]);
});

/** Static embeddings with the shipped table: what is alike in meaning is alike in direction, the same on every machine. */
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { StaticEmbedder, EmbeddedText } from '../../../server/src/embed/static-embedder';
import { WordCache } from '../../../server/src/embed/word-cache';
import { forEachRun } from '../../../server/src/embed/word-runs';
import { loadStaticEmbedder } from '../../../server/src/workers/static-folder';

const tableFolder = 'models/static';
const criticFolder = 'models/critic';
let embedder: StaticEmbedder;
beforeAll(async () => {
  embedder = await loadStaticEmbedder(tableFolder, criticFolder);
});

function cosine(a: EmbeddedText, b: EmbeddedText): number {
  return a.vector.reduce((sum, part, idx) => sum + part * (b.vector[idx] ?? NaN), 0) * a.scale * b.scale;
}

/** Rank from 1 of the answer among all passages. */
function rankOf(question: string, answer: string, passages: readonly string[]): number {
  const asked = embedder.embedText(question);
  const scoreOf = (text: string): number => cosine(asked, embedder.embedText(text));
  return 1 + passages.filter((text) => text !== answer && scoreOf(text) >= scoreOf(answer)).length;
}

const paraphrases: readonly (readonly [question: string, answer: string])[] = [
  ['delete a folder', 'def remove_directory(path): shutil.rmtree(path)'],
  ['automobile price', 'The car costs twenty thousand dollars.'],
  ['Who is the physician in charge?', 'Our senior doctor leads the ward and sees every patient.'],
  ['stop waiting when nothing arrives', 'const timeoutMs = 5000; // abort a request that is too slow'],
  ['高血压怎么治疗', '医生建议病人每天服用降压药物，并控制盐的摄入。'],
  ['球队何时夺冠', '2010年，俱乐部赢得了联赛的冠军奖杯。'],
  ['picture size', 'The image has a width of 640 and a height of 480 pixels.'],
];

test('finds without a shared word: each answer is the first of all, or for the last question the second', () => {
  const passages = paraphrases.map(([, passage]) => passage);
  expect(paraphrases.map(([question, answer]) => rankOf(question, answer, passages))).toEqual([1, 1, 1, 1, 1, 1, 2]);
});

test('an identifier is read as its words, in whatever style it is written', () => {
  const words = embedder.embedText('parse http header 2');
  for (const text of [
    'parseHTTPHeader2',
    'parse_http_header_2',
    'PARSE-HTTP-HEADER-2',
    'ｐａｒｓｅ HTTP．Header（2）',
  ]) {
    expect(embedder.embedText(text)).toEqual(words);
  }
});

test.each([
  [
    'The quick brown fox jumps over the lazy dog.',
    { first: [1, -83, 66, -62, 78, 80], hash: '1b6c53cd72198ecc', scale: '0.002192577' },
  ],
  [
    'async function readConfig(path: string): Promise<Config> { return JSON.parse(await readFile(path)); }',
    { first: [56, -13, 84, 19, -17, -10], hash: '59616a4ec1d96839', scale: '0.001791749' },
  ],
  [
    '静态向量让检索不用等待，naïve 也算在内。',
    { first: [-127, 44, -17, 29, -2, -10], hash: '36b1caaac2808818', scale: '0.004244190' },
  ],
])('gives the same numbers everywhere: %s', (text, expected) => {
  const { vector, scale } = embedder.embedText(text);
  const hash = createHash('sha256').update(vector).digest('hex').slice(0, 16);
  expect({ first: [...vector.subarray(0, 6)], hash, scale: scale.toFixed(9) }).toEqual(expected);
});

test('what was embedded before changes nothing', async () => {
  const texts = ['setTimeout clears a timer', '计时器', 'timer timer timer setTimeout'];
  const first = texts.map((text) => embedder.embedText(text));
  for (let idx = 0; idx < 40_000; idx++) embedder.embedText(`word${idx.toString(36)}`);
  expect(texts.map((text) => embedder.embedText(text))).toEqual(first);
  const fresh = await loadStaticEmbedder(tableFolder, criticFolder);
  expect([...texts].reverse().map((text) => fresh.embedText(text))).toEqual([...first].reverse());
});

test('the length is 1, and 0 where there is no word', () => {
  const text = embedder.embedText('A text of any length has a vector of the same length. '.repeat(200));
  expect(cosine(text, text)).toBeCloseTo(1, 9);
  expect(Math.max(...text.vector.map(Math.abs))).toBe(127);
  for (const empty of ['', ' \n\t', '{}();', '😀👍🏽', 'x'.repeat(500)]) {
    expect(embedder.embedText(empty)).toEqual({ vector: new Int8Array(embedder.dimensions), scale: 0 });
  }
});

test('a text of 1 MB without a space is read in seconds of the processor, whatever it is made of', () => {
  for (const part of ['x', 'Ab', '的', '_a', '\ud83d\ude00', 'é']) {
    const before = process.cpuUsage();
    embedder.embedText(part.repeat(1_000_000 / part.length));
    expect(process.cpuUsage(before).user).toBeLessThan(10_000_000);
  }
});

test('runs leave out what is no word and part scripts', () => {
  const text = '使用fastify框架_v2 の例 ' + 'z'.repeat(101) + ' 한국어 ' + '长'.repeat(70);
  const runs: string[] = [];
  forEachRun(text, (start, end, isUnspaced) => runs.push(`${text.slice(start, end)}${isUnspaced ? '*' : ''}`));
  expect(runs).toEqual([
    '使用*',
    'fastify',
    '框架*',
    'v2',
    'の例*',
    '한국어',
    `${'长'.repeat(64)}*`,
    `${'长'.repeat(6)}*`,
  ]);
});

test('the cache keeps what is asked for and forgets the rest', () => {
  const cache = new WordCache<number>(3);
  cache.set('kept', 1);
  for (let idx = 0; idx < 20; idx++) {
    cache.set(`w${idx}`, idx);
    expect(cache.get('kept')).toBe(1);
  }
  expect([cache.get('w19'), cache.get('w3')]).toEqual([19, undefined]);
});

describe('a damaged table', () => {
  const folder = mkdtempSync(join(tmpdir(), 'longfold-static-'));
  const table = join(folder, 'table.bin');
  beforeEach(() => cpSync(tableFolder, folder, { recursive: true }));
  afterAll(() => rmSync(folder, { recursive: true }));

  /** Changes the table and makes the manifest agree with it, as one from another release would. */
  function rewrite(change: (bytes: Buffer) => Buffer): void {
    const bytes = change(readFileSync(table));
    writeFileSync(table, bytes);
    const file = {
      name: 'table.bin',
      sizeBytes: bytes.length,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    };
    writeFileSync(join(folder, 'manifest.json'), JSON.stringify({ version: 1, files: [file] }));
  }
  const withByte = (place: number, value: number) => (bytes: Buffer) => {
    bytes[place] = value;
    return bytes;
  };

  test.each<[string, () => void, string]>([
    ['missing', () => rmSync(table), 'table.bin is missing'],
    ['cut short', () => truncateSync(table, 5000), 'table.bin has 5000 bytes instead of'],
    ['flipped', () => writeFileSync(table, withByte(9999, 1)(withByte(9998, 1)(readFileSync(table)))), 'SHA-256'],
    ['without a manifest', () => rmSync(join(folder, 'manifest.json')), 'manifest.json is missing'],
    ['another file', () => rewrite(() => Buffer.from('no table')), 'table.bin is no table of token vectors'],
    ['of a later version', () => rewrite(withByte(4, 2)), 'table.bin has version 2 instead of 1'],
    [
      'shorter than it says',
      () => rewrite((bytes) => bytes.subarray(0, 90_000)),
      'table.bin has 90000 bytes instead of',
    ],
    ['for another tokenizer', () => rewrite(withByte(20, 0)), 'table.bin belongs to another tokenizer.json'],
  ])('is told in one sentence: %s', async (_what, damage, reason) => {
    damage();
    const error: unknown = await loadStaticEmbedder(folder, criticFolder).catch((found: unknown) => found);
    expect(error).toMatchObject({ message: expect.stringContaining(reason) });
    expect(String(error)).toMatch(
      /^Error: The table of token vectors in \S+ cannot be loaded \(.+\); reinstall Longfold\.$/,
    );
  });
});

/** A damaged copy of the critic's model: one clear sentence, and BM25 chooses the evidence over the same units. */
import { cpSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { askedWords, createBm25Entry, scoreBm25 } from '../../../server/src/critic/bm25';
import { compressPassages } from '../../../server/src/critic/compress-passages';
import { OnnxCritic } from '../../../server/src/critic/onnx-critic';
import { cutUnits } from '../../../server/src/critic/units';
import { compressTexts, createCompressor } from '../../../server/src/session/critic-compressor';
import { ask, handbook, passages } from '../answer/question-bench';
import { createCritic, modelFolder, workerFile } from './critic-fixtures';

const never = new AbortController().signal;
const folder = mkdtempSync(join(tmpdir(), 'longfold-damaged-'));
const question = 'How long does the Heron wait?';
const fallBack = 'The critic cannot be used, so BM25 alone chose the evidence: ';
let damaged: OnnxCritic;
beforeEach(() => {
  cpSync(modelFolder, folder, { recursive: true });
  damaged = new OnnxCritic({ workerFile, modelFolder: folder, workers: 2 });
});
afterEach(() => damaged.dispose());
afterAll(() => rmSync(folder, { recursive: true }));

function flipByte(name: string): void {
  const file = join(folder, name);
  const bytes = readFileSync(file);
  const place = Math.floor(bytes.length / 2);
  bytes[place] = (bytes[place] ?? 0) ^ 1;
  writeFileSync(file, bytes);
}

/** These granularities need no parser. */
const noCutter = { cutCode: () => Promise.reject(new Error('Nothing is to be cut here.')) };

test.each<[string, () => void, RegExp]>([
  ['a flipped byte in the encoder', () => flipByte('encoder.onnx'), /encoder\.onnx is damaged: its SHA-256/],
  ['a flipped byte in the scorer', () => flipByte('scorer.json'), /scorer\.json is damaged: its SHA-256/],
  ['a flipped byte in the tokenizer', () => flipByte('tokenizer.json'), /tokenizer\.json is damaged: its SHA-256/],
  ['a cut encoder', () => truncateSync(join(folder, 'encoder.onnx'), 9), /encoder\.onnx has 9 bytes instead of \d+/],
  ['no encoder', () => rmSync(join(folder, 'encoder.onnx')), /encoder\.onnx is missing/],
  ['no manifest', () => rmSync(join(folder, 'manifest.json')), /manifest\.json is missing/],
  ['a manifest that is no JSON', () => writeFileSync(join(folder, 'manifest.json'), '{'), /manifest\.json is no JSON/],
  [
    'a manifest of another form',
    () => writeFileSync(join(folder, 'manifest.json'), '{"version":2}'),
    /manifest\.json is not of the form/,
  ],
  [
    'a manifest without the files',
    () => writeFileSync(join(folder, 'manifest.json'), '{"version":1}'),
    /manifest\.json does not name/,
  ],
])('says in one sentence what is wrong: %s', async (_name, damage, reason) => {
  damage();
  const request = { critic: damaged, question, instruction: '', passages: [{ id: 'a', text: handbook }] };
  const options = { granularity: 'sentence', tokenBudget: 50, signal: never } as const;
  const error: unknown = await compressPassages({ ...request, ...options }).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: 'CriticError', message: expect.stringMatching(reason) as unknown });
  expect(String(error)).toMatch(/^CriticError: The critic model in .* cannot be loaded \(.*\); reinstall Longfold\.$/);
  const { spans, problem } = await compressTexts(
    { critic: damaged, cutter: noCutter },
    [{ path: 'a.md', text: handbook }],
    { text: question, granularity: 'sentence', tokenBudget: 50 },
    never,
  );
  expect(problem).toMatch(/^The critic cannot be used, so BM25 alone chose the evidence: The critic model in/);
  expect(spans.length).toBeGreaterThan(0);
  expect(spans.every(({ start, end, text }) => handbook.slice(start, end) === text)).toBe(true);
});

test('a budget that is a share of what is read holds for BM25 alone, too', async () => {
  flipByte('encoder.onnx');
  const { tokensRead, tokensKept, problem } = await compressTexts(
    { critic: damaged, cutter: noCutter },
    [{ path: 'a.md', text: handbook }],
    { text: question, granularity: 'sentence', tokenBudget: Infinity, tokenShare: 0.5 },
    never,
  );
  expect(problem).toContain('BM25 alone');
  expect(tokensKept).toBeGreaterThan(0);
  expect(tokensKept).toBeLessThanOrEqual(Math.ceil(tokensRead / 2));
});

test('an answer over a damaged encoder has the best BM25 units within the budget, in the critic’s tokens, and says so', async () => {
  flipByte('encoder.onnx');
  const { answer, events } = await ask(
    { question, granularity: 'sentence', tokenBudget: 60 },
    { compressor: createCompressor(damaged, noCutter) },
  );
  const failed = events.filter((event) => event.kind === 'stepFailed');
  expect(failed).toMatchObject([{ stage: 'compress', message: expect.stringContaining(fallBack) as unknown }]);
  expect(answer.evidence.every(({ text, start, end }) => handbook.slice(start, end) === text)).toBe(true);
  const finished = events.find((event) => event.kind === 'compressionFinished');
  const sound = createCritic(1);
  const counts = await sound.tokenize(
    passages.map(({ text }, place) => ({ id: `${place}`, text })),
    never,
  );
  await sound.dispose();
  expect(finished).toMatchObject({ granularity: 'sentence', tokenBudget: 60 });
  expect(finished?.tokensRead).toBe(counts.reduce((sum, { starts }) => sum + starts.length, 0));
  expect(finished?.tokensKept).toBeLessThanOrEqual(60);
});

test('ranks the units of the granularity by BM25 and nothing else', async () => {
  rmSync(join(folder, 'encoder.onnx'));
  for (const granularity of ['sentence', 'paragraph', 'line'] as const) {
    const text = handbook.replace(/^#.*$/gm, '');
    const units = cutUnits(text, granularity).filter((unit) => unit.isKeepable);
    const asked = askedWords(question);
    const scores = scoreBm25(
      asked,
      units.map((unit) => createBm25Entry(text.slice(unit.startOffset, unit.endOffset), asked)),
    );
    const best = units[scores.indexOf(Math.max(...scores))];
    const kept = await createCompressor(damaged, noCutter).compress([{ id: 'a', path: 'a.md', text }], {
      question,
      granularity,
      tokenBudget: 200,
      signal: never,
    });
    const top = kept.spans.toSorted((one, other) => other.score - one.score)[0];
    expect(top?.startOffset).toBeLessThanOrEqual(best?.startOffset ?? -1);
    expect(top?.endOffset).toBeGreaterThanOrEqual(best?.endOffset ?? Infinity);
    expect(top?.score).toBeCloseTo(Math.max(...scores), 10);
  }
});

test('labels as the tokenizer cuts: the fallback counts the tokens that the critic would', async () => {
  const contexts = [{ id: 'a', text: handbook }];
  const [labelled] = await damaged.label({ instruction: '', question, contexts }, { signal: never });
  const [tokenized] = await damaged.tokenize(contexts, never);
  expect(tokenized?.starts).toEqual(labelled?.starts);
  expect(tokenized?.ends).toEqual(labelled?.ends);
});

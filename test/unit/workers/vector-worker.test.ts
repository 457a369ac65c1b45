/** The index by meaning over its real worker. */
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createVectorIndex, VectorIndexError, type QueryVector } from '../../../server/src/index/vector-index';
import { CancelledError } from '../../../server/src/util/cancelled';

const parts = {
  workerFile: resolve('dist/workers/vector.worker.js'),
  tableFolder: resolve('models/static'),
  criticFolder: resolve('models/critic'),
};
const never = new AbortController().signal;
const passages = [
  'The server writes each record to the log before it answers.',
  'Cats sleep most of the day.',
  'function openDatabase(path) { return new Database(path); }',
  '会议在下午三点开始。',
];
const index = createVectorIndex(parts);
beforeAll(async () => {
  const { vectors, scales } = await index.embed(passages, never);
  await index.put([10, 20, 30, 40], vectors, scales);
});
afterAll(() => index.dispose());

async function embedOne(text: string): Promise<QueryVector> {
  const { vectors, scales } = await index.embed([text], never);
  return { vector: vectors, scale: scales[0] ?? NaN };
}

test.each([
  ['pets that nap', 20],
  ['create a db connection', 30],
  ['几点开会', 40],
  ['journaling before replying to the client', 10],
])('finds by meaning: %s', async (question, id) => {
  const hits = await index.search(await embedOne(question), 2, never);
  expect(hits.map((hit) => hit.id)[0]).toBe(id);
  expect(hits).toHaveLength(2);
});

test('a chunk that is replaced or removed is no longer found as it was', async () => {
  const own = createVectorIndex(parts);
  const { vectors, scales } = await own.embed(passages.slice(0, 2), never);
  const width = vectors.length / 2;
  await own.put([1, 2], vectors, scales);
  const query = { vector: vectors.subarray(0, width), scale: scales[0] ?? NaN };
  await own.put([1], vectors.subarray(width), scales.subarray(1));
  const [best] = await own.search(query, 1, never);
  expect([own.size, (best?.score ?? 1) < 0.9]).toEqual([2, true]);
  await own.remove([1, 77]);
  expect((await own.search(query, 5, never)).map(({ id }) => id)).toEqual([2]);
  await own.clear();
  expect([own.size, await own.search(query, 5, never)]).toEqual([0, []]);
  await own.dispose();
});

test('a cancelled search is cancelled, not failed', async () => {
  const query = await embedOne('log');
  const controller = new AbortController();
  const search = index.search(query, 5, controller.signal);
  controller.abort();
  await expect(search).rejects.toThrow(CancelledError);
});

test('what does not fit fails alone', async () => {
  const wrong = index.put([1], new Int8Array(16), Float32Array.of(1));
  await expect(wrong).rejects.toMatchObject({
    reason: 'failed',
    message: expect.stringContaining('Vectors of 16 parts'),
  });
  expect(index.size).toBe(4);
});

test('a worker that ends takes its vectors with it, and says so', async () => {
  const own = createVectorIndex(parts);
  const { vectors, scales } = await own.embed(passages, never);
  await own.put([1, 2, 3, 4], vectors, scales);
  const pending = own.put([5], vectors.slice(0, vectors.length / 4), scales.slice(0, 1));
  const lost = expect(pending).rejects.toSatisfy((error) => VectorIndexError.is(error, 'lost'));
  await own.dispose();
  await lost;
  expect(own.size).toBe(0);
});

test('a table that is not there fails each call with one sentence', async () => {
  const own = createVectorIndex({ ...parts, tableFolder: resolve('models/nowhere') });
  for (let attempt = 0; attempt < 2; attempt++) {
    await expect(own.embed(['x'], never)).rejects.toMatchObject({
      reason: 'failed',
      message: expect.stringMatching(
        /models.nowhere cannot be loaded \(manifest\.json is missing\); reinstall Longfold\.$/,
      ),
    });
  }
  await own.dispose();
});

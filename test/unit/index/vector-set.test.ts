/** The vector scan against plain loops and full sorts over random vectors. */
import { expect, test } from 'vitest';
import { createSeededRandom } from '../../../server/src/eval/seeded-random';
import { createDotKernel } from '../../../server/src/index/dot-kernel';
import { TopHits, type VectorHit } from '../../../server/src/index/top-hits';
import { maxVectors, VectorSet } from '../../../server/src/index/vector-set';
import { CancelledError } from '../../../server/src/util/cancelled';

/** All of int8, its ends among them. */
function randomParts(random: () => number, count: number): Int8Array {
  return Int8Array.from({ length: count }, () => Math.floor(random() * 256) - 128);
}

function plainDot(a: Int8Array, b: Int8Array): number {
  let sum = 0;
  for (let idx = 0; idx < a.length; idx++) sum += (a[idx] ?? NaN) * (b[idx] ?? NaN);
  return sum;
}

function scaleOf(vector: Int8Array): number {
  return 1 / Math.sqrt(plainDot(vector, vector));
}

/** A set and, beside it, what it should hold. */
class Checked {
  readonly set: VectorSet;
  readonly model = new Map<number, { readonly vector: Int8Array; readonly scale: number }>();

  constructor(readonly dimensions: number) {
    this.set = new VectorSet(dimensions);
  }

  put(ids: readonly number[], vectors: Int8Array): void {
    const width = this.dimensions;
    const rows = ids.map((_, idx) => vectors.slice(idx * width, (idx + 1) * width));
    const scales = Float32Array.from(rows, scaleOf);
    this.set.put(Float64Array.from(ids), vectors, scales);
    ids.forEach((id, idx) => this.model.set(id, { vector: rows[idx] ?? new Int8Array(), scale: scales[idx] ?? 0 }));
  }

  remove(ids: readonly number[]): void {
    this.set.remove(Float64Array.from(ids));
    for (const id of ids) this.model.delete(id);
  }

  sorted(query: Int8Array): readonly VectorHit[] {
    const hits = [...this.model].map(([id, { vector, scale }]) => ({
      id,
      score: plainDot(query, vector) * scale * scaleOf(query),
    }));
    return hits.sort((a, b) => b.score - a.score || a.id - b.id);
  }
}

test.each([16, 48, 128, 256, 512])('dot products of %i parts are those of a plain loop', (dimensions) => {
  const random = createSeededRandom(dimensions, 'vectors');
  const [count, outAt, vectorsAt] = [301, 4096, 8192];
  const { memory, dots } = createDotKernel();
  memory.grow(4);
  const query = randomParts(random, dimensions);
  const vectors = randomParts(random, count * dimensions);
  // The largest sums there are.
  vectors.fill(-128, 0, dimensions);
  new Int16Array(memory.buffer, 0, dimensions).set(query);
  new Int8Array(memory.buffer, vectorsAt).set(vectors);
  new Int32Array(memory.buffer, outAt, count + 1).fill(77);

  dots(0, vectorsAt, count, dimensions, outAt);

  const expected = Array.from({ length: count }, (_, row) =>
    plainDot(query, vectors.subarray(row * dimensions, (row + 1) * dimensions)),
  );
  expect([...new Int32Array(memory.buffer, outAt, count + 1)]).toEqual([...expected, 77]);
});

test('the best are those of a full sort, after vectors were added, replaced and removed', async () => {
  const random = createSeededRandom(5, 'vectors');
  const checked = new Checked(32);
  for (let round = 0; round < 12; round++) {
    // Ids come again in later rounds; more than one block of the scan in the end.
    const ids = [...new Set(Array.from({ length: 900 }, () => Math.floor(random() * 9000) + 2 ** 40))];
    checked.put(ids, randomParts(random, ids.length * 32));
    checked.remove([...checked.model.keys()].filter(() => random() < 0.05).concat([1, 2]));
    const query = randomParts(random, 32);
    const found = await checked.set.search(query, scaleOf(query), 40);
    expect(found).toEqual(checked.sorted(query).slice(0, 40));
  }
  expect(checked.set.size).toBe(checked.model.size);
  expect(checked.set.size).toBeGreaterThan(4096);
});

test('a vector finds itself with the cosine 1, and its opposite last with -1', async () => {
  const checked = new Checked(16);
  const vector = Int8Array.from({ length: 16 }, (_, idx) => 7 * idx - 50);
  checked.put([1, 2, 3], Int8Array.from([...vector, ...vector.map((part) => -part), ...new Int8Array(16).fill(1)]));
  const hits = await checked.set.search(vector, scaleOf(vector), 10);
  expect(hits.map(({ id }) => id)).toEqual([1, 3, 2]);
  expect(hits[0]?.score).toBeCloseTo(1, 6);
  expect(hits[2]?.score).toBeCloseTo(-1, 6);
});

test('equal scores come by id, whatever was put first, and the limit cuts among them', () => {
  const top = new TopHits(3);
  for (const id of [9, 4, 7, 1, 8]) top.offer(id, 0.5);
  top.offer(6, 0.6);
  expect(top.finish()).toEqual([
    { id: 6, score: 0.6 },
    { id: 1, score: 0.5 },
    { id: 4, score: 0.5 },
  ]);
});

test('a text without words is never found, and nothing is found in an empty set', async () => {
  const set = new VectorSet(16);
  const query = new Int8Array(16).fill(3);
  expect(await set.search(query, 0.1, 5)).toEqual([]);
  set.put(Float64Array.of(1), new Int8Array(16), Float32Array.of(0));
  expect(await set.search(query, 0.1, 5)).toEqual([]);
  expect(set.size).toBe(1);
  set.clear();
  expect(set.size).toBe(0);
});

test('a search that is cancelled stops between its turns', async () => {
  const count = 200_000;
  const set = new VectorSet(16);
  const ids = Float64Array.from({ length: count }, (_, id) => id);
  set.put(ids, new Int8Array(16 * count).fill(1), new Float32Array(count).fill(0.25));
  const controller = new AbortController();
  const search = set.search(new Int8Array(16).fill(1), 0.25, 5, controller.signal);
  controller.abort();
  await expect(search).rejects.toThrow(CancelledError);
});

test('searches at the same time do not mix their questions', async () => {
  const count = 150_000;
  const set = new VectorSet(16);
  const vectors = randomParts(createSeededRandom(3, 'vectors'), 16 * count);
  set.put(
    Float64Array.from({ length: count }, (_, id) => id),
    vectors,
    new Float32Array(count).fill(0.01),
  );
  const queries = [10, 140_000].map((row) => vectors.slice(16 * row, 16 * row + 16));
  const apart = [];
  for (const query of queries) apart.push(await set.search(query, 1, 5));
  expect(await Promise.all(queries.map((query) => set.search(query, 1, 5)))).toEqual(apart);
});

test('says what does not fit, and changes nothing then', () => {
  expect(() => new VectorSet(100)).toThrow('Vectors of 100 parts cannot be searched');
  const set = new VectorSet(16);
  const put = (count: number, width: number, scales = count): void =>
    set.put(
      Float64Array.from({ length: count }, (_, id) => id),
      new Int8Array(count * width),
      new Float32Array(scales),
    );
  expect(() => put(2, 32)).toThrow('Vectors of 32 parts came to an index of 16; build the index anew.');
  expect(() => put(2, 16, 1)).toThrow('2 vectors came with 1 scales.');
  expect(() => put(maxVectors + 1, 16)).toThrow('it holds at most 500000 pieces of text');
  expect(set.size).toBe(0);
});

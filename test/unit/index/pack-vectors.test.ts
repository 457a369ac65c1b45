import { describe, expect, it } from 'vitest';
import { createSeededRandom } from '../../../server/src/eval/seeded-random';
import { packVectors, unpackVectors } from '../../../server/src/index/pack-vectors';

const [dimensions, count] = [128, 400];
const random = createSeededRandom(1, 'vectors');

/** As the embedder makes them: the largest part is 127. Neighbours are alike, as texts of one subject are. */
function makeVectors(): Int8Array {
  const bytes = new Int8Array(dimensions * count);
  let subject: number[] = [];
  for (let place = 0; place < count; place += 1) {
    const gauss = (): number => Array.from({ length: 6 }, random).reduce((sum, part) => sum + part, -3);
    if (place % 8 === 0) subject = Array.from({ length: dimensions }, gauss);
    const parts = subject.map((part) => part + 0.6 * gauss());
    const largest = Math.max(...parts.map(Math.abs));
    bytes.set(
      parts.map((part) => Math.round((127 / largest) * part)),
      place * dimensions,
    );
  }
  return bytes;
}

function cosine(vectors: Int8Array, one: number, other: number): number {
  let [dot, left, right] = [0, 0, 0];
  for (let idx = 0; idx < dimensions; idx += 1) {
    const [a, b] = [vectors[one * dimensions + idx] ?? 0, vectors[other * dimensions + idx] ?? 0];
    [dot, left, right] = [dot + a * b, left + a * a, right + b * b];
  }
  return dot / Math.sqrt(left * right);
}

describe('packed vectors', () => {
  it('take half a byte a part and keep the cosines', () => {
    const vectors = makeVectors();
    const packed = packVectors(vectors);
    expect(packed.length).toBe(vectors.length / 2);
    const { bytes } = unpackVectors(packed, count);
    const errors: number[] = [];
    for (let one = 0; one < count; one += 1)
      for (let other = 0; other < one; other += 1)
        errors.push(Math.abs(cosine(vectors, one, other) - cosine(bytes, one, other)));
    expect(errors.reduce((sum, error) => sum + error, 0) / errors.length).toBeLessThan(0.015);
    expect(Math.max(...errors)).toBeLessThan(0.08);
  });

  it('have length 1 times their scale, and none where there is no direction', () => {
    const vectors = makeVectors().fill(0, dimensions, 2 * dimensions);
    const { bytes, scales } = unpackVectors(packVectors(vectors), count);
    scales.forEach((scale, place) => {
      const own = bytes.subarray(place * dimensions, (place + 1) * dimensions);
      const length = scale * Math.sqrt(own.reduce((sum, part) => sum + part * part, 0));
      expect(length).toBeCloseTo(place === 1 ? 0 : 1, 5);
    });
    expect(unpackVectors(new Uint8Array(), 0)).toEqual({ bytes: new Int8Array(), scales: new Float32Array() });
  });
});

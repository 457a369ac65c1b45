/**
 * The table of static token vectors, `models/static/table.bin`, made by `training/static_embeddings.py`. Little-endian:
 * magic `LFSE`, version, number of pieces, dimensions (uint32 each), the SHA-256 of the tokenizer.json whose ids it is
 * indexed by (32 bytes), 16 bytes of zeros; then one float32 scale a piece, then one int8 row a piece. A piece's vector is
 * row times scale; its weight (rare pieces count more) lies in the scale.
 */
export interface StaticTable {
  readonly pieces: number;
  readonly dimensions: number;
  readonly scales: Float32Array;
  /** Row `i` is `[i * dimensions, (i + 1) * dimensions)`. */
  readonly rows: Int8Array;
}

const headerBytes = 64;
const magic = 'LFSE';
const knownVersion = 1;

/**
 * Uses `bytes` in place.
 * @param tokenizerHash SHA-256 of the tokenizer.json at hand, hex
 * @throws Error with the reason in a few words
 */
export function parseStaticTable(bytes: Uint8Array<ArrayBuffer>, tokenizerHash: string): StaticTable {
  const found = new TextDecoder('latin1').decode(bytes.subarray(0, 4));
  if (bytes.byteLength < headerBytes || found !== magic) throw new Error('table.bin is no table of token vectors');
  const header = new DataView(bytes.buffer, bytes.byteOffset, headerBytes);
  const version = header.getUint32(4, true);
  const pieces = header.getUint32(8, true);
  const dimensions = header.getUint32(12, true);
  if (version !== knownVersion) throw new Error(`table.bin has version ${version} instead of ${knownVersion}`);
  const sizeBytes = headerBytes + pieces * (4 + dimensions);
  if (bytes.byteLength !== sizeBytes) {
    throw new Error(`table.bin has ${bytes.byteLength} bytes instead of the ${sizeBytes} that its header states`);
  }
  if (toHex(bytes.subarray(16, 48)) !== tokenizerHash) {
    throw new Error("table.bin belongs to another tokenizer.json than the critic's");
  }
  return {
    pieces,
    dimensions,
    scales: readScales(bytes, pieces),
    rows: new Int8Array(bytes.buffer, bytes.byteOffset + headerBytes + 4 * pieces, pieces * dimensions),
  };
}

/** Copied, because a file's bytes need not lie on a multiple of four. */
function readScales(bytes: Uint8Array, pieces: number): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset + headerBytes, 4 * pieces);
  return Float32Array.from({ length: pieces }, (_, piece) => view.getFloat32(4 * piece, true));
}

function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

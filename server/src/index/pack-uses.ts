/**
 * The names that a file uses and where, in one piece: a row a name would be half of the index. Names stand first, one a
 * line; then the places of each: offset and line as differences to the place before, in 7-bit groups, lowest first (LEB128),
 * the kind of use in the lowest two bits of the line's; each list behind its length. All of it compressed (Zstandard).
 */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { ReferenceKind, SymbolReference } from '../chunk/chunk';

export interface UsePlace {
  readonly offset: number;
  readonly line: number;
  readonly kind: ReferenceKind;
}

const kinds: readonly ReferenceKind[] = ['other', 'call', 'type', 'import'];

export function packUses(uses: readonly SymbolReference[]): Uint8Array {
  const byName = new Map<string, SymbolReference[]>();
  for (const use of uses) {
    const places = byName.get(use.name);
    if (places) places.push(use);
    else byName.set(use.name, [use]);
  }
  const body: number[] = [];
  for (const places of byName.values()) {
    const packed = packPlaces(places);
    putNumber(body, packed.length);
    for (const byte of packed) body.push(byte);
  }
  const names = Buffer.from(`${[...byName.keys()].join('\n')}\0`);
  return new Uint8Array(zstdCompressSync(Buffer.concat([names, Uint8Array.from(body)])));
}

/** Names in the order of their first use, each with the bytes of its places, for `unpackPlaces`. */
export function unpackUses(packed: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const bytes = zstdDecompressSync(packed);
  const end = bytes.indexOf(0);
  const reader = new NumberReader(bytes, end + 1);
  const found = new Map<string, Uint8Array>();
  if (end > 0)
    for (const name of bytes.toString('utf8', 0, end).split('\n')) found.set(name, reader.slice(reader.next()));
  return found;
}

/** Those in the range of offsets. */
export function unpackPlaces(bytes: Uint8Array, start = 0, end = Infinity): readonly UsePlace[] {
  const places: UsePlace[] = [];
  const reader = new NumberReader(bytes, 0);
  let [offset, line] = [0, 0];
  while (!reader.isAtEnd) {
    offset += reader.next();
    const packed = reader.next();
    line += Math.floor(packed / kinds.length);
    if (offset >= end) break;
    if (offset >= start) places.push({ offset, line, kind: kinds[packed % kinds.length] ?? 'other' });
  }
  return places;
}

function packPlaces(places: readonly UsePlace[]): readonly number[] {
  const bytes: number[] = [];
  let before = { offset: 0, line: 0 };
  for (const place of places.toSorted((left, right) => left.offset - right.offset)) {
    putNumber(bytes, place.offset - before.offset);
    putNumber(bytes, kinds.length * (place.line - before.line) + kinds.indexOf(place.kind));
    before = place;
  }
  return bytes;
}

function putNumber(bytes: number[], value: number): void {
  let left = value;
  while (left >= 128) {
    bytes.push((left % 128) | 128);
    left = Math.floor(left / 128);
  }
  bytes.push(left);
}

class NumberReader {
  #at: number;

  constructor(
    private readonly bytes: Uint8Array,
    start: number,
  ) {
    this.#at = start;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.bytes.length;
  }

  next(): number {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = this.bytes[this.#at++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
  }

  slice(length: number): Uint8Array {
    const start = this.#at;
    this.#at += length;
    return this.bytes.subarray(start, this.#at);
  }
}

/**
 * The places where a file uses a name, in a few bytes each: offset and line as differences to the place before, in 7-bit
 * groups, lowest first (LEB128), the kind of use in the lowest two bits of the line's. A row a place would be half of the index.
 */
import type { ReferenceKind } from '../chunk/chunk';

export interface UsePlace {
  readonly offset: number;
  readonly line: number;
  readonly kind: ReferenceKind;
}

const kinds: readonly ReferenceKind[] = ['other', 'call', 'type', 'import'];

/** In any order, none negative. */
export function packUses(places: readonly UsePlace[]): Uint8Array {
  const bytes: number[] = [];
  let before = { offset: 0, line: 0 };
  for (const place of places.toSorted((left, right) => left.offset - right.offset)) {
    putNumber(bytes, place.offset - before.offset);
    putNumber(bytes, kinds.length * (place.line - before.line) + kinds.indexOf(place.kind));
    before = place;
  }
  return Uint8Array.from(bytes);
}

export function unpackUses(bytes: Uint8Array, limit = Infinity): readonly UsePlace[] {
  const places: UsePlace[] = [];
  let place = { offset: 0, line: 0 };
  let at = 0;
  const next = (): number => {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
  };
  while (at < bytes.length && places.length < limit) {
    const offset = place.offset + next();
    const packed = next();
    place = { offset, line: place.line + Math.floor(packed / kinds.length) };
    places.push({ ...place, kind: kinds[packed % kinds.length] ?? 'other' });
  }
  return places;
}

function putNumber(bytes: number[], value: number): void {
  let left = value;
  while (left >= 128) {
    bytes.push((left % 128) | 128);
    left = Math.floor(left / 128);
  }
  bytes.push(left);
}

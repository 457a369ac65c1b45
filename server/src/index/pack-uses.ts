/**
 * Which words of a file's text are uses of a name, and of which kind. The text itself is in the index, so names, places and
 * lines need not be: one state a word is kept (none, or the kind of use), in the order of the text, two in a byte; where every
 * 128th word stands, so that a look at one place reads no more; and, one by one, uses that are no single word of the
 * text. Numbers are differences in 7-bit groups, lowest first (LEB128). All of it compressed (Zstandard, RFC 8878).
 */
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { ReferenceKind, SymbolReference } from '../chunk/chunk';

export interface NamedUse {
  readonly name: string;
  readonly offset: number;
  readonly kind: ReferenceKind;
}

/** Places in this order are states 1 to 4; 0 is a word that uses no name: a keyword, a comment's, a definition's. */
const kinds: readonly ReferenceKind[] = ['other', 'call', 'type', 'import'];
const blockWords = 128;

export function packUses(text: string, uses: readonly SymbolReference[]): Uint8Array {
  const byOffset = new Map(uses.map((use) => [use.offset, use]));
  const states: number[] = [];
  const starts: number[] = [];
  for (const { 0: word, index } of text.matchAll(newWordPattern())) {
    if (states.length % blockWords === 0) starts.push(index);
    const use = byOffset.get(index);
    const isUse = use?.name === word;
    if (isUse) byOffset.delete(index);
    states.push(isUse ? kinds.indexOf(use.kind) + 1 : 0);
  }
  const others = [...byOffset.values()].sort((left, right) => left.offset - right.offset);
  const body: number[] = [];
  putNumber(body, others.length);
  let before = 0;
  for (const { offset, name, kind } of others) {
    putNumber(body, offset - before);
    putNumber(body, kinds.length * name.length + kinds.indexOf(kind));
    before = offset;
  }
  putNumber(body, starts.length);
  starts.forEach((start, block) => {
    putNumber(body, start - (starts[block - 1] ?? 0));
  });
  for (let at = 0; at < states.length; at += 2) body.push((states[at] ?? 0) + 16 * (states[at + 1] ?? 0));
  return new Uint8Array(zstdCompressSync(Uint8Array.from(body)));
}

/** The uses of one file: what `packUses` made of it, beside the same text. */
export class PackedUses {
  readonly #others: readonly NamedUse[];
  readonly #starts: readonly number[];
  readonly #states: Uint8Array;

  constructor(
    packed: Uint8Array,
    private readonly text: string,
  ) {
    const bytes = zstdDecompressSync(packed);
    const reader = new NumberReader(bytes);
    this.#others = readOthers(reader, text);
    let start = 0;
    this.#starts = Array.from({ length: reader.next() }, () => (start += reader.next()));
    this.#states = bytes.subarray(reader.at);
  }

  /** In the order of the text. Only the stretches in which the name stands are read. */
  of(name: string): readonly NamedUse[] {
    const found = this.#others.filter((use) => use.name === name);
    let at = this.text.indexOf(name);
    while (at !== -1) {
      const block = this.#blockAt(at);
      const end = this.#starts[block + 1] ?? this.text.length;
      for (const use of this.#usesOf(block)) if (use.name === name) found.push(use);
      at = this.text.indexOf(name, end);
    }
    return found.sort(byOffset);
  }

  /** Uses whose first character stands in the range. */
  within(startOffset: number, endOffset: number): readonly NamedUse[] {
    const found = [...this.#others];
    for (let block = this.#blockAt(startOffset); (this.#starts[block] ?? endOffset) < endOffset; block += 1)
      found.push(...this.#usesOf(block));
    return found.filter(({ offset }) => offset >= startOffset && offset < endOffset).sort(byOffset);
  }

  /** The last block that starts at or before the offset; the first where none does. */
  #blockAt(offset: number): number {
    let [low, high] = [0, Math.max(0, this.#starts.length - 1)];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  *#usesOf(block: number): Generator<NamedUse> {
    const words = newWordPattern();
    words.lastIndex = this.#starts[block] ?? this.text.length;
    for (let word = block * blockWords; word < (block + 1) * blockWords; word += 1) {
      const match = words.exec(this.text);
      if (!match) return;
      const pair = this.#states[word >> 1] ?? 0;
      const kind = kinds[(word % 2 === 0 ? pair % 16 : pair >> 4) - 1];
      if (kind !== undefined) yield { name: match[0], offset: match.index, kind };
    }
  }
}

/** A new one each time: it keeps where it stands. */
const newWordPattern = (): RegExp => /[\p{L}_$][\p{L}\p{M}\p{N}_$]*/gu;

function byOffset(left: NamedUse, right: NamedUse): number {
  return left.offset - right.offset;
}

function readOthers(reader: NumberReader, text: string): readonly NamedUse[] {
  let offset = 0;
  return Array.from({ length: reader.next() }, () => {
    offset += reader.next();
    const packed = reader.next();
    const length = Math.floor(packed / kinds.length);
    return { name: text.slice(offset, offset + length), offset, kind: kinds[packed % kinds.length] ?? 'other' };
  });
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
  at = 0;

  constructor(private readonly bytes: Uint8Array) {}

  next(): number {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = this.bytes[this.at++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
      factor *= 128;
    }
  }
}

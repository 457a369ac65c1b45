/**
 * Qwen2's tokenizer: NFC, words by its pattern, bytes, merges. Gives ids with their UTF-16 source ranges.
 * A token's range is every character of which it holds at least one byte: tokens that share a character (one emoji may
 * be four tokens) all cover it, so ranges never cut a character, starts and ends never fall, and nothing is left out.
 */
import type { TokenizedText } from '../../tokens/tokenizer';
import { BpeMerger } from './bpe-merger';
import { normalizeNfc, type NfcText } from './nfc-offsets';
import { parseByteBpeParts, type ByteBpeParts } from './parse-tokenizer-file';
import { TokenList } from './token-list';

/**
 * Qwen2's pattern for words, as JavaScript reads it: white space is Unicode's (U+0085 is, U+FEFF is not), and the
 * contractions are matched in any case, the long s included.
 */
const words =
  /'(?:[sS\u017f]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL][lL]|[dD])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\p{White_Space}\p{L}\p{N}]+[\r\n]*|\p{White_Space}*[\r\n]+|\p{White_Space}+(?!\P{White_Space})|\p{White_Space}+/gu;

/** Longer words are rarely seen twice. */
const maxCachedLength = 24;
const maxCachedWords = 20_000;

/** The pieces of a word, with ranges relative to its start in the normalised text. */
interface WordPieces {
  readonly ids: readonly number[];
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

export class ByteBpe {
  readonly #byteIds: Int32Array;
  readonly #merger: BpeMerger;
  readonly #specials: ReadonlyMap<string, number>;
  readonly #known = new Map<string, WordPieces>();
  #bytes = new WordBytes(64);

  constructor({ byteIds, merges, specials }: ByteBpeParts) {
    this.#byteIds = byteIds;
    this.#merger = new BpeMerger(merges);
    this.#specials = specials;
  }

  /** The id of a mark such as `<|im_start|>`, which no text gives: its name in a text is ordinary text. */
  specialId(name: string): number {
    const id = this.#specials.get(name);
    if (id === undefined) throw new Error(`The tokenizer.json has no token ${name}; it is not that of QwenLong-CPRS.`);
    return id;
  }

  encode(source: string): TokenizedText {
    const normalized = normalizeNfc(source);
    const tokens = new TokenList(Math.ceil(normalized.text.length / 3) + 8);
    for (const match of normalized.text.matchAll(words)) this.#addWord(match[0], match.index, normalized, tokens);
    return tokens.finish();
  }

  #addWord(word: string, offset: number, { ranges }: NfcText, tokens: TokenList): void {
    const { ids, starts, ends } = this.#cutWord(word);
    for (let index = 0; index < ids.length; index++) {
      const first = offset + (starts[index] ?? 0);
      const end = offset + (ends[index] ?? 0);
      if (ranges) tokens.add(ids[index] ?? 0, ranges.starts[first] ?? 0, ranges.ends[end - 1] ?? 0);
      else tokens.add(ids[index] ?? 0, first, end);
    }
  }

  #cutWord(word: string): WordPieces {
    const known = this.#known.get(word);
    if (known) return known;
    if (this.#bytes.room < 3 * word.length) this.#bytes = new WordBytes(6 * word.length);
    const bytes = this.#bytes;
    const size = bytes.fill(word, this.#byteIds);
    const pieces: { ids: number[]; starts: number[]; ends: number[] } = { ids: [], starts: [], ends: [] };
    this.#merger.merge(bytes.ids, size, (id, start, end) => {
      pieces.ids.push(id);
      pieces.starts.push(bytes.starts[start] ?? 0);
      pieces.ends.push(bytes.ends[end - 1] ?? 0);
    });
    if (word.length <= maxCachedLength) {
      if (this.#known.size >= maxCachedWords) this.#known.clear();
      this.#known.set(word, pieces);
    }
    return pieces;
  }
}

/** Reads Qwen2's `tokenizer.json`; throws one sentence where the file is of another kind. */
export function parseByteBpe(file: unknown): ByteBpe {
  return new ByteBpe(parseByteBpeParts(file));
}

/** A word as UTF-8: for each byte its piece and the UTF-16 range of its character. */
class WordBytes {
  readonly ids: Int32Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;

  constructor(readonly room: number) {
    [this.ids, this.starts, this.ends] = [new Int32Array(room), new Int32Array(room), new Int32Array(room)];
  }

  /** Returns the number of bytes. */
  fill(word: string, byteIds: Int32Array): number {
    let size = 0;
    for (let start = 0; start < word.length;) {
      const point = word.codePointAt(start) ?? 0;
      const end = start + (point > 0xffff ? 2 : 1);
      for (const byte of utf8(point)) {
        this.ids[size] = byteIds[byte] ?? 0;
        this.starts[size] = start;
        this.ends[size] = end;
        size++;
      }
      start = end;
    }
    return size;
  }
}

const continuation = (bits: number): number => 0x80 | (bits & 0x3f);

function utf8(point: number): readonly number[] {
  if (point < 0x80) return [point];
  if (point < 0x800) return [0xc0 | (point >> 6), continuation(point)];
  // A surrogate without its other half has no UTF-8: it is read as the replacement character.
  if (point >= 0xd800 && point < 0xe000) return utf8(0xfffd);
  const tail = [continuation(point >> 6), continuation(point)];
  return point < 0x10000 ? [0xe0 | (point >> 12), ...tail] : [0xf0 | (point >> 18), continuation(point >> 12), ...tail];
}

/**
 * The tokenizer of the critic and of the static embeddings: text to Unigram pieces with their UTF-16 source ranges, from
 * a Hugging Face `tokenizer.json` (NFKC, white space folded, Metaspace, Unigram). Written here because the JavaScript
 * tokenizers looked at (@huggingface/tokenizers 0.2, which transformers.js 4 uses) return ids without offsets.
 */
import { normalizeText } from './normalize';
import { Unigram, type PieceSink, type UnigramPiece } from './unigram';

export interface TokenizedText {
  readonly ids: Int32Array;
  /** Token `i` comes from `[starts[i], ends[i])` of the source, in UTF-16 units. */
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

/** Stands for a space, and before the first word of every text. */
export const wordMark = '\u2581';

export class Tokenizer {
  readonly #model: Unigram;
  readonly #scores: Float64Array;

  constructor(
    pieces: readonly UnigramPiece[],
    readonly unknownId: number,
  ) {
    this.#model = new Unigram(pieces, unknownId);
    this.#scores = Float64Array.from(pieces, (piece) => piece.score);
  }

  /** Tokenizes without special tokens; names of special tokens in the text are read as ordinary text. */
  encode(source: string): TokenizedText {
    const normalized = normalizeText(source);
    if (normalized.text === '') return { ids: new Int32Array(), starts: new Uint32Array(), ends: new Uint32Array() };
    const spaced = normalized.text.replaceAll(' ', wordMark);
    const shift = spaced.startsWith(wordMark) ? 0 : 1;
    const text = shift === 0 ? spaced : wordMark + spaced;
    const tokens = new TokenList(text.length);
    const sink = (id: number, start: number, end: number): void => {
      // A word mark that was put in front has no source of its own: it counts with the first character.
      const first = Math.max(0, start - shift);
      const last = Math.max(0, end - 1 - shift);
      tokens.add(id, normalized.starts[first] ?? 0, normalized.ends[last] ?? 0);
    };
    for (let start = 0; start < text.length;) {
      const next = text.indexOf(wordMark, start + 1);
      const end = next < 0 ? text.length : next;
      this.#model.cut(text, start, end, sink);
      start = end;
    }
    return tokens.finish();
  }

  /** The pieces of one word exactly as it is given: it is not normalised, and `wordMark` is in it only if the caller put it. */
  cutWord(word: string, sink: PieceSink): void {
    this.#model.cut(word, 0, word.length, sink);
  }

  /** Ids lie in `[0, size)`. */
  get size(): number {
    return this.#scores.length;
  }

  /** How much a piece says, in nats: minus its log probability. */
  informationOf(id: number): number {
    return -(this.#scores[id] ?? 0);
  }
}

/** Reads the parts of `tokenizer.json` that this tokenizer knows; throws one sentence where the file is another kind. */
export function parseTokenizer(file: unknown): Tokenizer {
  const model = field(file, 'model');
  const vocab = field(model, 'vocab');
  const unknownId = field(model, 'unk_id');
  if (field(model, 'type') !== 'Unigram' || !Array.isArray(vocab) || typeof unknownId !== 'number') {
    throw new Error('The critic tokenizer.json is not a Unigram tokenizer; restore the file that came with Longfold.');
  }
  return new Tokenizer(vocab.map(parsePiece), unknownId);
}

function parsePiece(entry: unknown): UnigramPiece {
  if (Array.isArray(entry)) {
    const pair: readonly unknown[] = entry;
    const [text, score] = pair;
    if (typeof text === 'string' && typeof score === 'number') return { text, score };
  }
  throw new Error('The critic tokenizer.json has a damaged vocabulary; restore the file that came with Longfold.');
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

class TokenList {
  readonly #ids: Int32Array;
  readonly #starts: Uint32Array;
  readonly #ends: Uint32Array;
  #count = 0;

  constructor(capacity: number) {
    this.#ids = new Int32Array(capacity);
    this.#starts = new Uint32Array(capacity);
    this.#ends = new Uint32Array(capacity);
  }

  add(id: number, start: number, end: number): void {
    this.#ids[this.#count] = id;
    this.#starts[this.#count] = start;
    this.#ends[this.#count] = end;
    this.#count++;
  }

  finish(): TokenizedText {
    const size = this.#count;
    return { ids: this.#ids.slice(0, size), starts: this.#starts.slice(0, size), ends: this.#ends.slice(0, size) };
  }
}

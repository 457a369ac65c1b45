/** Reads the parts of a Hugging Face `tokenizer.json` that Qwen2's tokenizer is made of, and refuses other kinds. */
import type { Merge } from './bpe-merger';

export interface ByteBpeParts {
  /** The piece of each single byte. */
  readonly byteIds: Int32Array;
  /** Best first. */
  readonly merges: readonly Merge[];
  readonly specials: ReadonlyMap<string, number>;
}

/** How Qwen2 cuts words; byte-bpe.ts holds the same pattern for JavaScript. */
const qwenWords =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

export function parseByteBpeParts(file: unknown): ByteBpeParts {
  const model = field(file, 'model');
  const pretokenizers = asList(field(field(file, 'pre_tokenizer'), 'pretokenizers'));
  const patterns = pretokenizers.map((part) => field(field(part, 'pattern'), 'Regex'));
  if (field(model, 'type') !== 'BPE' || field(field(file, 'normalizer'), 'type') !== 'NFC' || patterns[0] !== qwenWords)
    throw new Error('The tokenizer.json is not that of Qwen2 (NFC, byte-level BPE, its pattern for words).');
  const vocab = parseVocab(field(model, 'vocab'));
  const byteIds = Int32Array.from(byteLetters(), (letter) => idOf(vocab, letter));
  const merges = asList(field(model, 'merges')).map((entry) => parseMerge(vocab, entry));
  return { byteIds, merges, specials: parseSpecials(field(file, 'added_tokens')) };
}

function parseVocab(value: unknown): ReadonlyMap<string, number> {
  const vocab = new Map<string, number>();
  for (const [piece, id] of Object.entries(typeof value === 'object' && value !== null ? value : {})) {
    if (typeof id === 'number') vocab.set(piece, id);
  }
  return vocab;
}

function parseMerge(vocab: ReadonlyMap<string, number>, entry: unknown): Merge {
  // Two forms: one string with a space between, and, since 2024, a list of two.
  const [left, right] = typeof entry === 'string' ? entry.split(' ') : asList(entry);
  if (typeof left !== 'string' || typeof right !== 'string') throw damaged('a merge that is no pair');
  return { left: idOf(vocab, left), right: idOf(vocab, right), joined: idOf(vocab, left + right) };
}

function parseSpecials(value: unknown): ReadonlyMap<string, number> {
  const specials = new Map<string, number>();
  for (const token of asList(value)) {
    const [name, id] = [field(token, 'content'), field(token, 'id')];
    if (typeof name === 'string' && typeof id === 'number') specials.set(name, id);
  }
  return specials;
}

/**
 * The letter that stands for each byte in pieces: printable ones for themselves, the others, in order, from U+0100 on
 * (the mapping of GPT-2, which every byte-level BPE uses).
 */
function byteLetters(): readonly string[] {
  let other = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    return String.fromCharCode(isPrintable ? byte : other++);
  });
}

function idOf(vocab: ReadonlyMap<string, number>, piece: string): number {
  const id = vocab.get(piece);
  if (id === undefined) throw damaged(`no piece "${piece}"`);
  return id;
}

function damaged(what: string): Error {
  return new Error(`The tokenizer.json is damaged: it has ${what}.`);
}

function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

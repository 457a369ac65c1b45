/**
 * Static embeddings: a text's vector is the sum of its pieces' vectors, brought to length 1 and int8. No network: a table
 * look-up and a sum, the same on every machine. After "SIF" (Arora et al., 2017) and distilled static embeddings
 * (model2vec); the table's weights carry the rarity.
 */
import type { Tokenizer } from '../tokens/tokenizer';
import type { StaticTable } from './static-table';
import { WordCache } from './word-cache';
import { forEachRun, runPieces } from './word-runs';

export interface EmbeddedText {
  readonly vector: Int8Array;
  /**
   * Times `vector` gives a vector of length 1, so that two texts' cosine is the product of their scales and of the dot
   * product of their vectors. 0 where the text has no word that is known.
   */
  readonly scale: number;
}

export class StaticEmbedder {
  readonly dimensions: number;
  readonly #words: WordCache<Float32Array>;
  readonly #sum: Float64Array;

  constructor(
    private readonly table: StaticTable,
    private readonly tokenizer: Tokenizer,
  ) {
    this.dimensions = table.dimensions;
    this.#sum = new Float64Array(table.dimensions);
    this.#words = new WordCache();
  }

  embedText(text: string): EmbeddedText {
    const vector = new Int8Array(this.dimensions);
    return { vector, scale: this.embedInto(text, vector) };
  }

  /** Writes the text's vector to `target` (`dimensions` long) and returns its scale. Linear in the text. */
  embedInto(text: string, target: Int8Array): number {
    const sum = this.#sum.fill(0);
    const source = text.normalize('NFKC');
    forEachRun(source, (start, end, isUnspaced) => {
      const run = source.slice(start, end);
      if (isUnspaced) this.#addPieces(sum, run);
      else addTo(sum, this.#vectorOf(run));
    });
    return quantize(sum, target);
  }

  /** Most words of a text were met before; a run of Chinese is a sentence, and seldom comes again. */
  #vectorOf(word: string): Float32Array {
    const known = this.#words.get(word);
    if (known) return known;
    const vector = new Float32Array(this.dimensions);
    for (const id of runPieces(this.tokenizer, word, false)) this.#addRow(vector, id);
    this.#words.set(word, vector);
    return vector;
  }

  #addPieces(sum: Float64Array, run: string): void {
    for (const id of runPieces(this.tokenizer, run, true)) this.#addRow(sum, id);
  }

  #addRow(sum: Float64Array | Float32Array, id: number): void {
    const { rows, scales, dimensions } = this.table;
    const scale = scales[id] ?? 0;
    const first = id * dimensions;
    for (let idx = 0; idx < dimensions; idx++) sum[idx] = (sum[idx] ?? 0) + scale * (rows[first + idx] ?? 0);
  }
}

function addTo(sum: Float64Array, vector: Float32Array): void {
  for (let idx = 0; idx < sum.length; idx++) sum[idx] = (sum[idx] ?? 0) + (vector[idx] ?? 0);
}

/** The largest part becomes 127. The scale is of what was rounded, so that the length is 1 exactly. */
function quantize(sum: Float64Array, target: Int8Array): number {
  let largest = 0;
  for (const part of sum) largest = Math.max(largest, Math.abs(part));
  if (largest === 0) {
    target.fill(0);
    return 0;
  }
  let squares = 0;
  for (let idx = 0; idx < sum.length; idx++) {
    const part = Math.round((127 / largest) * (sum[idx] ?? 0));
    target[idx] = part;
    squares += part * part;
  }
  return 1 / Math.sqrt(squares);
}

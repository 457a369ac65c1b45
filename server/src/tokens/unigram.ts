/**
 * The Unigram model: the most probable cut of a word into pieces (Viterbi over a trie), equal to the reference
 * implementation down to ties. Linear in the word's length: a step looks at one piece length at most.
 */
export interface UnigramPiece {
  readonly text: string;
  /** Natural log probability. */
  readonly score: number;
}

/** Receives one piece of a word: its id and its range in UTF-16 units of the text given. */
export type PieceSink = (id: number, start: number, end: number) => void;

export class Unigram {
  readonly #trie: Trie;
  readonly #scores: Float64Array;
  readonly #unknownScore: number;
  /** Viterbi state per end position, reused between words. */
  #best = new Float64Array(64);
  #from = new Int32Array(64);
  #id = new Int32Array(64);

  constructor(
    pieces: readonly UnigramPiece[],
    private readonly unknownId: number,
  ) {
    this.#trie = new Trie(pieces.map((piece) => piece.text));
    this.#scores = Float64Array.from(pieces, (piece) => piece.score);
    // An unknown character costs this much more than the rarest piece; the figure is the reference's.
    this.#unknownScore = this.#scores.reduce((low, score) => Math.min(low, score), Infinity) - 10;
  }

  /** Cuts `text[start, end)`; neighbouring unknown characters come out as one piece. */
  cut(text: string, start: number, end: number, sink: PieceSink): void {
    this.#search(text, start, end);
    const ends: number[] = [];
    for (let place = end - start; place > 0; place = this.#from[place] ?? 0) ends.push(place);
    let first = 0;
    for (let index = ends.length - 1; index >= 0; index--) {
      const last = ends[index] ?? 0;
      const id = this.#id[last] ?? this.unknownId;
      const next = ends[index - 1];
      if (id === this.unknownId && next !== undefined && this.#id[next] === this.unknownId) continue;
      sink(id, start + first, start + last);
      first = last;
    }
  }

  #search(text: string, start: number, end: number): void {
    const size = end - start;
    this.#reserve(size);
    const [best, from, ids] = [this.#best, this.#from, this.#id];
    from.fill(-1, 0, size + 1);
    best[0] = 0;
    let place = 0;
    while (place < size) {
      const base = best[place] ?? 0;
      const isPair = isSurrogatePair(text, start + place, end);
      const width = isPair ? 2 : 1;
      let hasSingle = false;
      let node = 0;
      for (let stop = place; stop < size;) {
        node = this.#trie.step(node, text.charCodeAt(start + stop));
        if (node < 0) break;
        stop++;
        const id = this.#trie.pieceAt(node);
        if (id < 0) continue;
        if (stop - place === width) hasSingle = true;
        const score = base + (this.#scores[id] ?? 0);
        if ((from[stop] ?? -1) < 0 || score > (best[stop] ?? 0)) {
          best[stop] = score;
          from[stop] = place;
          ids[stop] = id;
        }
      }
      if (!hasSingle) {
        const score = base + this.#unknownScore;
        const stop = place + width;
        if ((from[stop] ?? -1) < 0 || score > (best[stop] ?? 0)) {
          best[stop] = score;
          from[stop] = place;
          ids[stop] = this.unknownId;
        }
      }
      place += width;
    }
  }

  #reserve(size: number): void {
    if (this.#best.length > size) return;
    const capacity = Math.max(size + 1, this.#best.length * 2);
    this.#best = new Float64Array(capacity);
    this.#from = new Int32Array(capacity);
    this.#id = new Int32Array(capacity);
  }
}

function isSurrogatePair(text: string, index: number, end: number): boolean {
  if (index + 1 >= end) return false;
  const [high, low] = [text.charCodeAt(index), text.charCodeAt(index + 1)];
  return high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;
}

/** A trie over UTF-16 units; its edges lie in one open-addressed table, which keeps 250,000 nodes small and quick. */
class Trie {
  readonly #nodes: Int32Array;
  readonly #units: Uint16Array;
  readonly #targets: Int32Array;
  readonly #pieces: Int32Array;
  readonly #mask: number;

  constructor(words: readonly string[]) {
    const edges = words.reduce((sum, word) => sum + word.length, 0);
    const size = 2 ** Math.ceil(Math.log2(Math.max(16, 2 * edges)));
    this.#mask = size - 1;
    this.#nodes = new Int32Array(size).fill(-1);
    this.#units = new Uint16Array(size);
    this.#targets = new Int32Array(size);
    this.#pieces = new Int32Array(edges + 1).fill(-1);
    let count = 1;
    words.forEach((word, id) => {
      let node = 0;
      for (let index = 0; index < word.length; index++) {
        const slot = this.#slot(node, word.charCodeAt(index));
        if (this.#nodes[slot] === -1) {
          this.#nodes[slot] = node;
          this.#units[slot] = word.charCodeAt(index);
          this.#targets[slot] = count++;
        }
        node = this.#targets[slot] ?? 0;
      }
      this.#pieces[node] = id;
    });
  }

  /** The node behind `unit`, or -1. */
  step(node: number, unit: number): number {
    const slot = this.#slot(node, unit);
    return this.#nodes[slot] === -1 ? -1 : (this.#targets[slot] ?? -1);
  }

  /** The piece that ends at a node, or -1. */
  pieceAt(node: number): number {
    return this.#pieces[node] ?? -1;
  }

  #slot(node: number, unit: number): number {
    let hash = Math.imul(node, 0x9e3779b1) ^ Math.imul(unit + 1, 0x85ebca6b);
    hash = (hash ^ (hash >>> 15)) & this.#mask;
    while (this.#nodes[hash] !== -1 && (this.#nodes[hash] !== node || this.#units[hash] !== unit)) {
      hash = (hash + 1) & this.#mask;
    }
    return hash;
  }
}

/**
 * The merges of a byte-level BPE: joins the pair of lowest rank, the leftmost first, until none is left. A queue makes
 * it n log n, so that a word of a million bytes (a line of base64, a long run of letters) is no trap.
 */
export interface Merge {
  readonly left: number;
  readonly right: number;
  readonly joined: number;
}

/** Beyond every piece id of a vocabulary, so that a pair is one number. */
const pairBase = 2 ** 22;
/** Beyond every place in a word, so that rank and place are one number that sorts by rank first. */
const placeBase = 2 ** 31;

export class BpeMerger {
  readonly #ranks = new Map<number, number>();
  readonly #joined: Int32Array;
  #ids = new Int32Array(64);
  #next = new Int32Array(64);
  #previous = new Int32Array(64);
  readonly #queue = new NumberQueue();
  /** Size of the word at hand. */
  #end = 0;

  /** Merges in the order of their ranks, best first. */
  constructor(merges: readonly Merge[]) {
    this.#joined = Int32Array.from(merges, ({ joined }) => joined);
    merges.forEach(({ left, right }, rank) => this.#ranks.set(left * pairBase + right, rank));
  }

  /** `ids`: a word as single-byte pieces. Hands over each piece that is left with the bytes `[start, end)` it holds. */
  merge(ids: Int32Array, size: number, sink: (id: number, start: number, end: number) => void): void {
    this.#reset(ids, size);
    for (let place = 0; place + 1 < size; place++) this.#enqueue(place);
    for (let best = this.#queue.pop(); best !== undefined; best = this.#queue.pop()) {
      const rank = Math.floor(best / placeBase);
      const place = best % placeBase;
      // Either side may have been merged since, into a pair of another rank or of none.
      if (this.#rankAt(place) === rank) this.#join(place, this.#joined[rank] ?? 0);
    }
    for (let place = 0; place < size;) {
      const next = this.#next[place] ?? size;
      sink(this.#ids[place] ?? 0, place, next);
      place = next;
    }
  }

  #reset(ids: Int32Array, size: number): void {
    if (this.#ids.length < size) {
      const room = 2 * size;
      [this.#ids, this.#next, this.#previous] = [new Int32Array(room), new Int32Array(room), new Int32Array(room)];
    }
    for (let place = 0; place < size; place++) {
      this.#ids[place] = ids[place] ?? 0;
      this.#next[place] = place + 1;
      this.#previous[place] = place - 1;
    }
    this.#end = size;
  }

  #rankAt(place: number): number | undefined {
    const [id = -1, next = this.#end] = [this.#ids[place], this.#next[place]];
    if (id < 0 || next >= this.#end) return undefined;
    return this.#ranks.get(id * pairBase + (this.#ids[next] ?? 0));
  }

  #enqueue(place: number): void {
    const rank = this.#rankAt(place);
    if (rank !== undefined) this.#queue.push(rank * placeBase + place);
  }

  #join(place: number, joined: number): void {
    const right = this.#next[place] ?? this.#end;
    const after = this.#next[right] ?? this.#end;
    this.#ids[place] = joined;
    this.#ids[right] = -1;
    this.#next[place] = after;
    if (after < this.#end) this.#previous[after] = place;
    const before = this.#previous[place] ?? -1;
    if (before >= 0) this.#enqueue(before);
    this.#enqueue(place);
  }
}

/** A binary heap, smallest first. */
class NumberQueue {
  readonly #heap: number[] = [];

  push(value: number): void {
    const heap = this.#heap;
    let place = heap.push(value) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent] ?? 0;
      if (above <= value) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = value;
  }

  pop(): number | undefined {
    const heap = this.#heap;
    const best = heap[0];
    const last = heap.pop();
    if (heap.length === 0 || last === undefined) return best;
    let place = 0;
    for (let child = 1; child < heap.length; child = 2 * place + 1) {
      if (child + 1 < heap.length && (heap[child + 1] ?? 0) < (heap[child] ?? 0)) child++;
      const below = heap[child] ?? 0;
      if (below >= last) break;
      heap[place] = below;
      place = child;
    }
    heap[place] = last;
    return best;
  }
}

/**
 * The best `limit` of a stream of scored ids in memory for `limit` of them: a heap whose root is the worst that is kept.
 * Equal scores are ordered by the smaller id, so that the outcome does not depend on the stream's order.
 */
export interface VectorHit {
  readonly id: number;
  readonly score: number;
}

export class TopHits {
  readonly #scores: Float64Array;
  readonly #ids: Float64Array;
  #size = 0;

  constructor(private readonly limit: number) {
    this.#scores = new Float64Array(limit);
    this.#ids = new Float64Array(limit);
  }

  /** What scores less is not kept; at the same score the id decides. */
  get floor(): number {
    return this.#size < this.limit ? -Infinity : (this.#scores[0] ?? Infinity);
  }

  offer(id: number, score: number): void {
    if (this.#size < this.limit) {
      this.#rise(this.#size++, id, score);
    } else if (this.limit > 0 && isBetter(score, id, this.#scores[0] ?? 0, this.#ids[0] ?? 0)) {
      this.#sink(id, score);
    }
  }

  /** Best first. */
  finish(): readonly VectorHit[] {
    const hits = Array.from({ length: this.#size }, (_, idx) => ({
      id: this.#ids[idx] ?? 0,
      score: this.#scores[idx] ?? 0,
    }));
    return hits.sort((a, b) => b.score - a.score || a.id - b.id);
  }

  #rise(from: number, id: number, score: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (!isBetter(this.#scores[parent] ?? 0, this.#ids[parent] ?? 0, score, id)) break;
      this.#move(parent, place);
      place = parent;
    }
    this.#put(place, id, score);
  }

  #sink(id: number, score: number): void {
    let place = 0;
    for (;;) {
      const child = this.#worseChild(2 * place + 1);
      if (child >= this.#size || !isBetter(score, id, this.#scores[child] ?? 0, this.#ids[child] ?? 0)) break;
      this.#move(child, place);
      place = child;
    }
    this.#put(place, id, score);
  }

  #worseChild(left: number): number {
    const right = left + 1;
    if (right >= this.#size) return left;
    const [scores, ids] = [this.#scores, this.#ids];
    return isBetter(scores[left] ?? 0, ids[left] ?? 0, scores[right] ?? 0, ids[right] ?? 0) ? right : left;
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#ids[from] ?? 0, this.#scores[from] ?? 0);
  }

  #put(place: number, id: number, score: number): void {
    this.#ids[place] = id;
    this.#scores[place] = score;
  }
}

function isBetter(score: number, id: number, thanScore: number, thanId: number): boolean {
  return score > thanScore || (score === thanScore && id < thanId);
}

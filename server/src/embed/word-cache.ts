/**
 * A bounded cache in two generations: what is asked for lives on, what was not asked for during one generation is
 * dropped with it. As good as least recently used here, at the price of one `Map` look-up.
 */
export class WordCache<Value> {
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  /** Holds at most twice `generationSize` words. */
  constructor(private readonly generationSize = 8_192) {}

  get(word: string): Value | undefined {
    const young = this.#young.get(word);
    if (young !== undefined) return young;
    const old = this.#old.get(word);
    if (old !== undefined) this.set(word, old);
    return old;
  }

  set(word: string, value: Value): void {
    if (this.#young.size >= this.generationSize) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(word, value);
  }
}

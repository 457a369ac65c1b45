/** A growing list of tokens with their source ranges. */
import type { TokenizedText } from '../../tokens/tokenizer';

export class TokenList {
  #ids: Int32Array;
  #starts: Uint32Array;
  #ends: Uint32Array;
  #size = 0;

  constructor(room: number) {
    [this.#ids, this.#starts, this.#ends] = [new Int32Array(room), new Uint32Array(room), new Uint32Array(room)];
  }

  add(id: number, start: number, end: number): void {
    if (this.#size === this.#ids.length) this.#grow();
    this.#ids[this.#size] = id;
    this.#starts[this.#size] = start;
    this.#ends[this.#size] = end;
    this.#size++;
  }

  finish(): TokenizedText {
    const size = this.#size;
    return { ids: this.#ids.slice(0, size), starts: this.#starts.slice(0, size), ends: this.#ends.slice(0, size) };
  }

  #grow(): void {
    const room = 2 * this.#size + 8;
    const [ids, starts, ends] = [new Int32Array(room), new Uint32Array(room), new Uint32Array(room)];
    ids.set(this.#ids);
    starts.set(this.#starts);
    ends.set(this.#ends);
    [this.#ids, this.#starts, this.#ends] = [ids, starts, ends];
  }
}

/**
 * Int8 vectors by id and the search for the nearest ones, by comparing with all of them: at 500,000 vectors that is still
 * a matter of milliseconds, it needs no building and misses nothing. Lives in one thread (`vector.worker.ts`).
 */
import { throwIfCancelled, yieldToLoop } from '../util/cancelled';
import { createDotKernel, pageBytes, type DotKernel } from './dot-kernel';
import { TopHits, type VectorHit } from './top-hits';

/** More than that is not searched by meaning: each is a vector in memory and a comparison a question. */
export const maxVectors = 500_000;
/** Vectors between two looks at the heap. */
const blockVectors = 4096;
/** Vectors between two turns for other calls: about 5 ms. */
const turnVectors = 16 * blockVectors;

export class VectorSet {
  readonly #kernel: DotKernel = createDotKernel();
  readonly #slots = new Map<number, number>();
  readonly #dotsAt: number;
  readonly #vectorsAt: number;
  #ids = new Float64Array(1024);
  #scales = new Float32Array(1024);

  /** @param dimensions a multiple of 16 */
  constructor(readonly dimensions: number) {
    if (dimensions <= 0 || dimensions % 16 !== 0) {
      throw new Error(`Vectors of ${dimensions} parts cannot be searched; their number must be a multiple of 16.`);
    }
    // The query as int16, the dot products of one block, then the vectors.
    this.#dotsAt = 2 * dimensions;
    this.#vectorsAt = this.#dotsAt + 4 * blockVectors;
  }

  get size(): number {
    return this.#slots.size;
  }

  /**
   * Adds vectors, and replaces those whose id is known. `vectors` holds one behind another; times its scale each has
   * length 1 (or 0, which is never found). @throws Error when there is no room; nothing was changed then
   */
  put(ids: Float64Array, vectors: Int8Array, scales: Float32Array): void {
    this.#check(ids, vectors, scales);
    const fresh = ids.reduce((sum, id) => sum + (this.#slots.has(id) ? 0 : 1), 0);
    this.#reserve(this.size + fresh);
    const target = new Int8Array(this.#kernel.memory.buffer, this.#vectorsAt);
    ids.forEach((id, idx) => {
      const slot = this.#slots.get(id) ?? this.size;
      this.#slots.set(id, slot);
      this.#ids[slot] = id;
      this.#scales[slot] = scales[idx] ?? 0;
      target.set(vectors.subarray(idx * this.dimensions, (idx + 1) * this.dimensions), slot * this.dimensions);
    });
  }

  /** Ids that are not there are passed over. The last vector moves into the gap. */
  remove(ids: Float64Array): void {
    const vectors = new Int8Array(this.#kernel.memory.buffer, this.#vectorsAt);
    const width = this.dimensions;
    for (const id of ids) {
      const slot = this.#slots.get(id);
      if (slot === undefined) continue;
      const last = this.size - 1;
      const moved = this.#ids[last] ?? 0;
      vectors.copyWithin(slot * width, last * width, (last + 1) * width);
      this.#ids[slot] = moved;
      this.#scales[slot] = this.#scales[last] ?? 0;
      this.#slots.set(moved, slot);
      this.#slots.delete(id);
    }
  }

  clear(): void {
    this.#slots.clear();
  }

  /**
   * The nearest by cosine, best first; vectors without a direction (scale 0) are left out. What is put or removed while a
   * search waits for its turn may or may not be found.
   * @param scale makes `vector` a vector of length 1, so that `score` is the cosine
   */
  async search(vector: Int8Array, scale: number, limit: number, signal?: AbortSignal): Promise<readonly VectorHit[]> {
    if (vector.length !== this.dimensions) throw new Error(this.#describeWidth(vector.length));
    const top = new TopHits(Math.min(limit, this.size));
    for (let first = 0; first < this.size; first += turnVectors) {
      if (first > 0) await yieldToLoop();
      throwIfCancelled(signal);
      // Another search may have put its own query there.
      new Int16Array(this.#kernel.memory.buffer, 0, this.dimensions).set(vector);
      const end = Math.min(this.size, first + turnVectors);
      for (let block = first; block < end; block += blockVectors) {
        this.#scanBlock(block, Math.min(blockVectors, end - block), scale, top);
      }
    }
    return top.finish();
  }

  #scanBlock(first: number, count: number, scale: number, top: TopHits): void {
    const { memory, dots } = this.#kernel;
    dots(0, this.#vectorsAt + first * this.dimensions, count, this.dimensions, this.#dotsAt);
    const products = new Int32Array(memory.buffer, this.#dotsAt, count);
    const [scales, ids] = [this.#scales, this.#ids];
    let floor = top.floor;
    for (let idx = 0; idx < count; idx++) {
      const own = scales[first + idx] ?? 0;
      const score = (products[idx] ?? 0) * own * scale;
      if (score < floor || own === 0) continue;
      top.offer(ids[first + idx] ?? 0, score);
      floor = top.floor;
    }
  }

  #check(ids: Float64Array, vectors: Int8Array, scales: Float32Array): void {
    if (scales.length !== ids.length) throw new Error(`${ids.length} vectors came with ${scales.length} scales.`);
    if (vectors.length !== ids.length * this.dimensions)
      throw new Error(this.#describeWidth(vectors.length / ids.length));
  }

  #describeWidth(width: number): string {
    return `Vectors of ${width} parts came to an index of ${this.dimensions}; build the index anew.`;
  }

  /** Room for `count` vectors; memory grows by an eighth at least, so that adding stays linear. */
  #reserve(count: number): void {
    if (count > maxVectors) {
      throw new Error(`The index by meaning is full: it holds at most ${maxVectors} pieces of text; exclude folders.`);
    }
    const { memory } = this.#kernel;
    const wanted = Math.ceil((this.#vectorsAt + count * this.dimensions) / pageBytes);
    const pages = memory.buffer.byteLength / pageBytes;
    if (wanted > pages) grow(memory, wanted - pages, pages >> 3);
    if (count <= this.#ids.length) return;
    const capacity = Math.max(count, this.#ids.length + (this.#ids.length >> 2));
    const [ids, scales] = [new Float64Array(capacity), new Float32Array(capacity)];
    ids.set(this.#ids);
    scales.set(this.#scales);
    [this.#ids, this.#scales] = [ids, scales];
  }
}

/** By `more` pages if that many are to be had, else by those that are needed. */
function grow(memory: DotKernel['memory'], needed: number, more: number): void {
  for (const pages of [Math.max(needed, more), needed]) {
    try {
      memory.grow(pages);
      return;
    } catch {
      // Tried with less, then told below.
    }
  }
  const megabytes = Math.ceil((needed * pageBytes) / 1e6);
  throw new Error(
    `The index by meaning needs ${megabytes} MB more memory than the machine gives; close other programs.`,
  );
}

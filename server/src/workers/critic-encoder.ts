/**
 * The encoder session of one inference worker. Every window is run by itself: int8 activations are scaled by the
 * largest value in the batch, so a unit's states would else depend on what happened to stand beside it.
 */
import { Tensor } from 'onnxruntime-node';
import { stateSize } from '../critic/late-interaction';
import type { CriticSession } from './critic-session';

const [segmentStart, segmentEnd] = [0n, 2n];
/** Tokens of one window; attention cost grows with its square and the model ends at 510. */
export const maxWindowTokens = 256;

/** Of the ids given, without the segment's marks. */
export interface Encoded {
  /** The last hidden states, row-major, ids × `stateSize`. */
  readonly states: Float32Array;
  /** How much each token counts as a part of a question, times the rarity of its piece; learned. */
  readonly weights: Float32Array;
}

export class Encoder {
  constructor(private readonly session: CriticSession) {}

  get runMs(): number {
    return this.session.runMs;
  }

  async encode(ids: Int32Array): Promise<Encoded> {
    const states = new Float32Array(ids.length * stateSize);
    const weights = new Float32Array(ids.length);
    for (let first = 0; first < ids.length; first += maxWindowTokens) {
      const window = await this.#encodeWindow(ids.subarray(first, first + maxWindowTokens));
      states.set(window.states, first * stateSize);
      weights.set(window.weights, first);
    }
    return { states, weights };
  }

  async #encodeWindow(ids: Int32Array): Promise<Encoded> {
    const size = ids.length + 2;
    const input = new BigInt64Array(size);
    input[0] = segmentStart;
    for (let index = 0; index < ids.length; index++) input[index + 1] = BigInt(ids[index] ?? 0);
    input[size - 1] = segmentEnd;
    const shape = [1, size];
    const mask = new BigInt64Array(size).fill(1n);
    const feeds = { ids: new Tensor('int64', input, shape), mask: new Tensor('int64', mask, shape) };
    const { h, w } = await this.session.run(feeds, ['h', 'w']);
    return { states: h.subarray(stateSize, (size - 1) * stateSize), weights: w.subarray(1, size - 1) };
  }
}

/**
 * The encoder session of one inference worker. Every window is run by itself: int8 activations are scaled by the
 * largest value in the batch, so a unit's states would else depend on what happened to stand beside it.
 */
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import type { CriticDevice } from '../../../protocol/settings';
import { stateSize } from '../critic/late-interaction';
import { createSession, type OnnxSession, type SessionLog } from './onnx-session';

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
  #runMs = 0;

  private constructor(private readonly session: OnnxSession) {}

  static async load(modelFolder: string, device: CriticDevice, log: SessionLog): Promise<Encoder> {
    return new Encoder(await createSession(join(modelFolder, 'encoder.onnx'), { device, threads: 1 }, log));
  }

  /** Milliseconds spent in the forward pass so far. */
  get runMs(): number {
    return this.#runMs;
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
    const startedMs = performance.now();
    const { h, w } = await this.session.run(feeds);
    this.#runMs += performance.now() - startedMs;
    if (!(h?.data instanceof Float32Array) || !(w?.data instanceof Float32Array)) {
      throw new Error('The critic model has no outputs "h" and "w" of 32-bit floats.');
    }
    return { states: h.data.subarray(stateSize, (size - 1) * stateSize), weights: w.data.subarray(1, size - 1) };
  }
}

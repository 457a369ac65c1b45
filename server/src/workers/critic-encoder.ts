/**
 * The encoder session of one inference worker. Every window is run by itself: int8 activations are scaled by the
 * largest value in the batch, so a unit's states would else depend on what happened to stand beside it.
 */
import { join } from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { stateSize } from '../critic/late-interaction';

const [segmentStart, segmentEnd] = [0n, 2n];
/** Tokens of one window; attention cost grows with its square and the model ends at 510. */
export const maxWindowTokens = 256;

export class Encoder {
  private constructor(private readonly session: InferenceSession) {}

  static async load(modelFolder: string): Promise<Encoder> {
    const session = await InferenceSession.create(join(modelFolder, 'encoder.onnx'), {
      executionProviders: ['cpu'],
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
    });
    return new Encoder(session);
  }

  /** The last hidden states of `ids` (without the segment's marks), row-major, ids × `stateSize`. */
  async encode(ids: Int32Array): Promise<Float32Array> {
    const states = new Float32Array(ids.length * stateSize);
    for (let first = 0; first < ids.length; first += maxWindowTokens) {
      const window = ids.subarray(first, first + maxWindowTokens);
      states.set(await this.#encodeWindow(window), first * stateSize);
    }
    return states;
  }

  async #encodeWindow(ids: Int32Array): Promise<Float32Array> {
    const size = ids.length + 2;
    const input = new BigInt64Array(size);
    input[0] = segmentStart;
    for (let index = 0; index < ids.length; index++) input[index + 1] = BigInt(ids[index] ?? 0);
    input[size - 1] = segmentEnd;
    const shape = [1, size];
    const mask = new BigInt64Array(size).fill(1n);
    const feeds = { ids: new Tensor('int64', input, shape), mask: new Tensor('int64', mask, shape) };
    const data = (await this.session.run(feeds)).h?.data;
    if (!(data instanceof Float32Array)) throw new Error('The critic model has no output "h" of 32-bit floats.');
    return data.subarray(stateSize, (size - 1) * stateSize);
  }
}

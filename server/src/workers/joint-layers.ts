/**
 * The critic's joint layers (`training/joint.py`): units' kept states and a question's states in, each unit's relevance
 * out. They compute in 32-bit floats, and padding is masked out, so a unit's result does not depend on its batch.
 */
import { Tensor } from 'onnxruntime-node';
import { stateSize, type TokenStates } from '../critic/late-interaction';
import type { CriticSession } from './critic-session';

/** Tokens of one run, padding included: attention to a long question takes up to 50 kB a token. */
const batchTokens = 720;

export class JointLayers {
  constructor(private readonly session: CriticSession) {}

  get runMs(): number {
    return this.session.runMs;
  }

  /**
   * One relevance a unit, a logit among the units of a request. `question`: states of length 1, row-major. `pause` is
   * called between batches.
   */
  async read(
    question: Float32Array,
    units: readonly TokenStates[],
    pause: () => Promise<void>,
  ): Promise<readonly number[]> {
    const read: number[] = [];
    const order = [...units.entries()].sort(([, left], [, right]) => sizeOf(left) - sizeOf(right));
    for (let first = 0, next = 0; first < order.length; first = next) {
      // Sorted by size: the last one taken is the longest.
      for (next = first + 1; next < order.length; next++) {
        if ((next + 1 - first) * sizeOf(order[next]?.[1]) > batchTokens) break;
      }
      const batch = order.slice(first, next);
      const relevance = await this.#readBatch(
        question,
        batch.map(([, unit]) => unit),
      );
      batch.forEach(([place], index) => (read[place] = relevance[index] ?? 0));
      await pause();
    }
    return read;
  }

  async #readBatch(question: Float32Array, units: readonly TokenStates[]): Promise<Float32Array> {
    const longest = Math.max(1, ...units.map(sizeOf));
    const states = new Float32Array(units.length * longest * stateSize);
    const mask = new Float32Array(units.length * longest);
    units.forEach((unit, place) => {
      unpackStates(unit, states.subarray(place * longest * stateSize));
      mask.fill(1, place * longest, place * longest + sizeOf(unit));
    });
    const feeds = {
      question: new Tensor('float32', question, [question.length / stateSize, stateSize]),
      units: new Tensor('float32', states, [units.length, longest, stateSize]),
      mask: new Tensor('float32', mask, [units.length, longest]),
    };
    return (await this.session.run(feeds, ['relevance'])).relevance;
  }
}

function sizeOf(unit: TokenStates | undefined): number {
  return unit?.scales.length ?? 0;
}

function unpackStates({ bytes, scales }: TokenStates, target: Float32Array): void {
  scales.forEach((scale, token) => {
    for (let place = token * stateSize; place < (token + 1) * stateSize; place++) {
      target[place] = (bytes[place] ?? 0) * scale;
    }
  });
}

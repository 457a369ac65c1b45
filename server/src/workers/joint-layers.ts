/**
 * The session of the critic's joint layers (`training/joint.py`): units' kept states and a question's states in, each
 * unit's relevance and its tokens' labels out. It computes in 32-bit floats, and padding is masked out, so a unit's
 * result does not depend on the batch that it stands in.
 */
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import type { CriticDevice } from '../../../protocol/settings';
import { stateSize, type TokenStates } from '../critic/late-interaction';
import { createSession, type OnnxSession, type SessionLog } from './onnx-session';

/** Units of one run, of like length. */
const batchSize = 24;

export interface JointReading {
  readonly relevance: number;
  /** Float32, 4 a token of the unit (its head's tokens included), order B, I, O, E. */
  readonly labels: Float32Array;
}

export class JointLayers {
  #runMs = 0;

  private constructor(private readonly session: OnnxSession) {}

  static async load(modelFolder: string, device: CriticDevice, log: SessionLog): Promise<JointLayers> {
    return new JointLayers(await createSession(join(modelFolder, 'joint.onnx'), { device, threads: 1 }, log));
  }

  /** Milliseconds spent in the forward pass so far. */
  get runMs(): number {
    return this.#runMs;
  }

  /** `question`: states of length 1, row-major. Results in the order of the units. `pause` is called between batches. */
  async read(
    question: Float32Array,
    units: readonly TokenStates[],
    pause: () => Promise<void>,
  ): Promise<readonly JointReading[]> {
    const readings: JointReading[] = [];
    const order = units.map((_, place) => place).sort((left, right) => sizeOf(units[left]) - sizeOf(units[right]));
    for (let first = 0; first < order.length; first += batchSize) {
      const places = order.slice(first, first + batchSize);
      const batch = places.flatMap((place) => units[place] ?? []);
      const read = await this.#readBatch(question, batch);
      places.forEach((place, index) => {
        const reading = read[index];
        if (reading) readings[place] = reading;
      });
      await pause();
    }
    return readings;
  }

  async #readBatch(question: Float32Array, units: readonly TokenStates[]): Promise<readonly JointReading[]> {
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
    const startedMs = performance.now();
    const { relevance, labels } = await this.session.run(feeds);
    this.#runMs += performance.now() - startedMs;
    const [values, logits] = [relevance?.data, labels?.data];
    if (!(values instanceof Float32Array) || !(logits instanceof Float32Array)) {
      throw new Error('The critic model joint.onnx has no outputs "relevance" and "labels" of 32-bit floats.');
    }
    return units.map((unit, place) => ({
      relevance: values[place] ?? 0,
      labels: logits.slice(4 * place * longest, 4 * (place * longest + sizeOf(unit))),
    }));
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

/** One ONNX file of the critic's folder as a session that knows how long it ran. */
import { join } from 'node:path';
import type { InferenceSession } from 'onnxruntime-node';
import type { CriticDevice } from '../../../protocol/settings';
import { createSession, type OnnxSession, type SessionLog } from './onnx-session';

export class CriticSession {
  #runMs = 0;

  private constructor(
    private readonly session: OnnxSession,
    private readonly file: string,
  ) {}

  static async load(modelFolder: string, file: string, device: CriticDevice, log: SessionLog): Promise<CriticSession> {
    return new CriticSession(await createSession(join(modelFolder, file), { device, threads: 1 }, log), file);
  }

  /** Milliseconds spent in the forward pass so far. */
  get runMs(): number {
    return this.#runMs;
  }

  /** The named outputs, all of 32-bit floats. */
  async run<Name extends string>(
    feeds: InferenceSession.FeedsType,
    names: readonly Name[],
  ): Promise<Record<Name, Float32Array>> {
    const startedMs = performance.now();
    const outputs = await this.session.run(feeds);
    this.#runMs += performance.now() - startedMs;
    const floats = names.map((name) => {
      const data = outputs[name]?.data;
      if (!(data instanceof Float32Array)) {
        throw new Error(`The critic model ${this.file} has no output "${name}" of 32-bit floats.`);
      }
      return [name, data] as const;
    });
    return Object.fromEntries(floats) as Record<Name, Float32Array>;
  }
}

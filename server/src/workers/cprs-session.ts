/** The ONNX session of an exported QwenLong-CPRS: ids of one window to four logits a token. */
import { join } from 'node:path';
import { Tensor } from 'onnxruntime-node';
import { createSession, type OnnxSession, type SessionLog, type SessionOptions } from './onnx-session';

export interface CprsSessionOptions extends SessionOptions {
  readonly modelFolder: string;
}

export class CprsSession {
  private constructor(private readonly session: OnnxSession) {}

  static async load({ modelFolder, ...options }: CprsSessionOptions, log: SessionLog): Promise<CprsSession> {
    return new CprsSession(await createSession(join(modelFolder, 'model.onnx'), options, log));
  }

  /** The logits of `ids`; those of `prefix`, which the model reads before them, are left out. */
  async run(prefix: Int32Array, ids: Int32Array): Promise<Float32Array> {
    const size = prefix.length + ids.length;
    const input = BigInt64Array.from([...prefix, ...ids], BigInt);
    const shape = [1, size];
    const mask = new Tensor('int64', new BigInt64Array(size).fill(1n), shape);
    const { logits } = await this.session.run({ ids: new Tensor('int64', input, shape), mask });
    if (!(logits?.data instanceof Float32Array) || logits.data.length !== 4 * size)
      throw new Error('The QwenLong-CPRS model does not answer with four 32-bit logits a token; export it again.');
    return logits.data.slice(4 * prefix.length);
  }
}

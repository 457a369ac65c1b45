/** What an inference worker loads from the critic's folder; each part at its first use. */
import { parseTokenizer, type Tokenizer } from '../tokens/tokenizer';
import { errorMessage } from '../util/error-message';
import { Encoder } from './critic-encoder';
import { checkCriticFile, readCriticJson } from './critic-folder';
import type { CriticWorkerData } from './critic-protocol';
import { CriticSession } from './critic-session';
import type { SessionLog } from './onnx-session';

export interface CriticModel {
  readonly tokenizer: Tokenizer;
  readonly encoder: Encoder;
}

/** Each throws one sentence for the user, and tries again when it is called again. */
export interface CriticLoader {
  /** Apart from the model: tokens are counted, too, where the encoder is damaged. */
  readonly tokenizer: () => Promise<Tokenizer>;
  readonly model: () => Promise<CriticModel>;
  /** `scorer.json` as it stands. */
  readonly head: () => Promise<unknown>;
}

export function createCriticLoader({ modelFolder, device }: CriticWorkerData, log: SessionLog): CriticLoader {
  const once = <Loaded>(load: () => Promise<Loaded>): (() => Promise<Loaded>) => {
    let loading: Promise<Loaded> | undefined;
    return () => {
      loading ??= load().catch((error: unknown) => {
        loading = undefined;
        throw error instanceof ModelLoadError ? error : new ModelLoadError(modelFolder, errorMessage(error));
      });
      return loading;
    };
  };
  const tokenizer = once(async () => parseTokenizer(await readCriticJson(modelFolder, 'tokenizer.json')));
  const model = once(async () => {
    await checkCriticFile(modelFolder, 'encoder.onnx');
    return {
      tokenizer: await tokenizer(),
      encoder: new Encoder(await CriticSession.load(modelFolder, 'encoder.onnx', device, log)),
    };
  });
  return { tokenizer, model, head: once(() => readCriticJson(modelFolder, 'scorer.json')) };
}

class ModelLoadError extends Error {
  constructor(modelFolder: string, reason: string) {
    const brief = reason.replace(/\s+/g, ' ').replace(/\.$/, '');
    super(`The critic model in ${modelFolder} cannot be loaded (${brief}); reinstall Longfold.`);
  }
}

/** The calls between the critic on the server's thread and its inference workers. */
import type { CriticContext, LabelledContext } from '../critic/critic';

export interface CriticWorkerData {
  /** Folder with encoder.onnx and tokenizer.json. */
  readonly modelFolder: string;
  readonly cacheBytes: number;
}

export interface CriticLabelResult {
  readonly labelled: readonly LabelledContext[];
  /** Units that the encoder read, and units whose states were still known. */
  readonly unitsEncoded: number;
  readonly unitsCached: number;
}

// A type, not an interface: only types match the index signature of WorkerMethods.
export type CriticWorkerMethods = {
  label: {
    params: { readonly instruction: string; readonly question: string; readonly contexts: readonly CriticContext[] };
    result: CriticLabelResult;
  };
  countTokens: { params: { readonly texts: readonly string[] }; result: readonly number[] };
};

/** The calls between the critic on the server's thread and its inference workers. */
import type { LabelledContext } from '../critic/critic';
import type { UnitHeads } from '../critic/unit-heads';

export interface CriticWorkerData {
  /** Folder with encoder.onnx and tokenizer.json. */
  readonly modelFolder: string;
  readonly cacheBytes: number;
}

/** A stretch of a context with what is open where it begins. */
export interface CriticSection {
  readonly id: string;
  readonly text: string;
  readonly above: UnitHeads;
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
    params: { readonly instruction: string; readonly question: string; readonly sections: readonly CriticSection[] };
    result: CriticLabelResult;
  };
  /** `scorer.json` as it stands. */
  readHead: { params: object; result: unknown };
  countTokens: { params: { readonly texts: readonly string[] }; result: readonly number[] };
};

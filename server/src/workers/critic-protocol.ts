/** The calls between the critic on the server's thread and its inference workers. */
import type { CriticDevice } from '../../../protocol/settings';
import type { LabelledContext } from '../critic/critic';
import type { UnitHeads } from '../critic/unit-heads';

export interface CriticWorkerData {
  /** Folder with encoder.onnx, scorer.json, tokenizer.json and the manifest.json that names them. */
  readonly modelFolder: string;
  readonly cacheBytes: number;
  readonly device: CriticDevice;
}

/** A stretch of a context with what is open where it begins. */
export interface CriticSection {
  readonly id: string;
  readonly text: string;
  readonly above: UnitHeads;
}

export interface CriticWork {
  /** Units that the encoder read, and units whose states were still known. */
  readonly unitsEncoded: number;
  readonly unitsCached: number;
  /** Time of the whole call once the model is loaded, and of the encoder's runs in it. */
  readonly busyMs: number;
  readonly runMs: number;
}

export interface CriticLabelResult extends CriticWork {
  readonly labelled: readonly LabelledContext[];
}

/** Token `i` covers `[starts[i], ends[i])` of the section's text (UTF-16). */
export interface TokenizedSection {
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
}

// A type, not an interface: only types match the index signature of WorkerMethods.
export type CriticWorkerMethods = {
  label: {
    params: { readonly instruction: string; readonly question: string; readonly sections: readonly CriticSection[] };
    result: CriticLabelResult;
  };
  /** `scorer.json` as it stands. */
  readHead: { params: object; result: unknown };
  /** The tokens that `label` would label; needs the tokenizer alone. */
  tokenize: {
    params: { readonly sections: readonly { readonly text: string }[] };
    result: readonly TokenizedSection[];
  };
  countTokens: { params: { readonly texts: readonly string[] }; result: readonly number[] };
};

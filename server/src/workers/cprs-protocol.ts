/** The calls between the QwenLong-CPRS critic on the server's thread and its inference workers. */
import type { CriticDevice } from '../../../protocol/settings';
import type { CprsWindowOptions, CutContext } from '../critic/cprs/cprs-window';

export interface CprsWorkerData extends Omit<CprsWindowOptions, 'windowTokens'> {
  readonly modelFolder: string;
  readonly threads: number;
  readonly device: CriticDevice;
  /** Null: what the model's folder says. */
  readonly windowTokens: number | null;
}

interface Segments {
  readonly prompt: string;
  readonly question: string;
}

// A type, not an interface: only types match the index signature of WorkerMethods.
export type CprsWorkerMethods = {
  cut: { params: Segments & { readonly text: string }; result: CutContext };
  /** The logits of one window's context tokens, four a token. */
  label: { params: Segments & { readonly ids: Int32Array }; result: Float32Array };
  countTokens: { params: { readonly texts: readonly string[] }; result: readonly number[] };
};

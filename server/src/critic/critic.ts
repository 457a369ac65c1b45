/**
 * The critic's contract (design.md "The critic's contract", QwenLong-CPRS section 3): instruction, question and
 * contexts in; for every context token four logits in the order B, I, O, E with its source range out. What is kept
 * is decided afterwards from the logits alone, so another back end can stand behind this port.
 */
import type { Granularity } from '../../../protocol/trace-events';
import type { UnitHead } from './unit-head';

export interface CriticContext {
  /** The caller's name for this context; unique in a request. */
  readonly id: string;
  readonly text: string;
  /** The heading that the text stands under, where it is a part of something. */
  readonly heading?: string;
}

export interface CriticRequest {
  /** What to extract, in plain words, as in CPRS. */
  readonly instruction: string;
  readonly question: string;
  /** What will be kept, `sentence` unless told otherwise: a back end may mark keywords apart from whole sentences. */
  readonly granularity?: Granularity;
  /** Best candidates first: they are read in this order. */
  readonly contexts: readonly CriticContext[];
}

/** Labels of one context: token `i` covers `[starts[i], ends[i])` of its text (UTF-16); its logits are `logits[4*i …]`. */
export interface LabelledContext {
  readonly id: string;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** Float32, length 4 × tokens, order B, I, O, E. */
  readonly logits: Float32Array;
}

export interface CriticOptions {
  readonly signal: AbortSignal;
  /** Called after each batch with the contexts labelled in it. */
  readonly onBatch?: (labelled: readonly LabelledContext[]) => void;
}

export interface Critic {
  /** Labels every context. The result does not depend on the number of workers. */
  label(request: CriticRequest, options: CriticOptions): Promise<readonly LabelledContext[]>;
  /** Whether `label` of known text is cheap, whatever is asked: its states are kept. */
  readonly keepsStates?: boolean;
  /** How this critic's values and BM25 make one score; by default the sum of their z-scores. */
  loadHead?(): Promise<UnitHead>;
  /**
   * The tokens that `label` would label, with logits of 0: for ranking where the model itself is unusable. A critic
   * without it counts in word-like tokens.
   */
  tokenize?(contexts: readonly CriticContext[], signal: AbortSignal): Promise<readonly LabelledContext[]>;
  /** Critic tokens of each text. */
  countTokens(texts: readonly string[], signal: AbortSignal): Promise<readonly number[]>;
  dispose(): Promise<void>;
}

/** `message` is one sentence for the user: what is wrong, where, what to do. */
export class CriticError extends Error {
  override readonly name = 'CriticError';
  /** Whether what the critic labelled before it failed is worth nothing, either. */
  readonly voidsLabels: boolean;
  constructor(message: string, { voidsLabels = false }: { readonly voidsLabels?: boolean } = {}) {
    super(message);
    this.voidsLabels = voidsLabels;
  }
}

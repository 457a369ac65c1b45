/**
 * Messages between the server and the llama.cpp child process (`workers/llama.process.ts`). Every call carries the
 * model that it needs, so that a process that was started anew can answer it without any earlier call.
 */
import type { ChatReply, ChatRequest, ModelErrorReason } from './chat-model';

export interface LlamaModelSpec {
  /** Absolute path of the GGUF file. */
  readonly path: string;
  /** Window to ask for; 0: the trained length, at most `defaultWindowTokens`. */
  readonly windowTokens: number;
  readonly threads: number;
}

export interface LlamaModelInfo {
  /** The window in force, never more than the trained length. */
  readonly windowTokens: number;
  readonly trainedTokens: number;
  /** `cuda`, `vulkan`, `metal` or `cpu`. */
  readonly device: string;
}

export interface ModelFile {
  /** File name inside the model folder. */
  readonly name: string;
  readonly path: string;
  readonly sizeBytes: number;
  readonly trainedTokens: number;
  /** One sentence when the file cannot be used, else null. */
  readonly problem: string | null;
}

export interface LlamaCalls {
  readonly list: { readonly params: { readonly folder: string }; readonly result: readonly ModelFile[] };
  readonly load: { readonly params: { readonly model: LlamaModelSpec }; readonly result: LlamaModelInfo };
  readonly count: {
    readonly params: { readonly model: LlamaModelSpec; readonly text: string };
    readonly result: number;
  };
  readonly chat: {
    readonly params: { readonly model: LlamaModelSpec; readonly request: ChatRequest };
    readonly result: ChatReply;
  };
}

export type LlamaCall = {
  [Name in keyof LlamaCalls]: { readonly method: Name; readonly params: LlamaCalls[Name]['params'] };
}[keyof LlamaCalls];
export type ToLlama =
  ({ readonly kind: 'call'; readonly id: number } & LlamaCall) | { readonly kind: 'cancel'; readonly id: number };
export type FromLlama =
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'text'; readonly id: number; readonly delta: string }
  | { readonly kind: 'cancelled'; readonly id: number }
  | { readonly kind: 'error'; readonly id: number; readonly reason: ModelErrorReason; readonly message: string };

/** Window when none is asked for, in tokens: more costs memory that a laptop may not have. */
export const defaultWindowTokens = 16_384;

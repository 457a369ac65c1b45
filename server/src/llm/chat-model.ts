/**
 * The language model's contract. A prompt is never cut in silence: an adapter that finds that the prompt does not
 * fit throws `ModelError` with reason `windowExceeded`. Thinking text is kept apart from the answer.
 */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  readonly maxTokens: number;
  readonly temperature: number;
  readonly seed: number;
  /** JSON Schema that the reply must match, where the host can enforce it. */
  readonly jsonSchema?: Readonly<Record<string, unknown>>;
}

export interface ChatReply {
  readonly text: string;
  readonly thinking: string;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** `length`: the reply was cut at `maxTokens` or at the window. */
  readonly finish: 'stop' | 'length';
  readonly durationMs: number;
}

export interface ChatOptions {
  readonly signal: AbortSignal;
  /** Parts of the answer text as they come, thinking left out. */
  readonly onText?: (delta: string) => void;
}

/** As measured on this host so far. */
export interface ModelSpeed {
  readonly promptTokensPerSecond: number;
  /** Null where no reply was long enough to tell. */
  readonly completionTokensPerSecond: number | null;
}

export interface ChatModel {
  /** `ollama:NAME`, `openai:NAME`, `embedded:FILE` or `editor:VENDOR/NAME`. */
  readonly id: string;
  /** The window in force, in the model's tokens, prompt and reply together. */
  readonly windowTokens: number;
  /** Null before the first reply of this session; absent where it is not measured. */
  readonly speed?: ModelSpeed | null;
  /** Tokens of a text: exact where the host has a tokeniser, else an upper bound. */
  countTokens(text: string, signal: AbortSignal): Promise<number>;
  chat(request: ChatRequest, options: ChatOptions): Promise<ChatReply>;
  dispose(): Promise<void>;
}

export type ModelErrorReason =
  | 'unreachable'
  | 'notFound'
  | 'windowExceeded'
  /** The host does not say how large its window is, and the user has not said it either. */
  | 'windowUnknown'
  | 'stalled'
  | 'busy'
  /** No key, a wrong one, or the user said no. */
  | 'notPermitted'
  | 'badReply'
  | 'badModelFile'
  | 'outOfMemory'
  | 'hostNotAllowed'
  | 'crashed'
  | 'other';

/** `message` is one sentence for the user: what is wrong, where, what to do. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  constructor(
    readonly reason: ModelErrorReason,
    message: string,
  ) {
    super(message);
  }
  static is(value: unknown, reason?: ModelErrorReason): value is ModelError {
    return value instanceof ModelError && (reason === undefined || value.reason === reason);
  }
}

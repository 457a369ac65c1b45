/** What the editor can give the server: its own language models, and the keys in its secret store. A port: lsp/ has it. */
import type { ChatRequest } from './chat-model';

export interface EditorModel {
  /** `VENDOR/NAME`, unique in the editor. */
  readonly id: string;
  readonly label: string;
  /** Who gets the text. */
  readonly vendor: string;
  /** What a prompt may have, in tokens. */
  readonly maxInputTokens: number;
}

export interface EditorChatOptions {
  readonly signal: AbortSignal;
  readonly onText: (delta: string) => void;
}

export interface EditorHost {
  /** The key kept for a host such as `https://box:8000`, or null. */
  apiKey(origin: string, signal: AbortSignal): Promise<string | null>;
  listModels(signal: AbortSignal): Promise<readonly EditorModel[]>;
  /** One count a text. @throws ModelError */
  countTokens(model: string, texts: readonly string[], signal: AbortSignal): Promise<readonly number[]>;
  /** Resolves with the whole text. @throws ModelError, CancelledError */
  chat(model: string, request: ChatRequest, options: EditorChatOptions): Promise<string>;
  /** Shows one sentence for a while. */
  notify(sentence: string): void;
}

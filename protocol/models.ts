/** The language models that can be used now, and what the editor does for them: keys, consent, its own models. */
import { NotificationType, ProgressType, RequestType } from 'vscode-languageserver-protocol';

export interface ModelChoice {
  /** `ollama:NAME`, `openai:NAME`, `embedded:FILE`, `editor:VENDOR/NAME` or `none`: a value of `longfold.model.use`. */
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  readonly isCurrent: boolean;
  /** The host does not say how large the window is: `longfold.model.windowTokens` must. */
  readonly needsWindow?: true;
  /** Who else gets questions and passages of the user's files. */
  readonly sendsTextTo?: string;
}
export interface ModelList {
  readonly models: readonly ModelChoice[];
  /** One sentence a host that was looked for and not found, with what to do. */
  readonly problems: readonly string[];
}

/** extension → server: which models are there. */
export const ListModelsRequest = new RequestType<Record<string, never>, ModelList, void>('longfold/model/list');

export interface PullModelParams {
  /** As Ollama's library names it, for instance `qwen3:8b`. */
  readonly name: string;
  /** Made by the client; `PullProgress` comes under it. */
  readonly progressToken?: string;
}
export interface PullProgressPart {
  readonly step: string;
  readonly doneBytes: number;
  /** Of the layers begun so far; 0 while not known. */
  readonly totalBytes: number;
}
/** Sent by the server while it fetches a model, at most ten a second. */
export const PullProgress = new ProgressType<PullProgressPart>();

/** extension → server: fetch a model into Ollama. The client has the user's consent. Answers when it is there. */
export const PullModelRequest = new RequestType<PullModelParams, null, void>('longfold/model/pull');

/** server → extension: one sentence that matters for a while, such as that the model host is busy. */
export const ModelNotice = new NotificationType<{ readonly message: string }>('longfold/model/notice');

/** server → extension: the key that the editor's secret store keeps for a host such as `https://box:8000`. */
export const ApiKeyRequest = new RequestType<{ readonly origin: string }, { readonly key: string | null }, void>(
  'longfold/editor/apiKey',
);

export interface EditorModelInfo {
  /** `VENDOR/NAME`, unique in the editor. */
  readonly id: string;
  readonly label: string;
  readonly vendor: string;
  readonly maxInputTokens: number;
}
/** server → extension: the editor's own language models. */
export const ListEditorModelsRequest = new RequestType<Record<string, never>, readonly EditorModelInfo[], void>(
  'longfold/editor/listModels',
);

/** server → extension: tokens of each text, as that model counts. */
export const CountEditorTokensRequest = new RequestType<
  { readonly model: string; readonly texts: readonly string[] },
  readonly number[],
  void
>('longfold/editor/countTokens');

export interface EditorChatParams {
  readonly model: string;
  readonly messages: readonly { readonly role: 'system' | 'user' | 'assistant'; readonly content: string }[];
  readonly maxTokens: number;
  readonly temperature: number;
  /** Made by the server; the text's parts come under it. */
  readonly textToken: string;
}
/** `notFound`: the model is gone; `notPermitted`: the user or the provider said no. */
export type EditorChatResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly reason: 'notFound' | 'notPermitted' | 'other'; readonly message: string };

/** server → extension: ask one of the editor's models. Cancelling stops it. */
export const EditorChatRequest = new RequestType<EditorChatParams, EditorChatResult, void>('longfold/editor/chat');
/** Sent by the extension while the model writes: the next part of the text. */
export const EditorChatProgress = new ProgressType<string>();

/** The editor as the model hosts see it: keys from its secret store, its own language models, one sentence to show. */
import { CancellationTokenSource, LSPErrorCodes, ResponseError, type Connection } from 'vscode-languageserver';
import {
  ApiKeyRequest,
  CountEditorTokensRequest,
  EditorChatProgress,
  EditorChatRequest,
  ListEditorModelsRequest,
  ModelNotice,
} from '../../../protocol';
import { ModelError } from '../llm/chat-model';
import type { EditorHost } from '../llm/editor-host';
import { CancelledError, throwIfCancelled } from '../util/cancelled';
import { errorMessage } from '../util/error-message';

/** For a client that says in its `initializationOptions` that it answers the requests `longfold/editor/…`. */
export function createEditorHost(connection: Connection): EditorHost {
  let nextToken = 1;
  return {
    apiKey: async (origin, signal) =>
      (await cancellable(signal, (token) => connection.sendRequest(ApiKeyRequest, { origin }, token))).key,
    listModels: (signal) => cancellable(signal, (token) => connection.sendRequest(ListEditorModelsRequest, {}, token)),
    countTokens: (model, texts, signal) =>
      cancellable(signal, (token) => connection.sendRequest(CountEditorTokensRequest, { model, texts }, token)),
    async chat(model, { messages, maxTokens, temperature }, { signal, onText }) {
      const textToken = `longfold-editor-${nextToken++}`;
      const parts: string[] = [];
      const listening = connection.onProgress(EditorChatProgress, textToken, (part) => {
        parts.push(part);
        if (!signal.aborted) onText(part);
      });
      try {
        const params = { model, messages, maxTokens, temperature, textToken };
        const result = await cancellable(signal, (token) => connection.sendRequest(EditorChatRequest, params, token));
        if (result.kind === 'failed') throw new ModelError(result.reason, result.message);
        return parts.join('');
      } finally {
        listening.dispose();
      }
    },
    notify: (message) => void connection.sendNotification(ModelNotice, { message }).catch(() => undefined),
  };
}

/** The protocol cancels by a token; an answer that comes in spite of it is left unread. */
async function cancellable<T>(
  signal: AbortSignal,
  send: (token: CancellationTokenSource['token']) => Promise<T>,
): Promise<T> {
  throwIfCancelled(signal);
  const source = new CancellationTokenSource();
  let cancel = (): void => undefined;
  const cancelled = new Promise<never>((_, reject) => {
    cancel = () => {
      source.cancel();
      reject(new CancelledError());
    };
  });
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await Promise.race([send(source.token), cancelled]);
  } catch (error) {
    throwIfCancelled(signal);
    if (error instanceof ResponseError && error.code === LSPErrorCodes.RequestCancelled) throw new CancelledError();
    if (ModelError.is(error)) throw error;
    throw new ModelError('other', `The editor did not answer for its language models: ${errorMessage(error)}`);
  } finally {
    signal.removeEventListener('abort', cancel);
    source.dispose();
  }
}

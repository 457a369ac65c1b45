/**
 * What the server asks of the editor: keys of model servers, and the editor's own language models (`vscode.lm`). The
 * editor itself asks the user for consent before a model of another extension is used for the first time.
 */
import * as vscode from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import {
  ApiKeyRequest,
  CountEditorTokensRequest,
  EditorChatProgress,
  EditorChatRequest,
  ListEditorModelsRequest,
  ModelNotice,
  type EditorChatParams,
  type EditorChatResult,
} from '../../../protocol/models';
import type { ApiKeys } from './api-keys';

/** How long a sentence of the server stands in the status bar. */
const noticeMs = 15_000;

export function answerEditorRequests(client: LanguageClient, keys: ApiKeys): vscode.Disposable {
  return vscode.Disposable.from(
    client.onRequest(ApiKeyRequest, async ({ origin }) => ({ key: await keys.get(origin) })),
    client.onRequest(ListEditorModelsRequest, async () => {
      const models = await vscode.lm.selectChatModels();
      return models.map((model) => ({
        id: idOf(model),
        label: model.name,
        vendor: model.vendor,
        maxInputTokens: model.maxInputTokens,
      }));
    }),
    client.onRequest(CountEditorTokensRequest, async ({ model, texts }, token) => {
      const found = await findModel(model);
      return found ? Promise.all(texts.map(async (text) => found.countTokens(text, token))) : texts.map(() => 0);
    }),
    client.onRequest(EditorChatRequest, (params, token) => chat(client, params, token)),
    client.onNotification(ModelNotice, ({ message }) => {
      vscode.window.setStatusBarMessage(`$(watch) ${message}`, noticeMs);
    }),
  );
}

async function chat(
  client: LanguageClient,
  params: EditorChatParams,
  token: vscode.CancellationToken,
): Promise<EditorChatResult> {
  const model = await findModel(params.model);
  if (!model) {
    const message = vscode.l10n.t('The editor has no language model {0} any more; select another one.', params.model);
    return { kind: 'failed', reason: 'notFound', message };
  }
  try {
    const options = {
      justification: vscode.l10n.t('Longfold answers your question out of passages of your files.'),
      modelOptions: { temperature: params.temperature, max_tokens: params.maxTokens },
    };
    const response = await model.sendRequest(params.messages.map(toMessage), options, token);
    for await (const part of response.text) {
      await client.sendProgress(EditorChatProgress, params.textToken, part);
    }
    return { kind: 'done' };
  } catch (err) {
    if (token.isCancellationRequested) throw new vscode.CancellationError();
    return toFailure(err, model);
  }
}

/** This interface of the editor knows no system message: its text goes first, as the user's. */
function toMessage({ role, content }: EditorChatParams['messages'][number]): vscode.LanguageModelChatMessage {
  return role === 'assistant'
    ? vscode.LanguageModelChatMessage.Assistant(content)
    : vscode.LanguageModelChatMessage.User(content);
}

function toFailure(err: unknown, model: vscode.LanguageModelChat): EditorChatResult {
  const code = err instanceof vscode.LanguageModelError ? err.code : '';
  if (code === vscode.LanguageModelError.NoPermissions.name) {
    const message = vscode.l10n.t(
      'Longfold may not use {0}: you or your organisation have not allowed it; select another model.',
      model.name,
    );
    return { kind: 'failed', reason: 'notPermitted', message };
  }
  if (code === vscode.LanguageModelError.Blocked.name) {
    const message = vscode.l10n.t('{0} refuses this request, or its quota is used up; ask again later.', model.name);
    return { kind: 'failed', reason: 'notPermitted', message };
  }
  const reason = err instanceof Error ? err.message : String(err);
  return { kind: 'failed', reason: 'other', message: vscode.l10n.t('{0} did not answer: {1}', model.name, reason) };
}

async function findModel(id: string): Promise<vscode.LanguageModelChat | undefined> {
  const models = await vscode.lm.selectChatModels();
  return models.find((model) => idOf(model) === id);
}

function idOf(model: vscode.LanguageModelChat): string {
  return `${model.vendor}/${model.id}`;
}

/** Commands about the language model: which one answers, fetching one, the key of a server. */
import * as vscode from 'vscode';
import {
  ListModelsRequest,
  PullModelRequest,
  PullProgress,
  type ModelChoice,
  type PullProgressPart,
} from '../../../protocol/models';
import { UserError } from '../errors';
import type { ApiKeys } from '../models/api-keys';
import type { ServerConnection } from '../server-connection';

export class ModelCommands {
  #pulls = 0;

  constructor(
    private readonly server: ServerConnection,
    private readonly keys: ApiKeys,
  ) {}

  async select(): Promise<void> {
    const client = await this.server.ready();
    const { models, problems } = await client.sendRequest(ListModelsRequest, {});
    const automatic = {
      choice: null,
      label: vscode.l10n.t('Automatic'),
      detail: vscode.l10n.t(
        'The first that is there: Ollama, then the server of longfold.model.openaiUrl, then a file, then no model.',
      ),
      description: '',
    };
    const found = models.map((choice) => ({
      choice,
      label: choice.sendsTextTo === undefined ? choice.label : `$(cloud-upload) ${choice.label}`,
      detail: choice.detail,
      description: choice.isCurrent ? vscode.l10n.t('in use') : '',
    }));
    const placeHolder = problems.join(' ') || vscode.l10n.t('Which model writes the answers?');
    const picked = await vscode.window.showQuickPick([automatic, ...found], { placeHolder });
    if (!picked) return;
    if (picked.choice && !(await isAgreed(picked.choice))) return;
    await update('model.use', picked.choice?.id ?? 'auto');
  }

  /** Without a name, the user gives one; the user is asked before anything is fetched. */
  async pull(name: unknown): Promise<void> {
    const wanted = (typeof name === 'string' ? name : await askName())?.trim();
    if (!wanted) return;
    const fetchIt = vscode.l10n.t('Fetch');
    const question = vscode.l10n.t('Fetch the model {0} with Ollama?', wanted);
    const detail = vscode.l10n.t(
      'Ollama loads it from its own library on the internet; that can be many gigabytes. Nothing of your files is sent.',
    );
    if ((await vscode.window.showInformationMessage(question, { modal: true, detail }, fetchIt)) !== fetchIt) return;
    const title = vscode.l10n.t('Ollama fetches {0}', wanted);
    const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
    await vscode.window.withProgress(options, (progress, token) =>
      this.fetch(wanted, (part) => progress.report(part), token),
    );
    void vscode.window.showInformationMessage(vscode.l10n.t('The model {0} is there.', wanted));
  }

  async setApiKey(): Promise<void> {
    const origin = openAiOrigin();
    const key = await vscode.window.showInputBox({
      title: vscode.l10n.t('Key for the model server at {0}', origin),
      prompt: vscode.l10n.t(
        'It is kept in the secret store of the editor. Leave it empty to delete the one kept there.',
      ),
      password: true,
      ignoreFocusOut: true,
    });
    if (key === undefined) return;
    await this.keys.set(origin, key.trim());
    const done =
      key.trim() === ''
        ? vscode.l10n.t('No key is kept for {0} any more.', origin)
        : vscode.l10n.t('The key for {0} is kept.', origin);
    void vscode.window.showInformationMessage(done);
  }

  private async fetch(
    name: string,
    report: (part: { readonly message: string; readonly increment: number }) => void,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const client = await this.server.ready();
    const progressToken = `longfold-pull-${++this.#pulls}`;
    let shownPercent = 0;
    const listening = client.onProgress(PullProgress, progressToken, (part) => {
      const percent = part.totalBytes > 0 ? (100 * part.doneBytes) / part.totalBytes : 0;
      report({ message: describe(part), increment: Math.max(0, percent - shownPercent) });
      shownPercent = Math.max(shownPercent, percent);
    });
    try {
      await client.sendRequest(PullModelRequest, { name, progressToken }, token);
    } finally {
      listening.dispose();
    }
  }
}

/** A model whose text leaves for someone else needs a yes; a window that nobody knows, a number. */
async function isAgreed(choice: ModelChoice): Promise<boolean> {
  if (choice.sendsTextTo !== undefined) {
    const use = vscode.l10n.t('Use This Model');
    const question = vscode.l10n.t('Send questions and passages of your files to {0}?', choice.sendsTextTo);
    const detail = vscode.l10n.t('{0} is a model of the editor. It does not run inside Longfold.', choice.label);
    return (await vscode.window.showWarningMessage(question, { modal: true, detail }, use)) === use;
  }
  if (choice.needsWindow !== true || configuration().get<number>('model.windowTokens', 0) > 0) return true;
  const tokens = await vscode.window.showInputBox({
    title: vscode.l10n.t('How many tokens does the window of {0} have?', choice.label),
    prompt: vscode.l10n.t('Its server does not say. The answer is kept in longfold.model.windowTokens.'),
    validateInput: (value) =>
      /^\d+$/.test(value.trim()) && Number(value) >= 512 && Number(value) <= 1_000_000
        ? undefined
        : vscode.l10n.t('A whole number from 512 to 1000000.'),
  });
  if (tokens === undefined) return false;
  await update('model.windowTokens', Number(tokens));
  return true;
}

function askName(): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: vscode.l10n.t('Which model should Ollama fetch?'),
    prompt: vscode.l10n.t('A name of its library, such as qwen3:8b'),
  });
}

function describe({ step, doneBytes, totalBytes }: PullProgressPart): string {
  const gigabytes = (bytes: number): string => (bytes / 1e9).toFixed(2);
  return totalBytes > 0 ? `${step} (${gigabytes(doneBytes)} / ${gigabytes(totalBytes)} GB)` : step;
}

function openAiOrigin(): string {
  const url = configuration().get<string>('model.openaiUrl', '').trim();
  if (!URL.canParse(url)) {
    throw new UserError(vscode.l10n.t('Write the address of the model server to longfold.model.openaiUrl first.'));
  }
  return new URL(url).origin;
}

/** A choice in the user settings would have no effect where the workspace has one of its own. */
async function update(name: string, value: unknown): Promise<void> {
  const hasOwn = configuration().inspect(name)?.workspaceValue !== undefined;
  const target = hasOwn ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global;
  await configuration().update(name, value, target);
}

function configuration(): vscode.WorkspaceConfiguration {
  return vscode.workspace.getConfiguration('longfold');
}

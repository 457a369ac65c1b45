/** Models: which are there, and fetching one into Ollama with progress under the client's token. */
import type { Connection } from 'vscode-languageserver';
import { ListModelsRequest, PullModelRequest, PullProgress, type PullProgressPart } from '../../../protocol';
import type { Application } from '../application';
import { toAbortSignal } from './cancellation';
import type { Configuration } from './configuration';
import type { Workspaces } from './workspaces';

const progressMs = 100;

export function registerModels(
  connection: Connection,
  application: Application,
  workspaces: Workspaces,
  configuration: Configuration,
): void {
  const settings = (): ReturnType<Configuration['settingsOf']> => configuration.settingsOf(workspaces.roots()[0] ?? '');
  connection.onRequest(ListModelsRequest, async (_params, token) =>
    application.models(await settings(), toAbortSignal(token)),
  );
  connection.onRequest(PullModelRequest, async ({ name, progressToken }, token) => {
    const send = (part: PullProgressPart): void => {
      if (progressToken === undefined) return;
      void connection.sendProgress(PullProgress, progressToken, part).catch(() => undefined);
    };
    const onProgress = limitRate(send, progressMs);
    await application.pullModel(name, await settings(), { signal: toAbortSignal(token), onProgress });
    return null;
  });
}

/** Passes on what comes after at least `intervalMs`, and every new step. */
function limitRate(send: (part: PullProgressPart) => void, intervalMs: number): (part: PullProgressPart) => void {
  let sentMs = -Infinity;
  let step = '';
  return (part) => {
    const nowMs = performance.now();
    if (part.step === step && nowMs - sentMs < intervalMs) return;
    sentMs = nowMs;
    step = part.step;
    send(part);
  };
}

/**
 * The one funnel for errors of the extension: each command, view message and request ends here. A `UserError` is
 * an expected situation whose message is already a plain sentence; anything else is logged with its stack.
 */
import * as vscode from 'vscode';

export class UserError extends Error {
  override readonly name = 'UserError';
}

export class ErrorFunnel {
  constructor(private readonly log: vscode.LogOutputChannel) {}

  /** Runs an action; an error is shown once, and the result is then undefined. */
  async guard<T>(action: () => Thenable<T> | Promise<T>): Promise<T | undefined> {
    try {
      return await action();
    } catch (err) {
      this.report(err);
      return undefined;
    }
  }

  report(err: unknown): void {
    if (isCancellation(err)) return;
    const message = toSentence(err);
    this.log.error(err instanceof Error && !(err instanceof UserError) ? (err.stack ?? message) : message);
    void this.show(message);
  }

  private async show(message: string): Promise<void> {
    const showLog = vscode.l10n.t('Show Log');
    if ((await vscode.window.showErrorMessage(message, showLog)) === showLog) this.log.show();
  }
}

export function isCancellation(err: unknown): boolean {
  if (err instanceof vscode.CancellationError) return true;
  // -32800 RequestCancelled and -32802 ServerCancelled are how a language server says that it stopped on request.
  return typeof err === 'object' && err !== null && 'code' in err && (err.code === -32800 || err.code === -32802);
}

export function toSentence(err: unknown): string {
  const text = (err instanceof Error ? err.message : String(err)).trim();
  if (err instanceof UserError) return text;
  return vscode.l10n.t('Longfold could not do that: {0}', text || vscode.l10n.t('unknown error'));
}

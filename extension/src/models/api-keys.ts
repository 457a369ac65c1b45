/**
 * Keys of model servers, one for each address, in the editor's secret store. They reach the server when it asks for the
 * key of the address that it is about to call, and no setting, no log and no other address ever.
 */
import type * as vscode from 'vscode';

type SecretStore = Pick<vscode.SecretStorage, 'get' | 'store' | 'delete'>;

export class ApiKeys {
  readonly #handedOut = new Set<string>();

  constructor(private readonly secrets: SecretStore) {}

  /** `origin` such as `https://box:8000`. */
  async get(origin: string): Promise<string | null> {
    const key = (await this.secrets.get(nameOf(origin))) ?? null;
    if (key !== null) this.#handedOut.add(key);
    return key;
  }

  /** An empty key deletes the one that is kept. */
  async set(origin: string, key: string): Promise<void> {
    if (key === '') await this.secrets.delete(nameOf(origin));
    else await this.secrets.store(nameOf(origin), key);
  }

  /** The log as it goes to the client, which writes every message there when the user asks for traces. */
  keepOut(log: vscode.LogOutputChannel): vscode.LogOutputChannel {
    return new Proxy(log, {
      get: (target, name) => {
        if (name === 'trace') return (message: string) => target.trace(this.#redact(message));
        const value: unknown = Reflect.get(target, name);
        return value instanceof Function ? (...args: unknown[]): unknown => Reflect.apply(value, target, args) : value;
      },
    });
  }

  /** The text with every key that was handed out blotted. */
  #redact(text: string): string {
    let shown = text;
    for (const key of this.#handedOut) {
      // In a logged message the key stands as JSON.
      for (const form of [key, JSON.stringify(key).slice(1, -1)]) shown = shown.replaceAll(form, '…');
    }
    return shown;
  }
}

function nameOf(origin: string): string {
  return `longfold.apiKey:${origin}`;
}

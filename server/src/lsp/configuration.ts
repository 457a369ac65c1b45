/**
 * The settings of a workspace folder: pulled from the client for its scope, kept until the client says that the
 * configuration changed. A client that cannot be asked gave them in the initialisation options.
 */
import type { Connection } from 'vscode-languageserver';
import { parseSettings, type Settings } from '../../../protocol/settings';

export class Configuration {
  readonly #cache = new Map<string, Promise<Settings>>();

  constructor(
    private readonly connection: Connection,
    private readonly canPull: () => boolean,
    private readonly initial: () => unknown,
  ) {}

  settingsOf(scopeUri: string): Promise<Settings> {
    const known = this.#cache.get(scopeUri);
    if (known) return known;
    const asked = this.#ask(scopeUri);
    this.#cache.set(scopeUri, asked);
    return asked;
  }

  drop(): void {
    this.#cache.clear();
  }

  async #ask(scopeUri: string): Promise<Settings> {
    const found: unknown = this.canPull()
      ? await this.connection.workspace.getConfiguration({ scopeUri, section: 'longfold' })
      : this.initial();
    const { settings, problems } = parseSettings(found);
    for (const problem of problems) this.connection.console.warn(problem);
    return settings;
  }
}

/** One model host for the settings in force: a change of the model settings replaces it, so that no old one lingers. */
import type { Settings } from '../../../protocol/settings';
import type { ModelHost } from '../llm/choose-model';

export class ModelHosts {
  #current: { readonly key: string; readonly host: ModelHost } | undefined;

  constructor(private readonly create: (settings: Settings['model']) => ModelHost) {}

  for(settings: Settings['model']): ModelHost {
    const key = JSON.stringify(settings);
    if (this.#current?.key === key) return this.#current.host;
    void this.#current?.host.dispose();
    const host = this.create(settings);
    this.#current = { key, host };
    return host;
  }

  async dispose(): Promise<void> {
    await this.#current?.host.dispose();
    this.#current = undefined;
  }
}

/**
 * The critic for the settings in force. The bundled one is made once and kept, because folders may differ in their
 * settings and its workers start at their first use; a remote one is no more than an address and is made as needed.
 */
import type { Settings } from '../../../protocol/settings';
import type { Critic } from '../critic/critic';

/** What of the settings decides which critic reads; whether other hosts are allowed is one switch for all hosts. */
export type CriticSettings = Pick<Settings, 'critic'> & { readonly model: Pick<Settings['model'], 'allowRemoteHosts'> };

export interface CriticFactory {
  readonly createBundled: () => Critic;
  readonly createRemote: (host: { readonly url: string; readonly allowRemoteHosts: boolean }) => Critic;
}

export class Critics {
  #bundled: Critic | undefined;
  readonly #remotes = new Map<string, Critic>();

  constructor(private readonly factory: CriticFactory) {}

  get bundled(): Critic {
    return (this.#bundled ??= this.factory.createBundled());
  }

  for({ critic, model }: CriticSettings): Critic {
    if (critic.backend === 'bundled') return this.bundled;
    const host = { url: critic.url, allowRemoteHosts: model.allowRemoteHosts };
    const key = JSON.stringify(host);
    const known = this.#remotes.get(key) ?? this.factory.createRemote(host);
    this.#remotes.set(key, known);
    return known;
  }

  async dispose(): Promise<void> {
    const critics = [...(this.#bundled ? [this.#bundled] : []), ...this.#remotes.values()];
    await Promise.all(critics.map((critic) => critic.dispose()));
  }
}

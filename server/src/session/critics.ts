/**
 * The critic for the settings in force, one for each way they can be set: folders may differ in their settings, and a
 * critic's workers start at their first use.
 */
import { defaultSettings, type CriticDevice, type Settings } from '../../../protocol/settings';
import type { Critic } from '../critic/critic';

/** What of the settings decides which critic reads; whether other hosts are allowed is one switch for all hosts. */
export type CriticSettings = Pick<Settings, 'critic'> & { readonly model: Pick<Settings['model'], 'allowRemoteHosts'> };

export interface CriticFactory {
  /** `threads` 0: chosen from the number of cores. */
  readonly createBundled: (threads: number, device: CriticDevice) => Critic;
  readonly createCprs: (folder: string, threads: number, device: CriticDevice) => Critic;
  readonly createRemote: (host: { readonly url: string; readonly allowRemoteHosts: boolean }) => Critic;
}

export class Critics {
  readonly #critics = new Map<string, Critic>();

  constructor(private readonly factory: CriticFactory) {}

  get bundled(): Critic {
    return this.for(defaultSettings);
  }

  for({ critic, model }: CriticSettings): Critic {
    const { backend, threads, device, folder, url } = critic;
    switch (backend) {
      case 'bundled':
        return this.#once(`bundled ${threads} ${device}`, () => this.factory.createBundled(threads, device));
      case 'cprs':
        return this.#once(`cprs ${threads} ${device} ${folder}`, () =>
          this.factory.createCprs(folder, threads, device),
        );
      case 'remote': {
        const host = { url, allowRemoteHosts: model.allowRemoteHosts };
        return this.#once(`remote ${JSON.stringify(host)}`, () => this.factory.createRemote(host));
      }
    }
  }

  #once(key: string, create: () => Critic): Critic {
    const critic = this.#critics.get(key) ?? create();
    this.#critics.set(key, critic);
    return critic;
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#critics.values()].map((critic) => critic.dispose()));
  }
}

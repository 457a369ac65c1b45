/** Lets indexing wait between two files: because the user said so, or on battery where the settings ask for it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { PowerSource } from '../platform/power';

export interface Pause {
  /** Resolves at once or when indexing may go on. `onWait` hears once that it waits, and why. Throws when cancelled. */
  pass(signal: AbortSignal, onWait: (reason: PauseReason) => void): Promise<void>;
}
export type PauseReason = 'user' | 'battery';

/** How often the power source is asked, and how often a waiting run looks again. */
const [powerMs, lookMs] = [20_000, 250];

export class PauseGate implements Pause {
  #isPaused = false;
  #onBattery: { readonly value: boolean; readonly askedMs: number } | undefined;

  /** `minds`: whether the settings want to wait for mains; `now` in milliseconds. */
  constructor(
    private readonly power: PowerSource,
    private readonly minds: () => boolean,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get isPaused(): boolean {
    return this.#isPaused;
  }

  set(isPaused: boolean): void {
    this.#isPaused = isPaused;
  }

  async pass(signal: AbortSignal, onWait: (reason: PauseReason) => void): Promise<void> {
    let reason = await this.#reason();
    if (reason !== null) onWait(reason);
    while (reason !== null) {
      await sleep(lookMs, undefined, { signal });
      reason = await this.#reason();
    }
  }

  async #reason(): Promise<PauseReason | null> {
    if (this.#isPaused) return 'user';
    if (!this.minds()) return null;
    if (!this.#onBattery || this.now() - this.#onBattery.askedMs > powerMs) {
      this.#onBattery = { value: await this.power.isOnBattery(), askedMs: this.now() };
    }
    return this.#onBattery.value ? 'battery' : null;
  }
}

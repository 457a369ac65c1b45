/** The user's hand on a running question: pause it between two steps, go on, or have the answer now. */
import type { SteerAction } from '../../../protocol/folds';
import { CancelledError } from '../util/cancelled';

export class RunControl {
  #isPaused = false;
  #wake: (() => void) | undefined;
  readonly #answerNow = new AbortController();

  /** Hears what was asked for; the run that is steered sets it. */
  onSteer: (action: SteerAction) => void = () => undefined;

  /** Fires when the answer is wanted now: a step that runs is given up. */
  get answerNow(): AbortSignal {
    return this.#answerNow.signal;
  }

  steer(action: SteerAction): void {
    if (action === 'answerNow') this.#answerNow.abort();
    // An answer that is wanted now waits for nothing.
    this.#isPaused = action === 'pause';
    this.onSteer(action);
    if (!this.#isPaused) this.#wake?.();
  }

  /** Resolves at once, or when the run may go on. @throws CancelledError */
  async pass(signal: AbortSignal): Promise<void> {
    while (this.#isPaused && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    this.#wake = undefined;
    if (signal.aborted) throw new CancelledError();
  }
}

/** Notices a host that has gone silent: a limit until the first bytes, and one between bytes after that. */
export interface StallLimits {
  /** Loading the model, in milliseconds. */
  readonly loadMs: number;
  /** Evaluating one token of the prompt on a slow machine, in milliseconds. */
  readonly promptTokenMs: number;
  /** Between two bytes while it writes, in milliseconds. */
  readonly writingMs: number;
}

export const defaultStallLimits: StallLimits = { loadMs: 180_000, promptTokenMs: 250, writingMs: 90_000 };

export class StallWatch {
  isStalled = false;
  hasBytes = false;
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout;

  constructor(
    private readonly limits: StallLimits,
    promptTokens: number,
  ) {
    this.#timer = this.#arm(limits.loadMs + promptTokens * limits.promptTokenMs);
  }

  /** Aborted when the host has been silent for too long. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  sawBytes(): void {
    this.hasBytes = true;
    clearTimeout(this.#timer);
    this.#timer = this.#arm(this.limits.writingMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #arm(afterMs: number): NodeJS.Timeout {
    return setTimeout(() => {
      this.isStalled = true;
      this.#controller.abort();
    }, afterMs);
  }
}

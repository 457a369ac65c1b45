/**
 * Cancellation: core functions take an `AbortSignal`, check it after every await and throw `CancelledError`,
 * which the boundary (request, command) turns into the outcome `cancelled`. It is not a failure.
 */
export class CancelledError extends Error {
  override readonly name = 'CancelledError';
  constructor() {
    super('Cancelled.');
  }
  static is(value: unknown): value is CancelledError {
    return value instanceof CancelledError || (value instanceof Error && value.name === 'AbortError');
  }
}

export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CancelledError();
}

/** Gives other work on this thread a turn; used inside long loops. */
export function yieldToLoop(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

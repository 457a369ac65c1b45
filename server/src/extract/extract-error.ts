/** Why a file is not read, thrown from deep inside a reader and turned into a value where the file's reading begins. */
import type { SkipReason } from './document';

export class ExtractError extends Error {
  override readonly name = 'ExtractError';
  constructor(
    readonly reason: SkipReason,
    message: string,
  ) {
    super(message);
  }
  static is(value: unknown): value is ExtractError {
    return value instanceof ExtractError;
  }
}

/** @throws ExtractError of reason `damaged`; `message` is one sentence. */
export function failDamaged(message: string): never {
  throw new ExtractError('damaged', message);
}

/** What makes a calculation impossible: one sentence that a person, or the model that wrote it, can act on. */
export type ComputeErrorReason =
  'syntax' | 'unknownName' | 'units' | 'notANumber' | 'divisionByZero' | 'tooLarge' | 'notAllowed' | 'timeLimit';

export class ComputeError extends Error {
  override readonly name = 'ComputeError';
  constructor(
    readonly reason: ComputeErrorReason,
    message: string,
  ) {
    super(message);
  }
  static is(value: unknown, reason?: ComputeErrorReason): value is ComputeError {
    return value instanceof ComputeError && (reason === undefined || value.reason === reason);
  }
}

/** Why an evaluation cannot start: expected, with one sentence for the user. */
export type EvidenceErrorReason = 'unknownSet' | 'damaged';

export class EvidenceError extends Error {
  override readonly name = 'EvidenceError';
  constructor(
    readonly reason: EvidenceErrorReason,
    message: string,
  ) {
    super(message);
  }
  static is(value: unknown, reason?: EvidenceErrorReason): value is EvidenceError {
    return value instanceof EvidenceError && (reason === undefined || value.reason === reason);
  }
}

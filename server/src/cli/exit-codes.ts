/** Exit codes of every command. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, nothingFound: 3, cancelled: 130 } as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A wrong argument, in one sentence. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Turns what goes wrong between Longfold and a CPRS server into one sentence. */
import { HttpStatusError, isNobodyThere, socketCode } from '../platform/http-fetch';
import { errorMessage } from '../util/error-message';
import { CriticError } from './critic';

export function toCprsError(error: unknown, url: URL): CriticError {
  if (error instanceof CriticError) return error;
  if (error instanceof HttpStatusError) return fromStatus(error, url);
  if (isNobodyThere(error)) {
    return new CriticError(
      `No critic answers at ${url.origin}; start the CPRS server, correct longfold.critic.url, or set ` +
        'longfold.critic.backend to bundled.',
    );
  }
  if (/ECONNRESET|EPIPE|aborted/.test(socketCode(error) + errorMessage(error))) return brokenOff(url);
  return new CriticError(`The critic at ${url.origin} cannot be used: ${clean(errorMessage(error))}`);
}

export function brokenOff(url: URL): CriticError {
  return new CriticError(`The critic at ${url.origin} broke off its answer; see its log, then ask again.`);
}

export function stalled(url: URL): CriticError {
  return new CriticError(`The critic at ${url.origin} does not answer in time; restart it and ask again.`);
}

export function notCprs(url: URL): CriticError {
  return new CriticError(
    `What answers at ${url.origin} is no CPRS server; correct longfold.critic.url or set longfold.critic.backend to ` +
      'bundled.',
  );
}

export function tooLarge(url: URL): CriticError {
  return new CriticError(
    `The critic at ${url.origin} sends far more than its answer can be, so the rest is refused; check ` +
      'longfold.critic.url.',
  );
}

/** Every span was rejected: labels that say nothing would pass for a text in which nothing was found. */
export function misplaced(url: URL, spans: number): CriticError {
  return new CriticError(
    `The critic at ${url.origin} marks text that does not stand where it says (${spans} of ${spans} spans); run another ` +
      'version of its server, or set longfold.critic.backend to bundled.',
    { voidsLabels: true },
  );
}

/** `said` is the server's own text. */
export function refused(url: URL, status: number, said: string): CriticError {
  const reason = clean(said) || 'no reason given';
  return new CriticError(
    `The critic at ${url.origin} refused the request with status ${status} (${reason}); see its log, then ask again.`,
  );
}

function fromStatus({ status, message }: HttpStatusError, url: URL): CriticError {
  // Redirects are not followed, and an unknown path or method means another program.
  if (status < 400 || status === 404 || status === 405) return notCprs(url);
  return refused(url, status, message);
}

/** One line of printable text. */
function clean(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Z}]+/gu, ' ')
    .trim()
    .slice(0, 200);
}

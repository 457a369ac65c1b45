/** A random secret of this user on this computer, made at its first use; readable by the owner alone. */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** Where it can be neither read nor kept, one for this process alone. */
export function readUserSecret(file: string): string {
  const fresh = randomBytes(16).toString('hex');
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    // Fails where it exists, also when another process makes it at the same time.
    writeFileSync(file, fresh, { flag: 'wx', mode: 0o600 });
    return fresh;
  } catch {
    return readSecret(file) ?? fresh;
  }
}

function readSecret(file: string): string | null {
  try {
    const kept = readFileSync(file, 'utf8').trim();
    return /^[0-9a-f]{32}$/.test(kept) ? kept : null;
  } catch {
    return null;
  }
}

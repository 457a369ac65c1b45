/** The small chat model of the tests; `node scripts/fetch-model.mjs` puts it there (npm test does that first). */
import { homedir } from 'node:os';
import { join } from 'node:path';

export const smallModelFile = 'SmolLM2-135M-Instruct.Q4_1.gguf';

/** The user's real cache folder, also when a test moves `LONGFOLD_HOME` for the code under test. */
export function smallModelFolder(): string {
  const home = process.env['LONGFOLD_HOME'];
  if (home) return join(home, 'models');
  return join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'longfold', 'models');
}

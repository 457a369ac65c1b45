// Where test tools are kept: outside the repository, so that a fresh clone finds them again.
import { homedir } from 'node:os';
import { join } from 'node:path';

const userCache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');

export const testCacheFolder = process.env.LONGFOLD_CACHE ?? join(userCache, 'longfold', 'test');
export const codeServerVersion = '4.139.1';
export const codeServerInstall = join(testCacheFolder, `code-server-${codeServerVersion}`);
export const codeServerFolder = join(codeServerInstall, 'node_modules', 'code-server');
/** Written last: an install that was interrupted has none and is done again. */
export const codeServerMarker = join(codeServerInstall, 'complete');
/** Where `fetch-model.mjs` puts the small model. */
export const modelsFolder = process.env.LONGFOLD_HOME
  ? join(process.env.LONGFOLD_HOME, 'models')
  : join(userCache, 'longfold', 'models');

/**
 * Where Longfold keeps things for a user: one data folder (indexes, traces) shared by editor and command line, and
 * one model folder. `LONGFOLD_HOME` moves both; else each system's own convention holds.
 */
import { createHash } from 'node:crypto';
import { posix, win32 } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface UserFolders {
  readonly dataFolder: string;
  readonly modelsFolder: string;
}

export function userFolders(env: Environment, platform: NodeJS.Platform): UserFolders {
  const paths = platform === 'win32' ? win32 : posix;
  const own = env['LONGFOLD_HOME'];
  if (own) return { dataFolder: paths.join(own, 'data'), modelsFolder: paths.join(own, 'models') };
  const home = homeFolder(env, platform);
  if (platform === 'win32') {
    const local = env['LOCALAPPDATA'] || paths.join(home, 'AppData', 'Local');
    return { dataFolder: paths.join(local, 'Longfold', 'data'), modelsFolder: paths.join(local, 'Longfold', 'models') };
  }
  if (platform === 'darwin') {
    const library = paths.join(home, 'Library');
    return {
      dataFolder: paths.join(library, 'Application Support', 'Longfold'),
      modelsFolder: paths.join(library, 'Caches', 'Longfold', 'models'),
    };
  }
  return {
    dataFolder: paths.join(absolute(env['XDG_DATA_HOME']) ?? paths.join(home, '.local', 'share'), 'longfold'),
    modelsFolder: paths.join(absolute(env['XDG_CACHE_HOME']) ?? paths.join(home, '.cache'), 'longfold', 'models'),
  };
}

/** The folder of everything kept of one workspace; `realRoot` is the root with its links resolved. */
export function workspaceFolder(dataFolder: string, realRoot: string): string {
  const name = createHash('sha256').update(realRoot).digest('hex').slice(0, 16);
  return dataFolder.includes('\\')
    ? win32.join(dataFolder, 'workspaces', name)
    : posix.join(dataFolder, 'workspaces', name);
}

function homeFolder(env: Environment, platform: NodeJS.Platform): string {
  const home = platform === 'win32' ? env['USERPROFILE'] : env['HOME'];
  if (home) return home;
  throw new Error('Longfold finds no home folder; set LONGFOLD_HOME to a folder that you may write.');
}

/** The XDG rules say that a relative path is to be ignored. */
function absolute(path: string | undefined): string | undefined {
  return path?.startsWith('/') ? path : undefined;
}

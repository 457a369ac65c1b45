/**
 * Where this process runs, as far as it explains why a program of the user's own machine does not answer on loopback: in
 * WSL, in a container or on a machine reached over SSH, loopback is another one.
 */
import { existsSync } from 'node:fs';
import { release } from 'node:os';

export type RuntimePlace = 'here' | 'wsl' | 'container' | 'remote';

export interface PlaceFacts {
  readonly env: NodeJS.ProcessEnv;
  readonly kernel: string;
  readonly hasFile: (path: string) => boolean;
}

const machine = { kernel: release(), hasFile: existsSync };

export function runtimePlace({ env, kernel, hasFile }: PlaceFacts): RuntimePlace {
  if (env['REMOTE_CONTAINERS'] || env['CODESPACES'] || hasFile('/.dockerenv') || hasFile('/run/.containerenv')) {
    return 'container';
  }
  if (/microsoft/i.test(kernel) || env['WSL_DISTRO_NAME']) return 'wsl';
  return env['SSH_CONNECTION'] ? 'remote' : 'here';
}

/** One sentence for the user, or undefined on the user's own machine. */
export function placeHint(env: NodeJS.ProcessEnv): string | undefined {
  switch (runtimePlace({ ...machine, env })) {
    case 'here':
      return undefined;
    case 'wsl':
      return (
        'Longfold runs inside WSL: a server on Windows is reached there at the address that "ip route show default" ' +
        'names, or with networkingMode=mirrored in .wslconfig.'
      );
    case 'container':
      return (
        'Longfold runs inside a container: a server outside is reached at host.docker.internal, which ' +
        'longfold.model.allowRemoteHosts must allow.'
      );
    case 'remote':
      return (
        'Longfold runs on the machine that SSH connects to: a server on your own machine is reached there only ' +
        'through a forwarded port ("ssh -R").'
      );
  }
}

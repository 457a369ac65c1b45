/** Finds a Node 24 for a command line that was started on an older one: LONGFOLD_NODE, the installed package, the PATH. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';

export function findNewerNode(fromFile: string, env: NodeJS.ProcessEnv): string | null {
  const named = env['LONGFOLD_NODE'];
  if (named !== undefined && existsSync(named)) return named;
  const packaged = findPackagedNode(fromFile);
  if (packaged !== null) return packaged;
  for (const folder of (env['PATH'] ?? '').split(delimiter)) {
    const candidate = join(folder, process.platform === 'win32' ? 'node24.exe' : 'node24');
    if (folder !== '' && existsSync(candidate)) return candidate;
  }
  return null;
}

function findPackagedNode(fromFile: string): string | null {
  try {
    const manifest = createRequire(fromFile).resolve(`node-${process.platform}-${process.arch}/package.json`);
    const binary = join(manifest, '..', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
    return existsSync(binary) ? binary : null;
  } catch {
    return null;
  }
}

// Bundles TypeScript of the critic in memory, for the scripts beside this file. Run `node scripts/build.mjs` first.
import { build } from 'esbuild';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The exports that the scripts use, as one module. */
export function loadCritic() {
  return loadModule([
    "export * from './server/src/critic/onnx-critic';",
    "export * from './server/src/critic/unit-ranker';",
    "export * from './server/src/critic/compress-passages';",
    "export * from './server/src/critic/bm25';",
    "export * from './server/src/critic/units';",
  ]);
}

/** `exports`: lines of TypeScript, with paths from the repository's root. */
export async function loadModule(exports) {
  const folder = await mkdtemp(join(tmpdir(), 'longfold-critic-'));
  const outfile = join(folder, 'critic.mjs');
  try {
    await build({
      stdin: { contents: exports.join('\n'), resolveDir: resolve('.'), loader: 'ts' },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile,
      logLevel: 'error',
    });
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export function createCritic({ OnnxCritic }, workers, cacheBytes) {
  const options = {
    workerFile: resolve('dist/workers/critic.worker.js'),
    modelFolder: resolve('models/critic'),
    workers,
  };
  return new OnnxCritic(cacheBytes === undefined ? options : { ...options, cacheBytes });
}

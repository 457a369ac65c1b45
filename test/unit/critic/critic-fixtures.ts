/** What the critic's tests share: a critic over the bundled worker, texts and a seeded random source. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { OnnxCritic } from '../../../server/src/critic/onnx-critic';

export const workerFile = resolve('dist/workers/critic.worker.js');
export const modelFolder = resolve('models/critic');

export function createCritic(workers: number, cacheBytes?: number): OnnxCritic {
  const options = { workerFile, modelFolder, workers };
  return new OnnxCritic(cacheBytes === undefined ? options : { ...options, cacheBytes });
}

export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

/** Code and documentation of fastify, and the committed Chinese, emoji and CRLF texts. */
export function readSources(): readonly SourceFile[] {
  const folders = ['lib', 'docs/Reference', 'docs/Guides', 'test'].map((name) => join('node_modules/fastify', name));
  return [...folders, 'test/fixtures/critic/texts'].flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => ({ name: `${folder}/${entry.name}`, text: readFileSync(join(folder, entry.name), 'utf8') }))
      .sort((left, right) => (left.name < right.name ? -1 : 1)),
  );
}

/** TypeScript and Python, whole and broken. */
export function readCode(): readonly SourceFile[] {
  return ['code/ledger.ts', 'code/broken.ts', 'code/sensors.py', 'sample-workspace/src/queue.ts'].map((name) => ({
    name,
    text: readFileSync(join('test/fixtures', name), 'utf8'),
  }));
}

/** A number in [0, 1) from a fixed seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

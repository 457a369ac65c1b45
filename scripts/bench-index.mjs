// Indexes a folder twice in this process, as the server does, and prints how fast it is and how long the loop was
// blocked at most. Usage: node scripts/build.mjs && node scripts/bench-index.mjs [FOLDER] [--json]
import { build } from 'esbuild';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const maxBlockedMs = 50;
const root = resolve(process.argv.slice(2).find((word) => !word.startsWith('--')) ?? 'node_modules/fastify');
const parts = await loadParts();
const folder = await mkdtemp(join(tmpdir(), 'longfold-bench-'));
try {
  const cold = await measure(false);
  const second = await measure(false);
  report({ root, ...cold, secondSeconds: second.seconds, secondShare: second.seconds / cold.seconds });
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function measure(rebuild) {
  const workerFile = (name) => resolve(`dist/workers/${name}.worker.js`);
  const logger = { info() {}, warn: console.error, error: console.error };
  const store = parts.createIndexStore({ folder, root, workerFile: workerFile('store'), onProblem: console.error });
  const extractor = parts.createExtractor({ workerFile: workerFile('extract'), count: 2 });
  const loop = watchLoop();
  const start = performance.now();
  await parts.indexWorkspace(
    { root, store, extractor, fileSystem: parts.createNodeFileSystem(), git: parts.runGit, logger },
    { settings: { maxFileKilobytes: 2048, exclude: [] }, signal: new AbortController().signal, rebuild },
  );
  const seconds = (performance.now() - start) / 1000;
  const blocked = loop.stop();
  const totals = await store.totals();
  await store.close();
  await extractor.dispose();
  return { seconds, ...blocked, ...totals };
}

/**
 * Two independent measures: a 1 ms timer of our own, and Node's event loop delay histogram. On a busy machine the
 * longest gap is often a thread that was not let run; the processor time spent in that gap tells the two apart.
 */
function watchLoop() {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  histogram.enable();
  let last = performance.now();
  let lastCpu = process.threadCpuUsage();
  let longestMs = 0;
  let longestCpuMs = 0;
  const timer = setInterval(() => {
    const now = performance.now();
    const cpu = process.threadCpuUsage(lastCpu);
    longestMs = Math.max(longestMs, now - last - 1);
    longestCpuMs = Math.max(longestCpuMs, (cpu.user + cpu.system) / 1000);
    last = now;
    lastCpu = process.threadCpuUsage();
  }, 1);
  return {
    stop() {
      clearInterval(timer);
      histogram.disable();
      return {
        longestSectionMs: longestMs,
        longestCpuMs,
        loopDelayMaxMs: histogram.max / 1e6,
        loopDelayP99Ms: histogram.percentile(99) / 1e6,
      };
    },
  };
}

/** Bundles the indexer's own sources, so that the bench measures the code as it is now. */
async function loadParts() {
  const outfile = resolve('dist/bench/index-parts.cjs');
  const exports = {
    'workspace/indexer': 'indexWorkspace',
    'workspace/worker-extractor': 'createExtractor',
    'index/sqlite-index-store': 'createIndexStore',
    'platform/node-file-system': 'createNodeFileSystem',
    'platform/run-git': 'runGit',
  };
  const contents = Object.entries(exports)
    .map(([file, name]) => `export { ${name} } from './server/src/${file}';`)
    .join('\n');
  await build({
    stdin: { contents, resolveDir: resolve('.') },
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    outfile,
  });
  return createRequire(import.meta.url)(outfile);
}

function report(figures) {
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify(figures));
  } else {
    const { files, indexed, skipped, chunks, tokens, seconds } = figures;
    console.log(`${root}: ${files} files (${indexed} indexed, ${skipped} skipped), ${chunks} chunks, ${tokens} tokens`);
    console.log(`first run ${seconds.toFixed(2)} s, ${(files / seconds).toFixed(0)} files/s`);
    console.log(
      `second run ${figures.secondSeconds.toFixed(2)} s, ${(100 * figures.secondShare).toFixed(0)} % of the first`,
    );
    console.log(
      `longest synchronous section: ${figures.longestCpuMs.toFixed(1)} ms of processor time (bound ${maxBlockedMs} ms); ` +
        `longest gap between two turns of the loop, waiting for a processor included: ${figures.longestSectionMs.toFixed(1)} ms`,
    );
    console.log(
      `event loop delay: max ${figures.loopDelayMaxMs.toFixed(1)} ms, 99th percentile ${figures.loopDelayP99Ms.toFixed(1)} ms`,
    );
  }
  if (figures.longestCpuMs > maxBlockedMs) process.exitCode = 1;
}

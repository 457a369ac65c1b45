// Lets the built server index a folder twice, as an editor does, and prints how fast it is and how long the server's
// own thread was busy at one piece. Usage: node scripts/build.mjs && node scripts/bench-index.mjs [FOLDER] [--json]
import { spawn } from 'node:child_process';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import rpc from 'vscode-jsonrpc/node';

const maxBusyMs = 50;
const scripts = import.meta.dirname;
const root = await realpath(process.argv.slice(2).find((word) => !word.startsWith('--')) ?? 'node_modules/fastify');
const home = await mkdtemp(join(tmpdir(), 'longfold-bench-'));
try {
  const first = await runServer();
  const second = await runServer();
  report({ root, first, second, secondShare: second.seconds / first.seconds });
} finally {
  await rm(home, { recursive: true, force: true });
}

/** One life of the server: from `initialized`, which starts the indexing, to a ready index. */
async function runServer() {
  const probe = pathToFileURL(join(scripts, 'loop-probe.mjs')).toString();
  const server = resolve(scripts, '..', 'dist', 'server.js');
  const child = spawn(process.execPath, ['--import', probe, server, '--stdio'], {
    env: { ...process.env, LONGFOLD_HOME: home },
    stdio: ['pipe', 'pipe', 'inherit', 'ipc'],
  });
  const connection = rpc.createMessageConnection(
    new rpc.StreamMessageReader(child.stdout),
    new rpc.StreamMessageWriter(child.stdin),
  );
  connection.onRequest('client/registerCapability', () => null);
  connection.onRequest('workspace/configuration', ({ items }) => items.map(() => ({ model: { use: 'none' } })));
  const ready = new Promise((done, fail) => {
    connection.onNotification('longfold/index/status', (status) => {
      if (status.phase === 'ready') done(status);
      if (status.phase === 'failed') fail(new Error(status.message));
    });
    child.on('exit', (code) => fail(new Error(`The server ended with code ${code}.`)));
  });
  connection.listen();
  const uri = pathToFileURL(root).toString();
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: uri,
    workspaceFolders: [{ uri, name: 'bench' }],
    capabilities: { workspace: { configuration: true } },
    initializationOptions: { isTrusted: true },
  });
  child.send('reset');
  const start = performance.now();
  await connection.sendNotification('initialized', {});
  const { filesIndexed, filesSkipped, chunks } = await ready;
  const seconds = (performance.now() - start) / 1000;
  const loop = await new Promise((done) => {
    child.once('message', done);
    child.send('report');
  });
  const ended = new Promise((done) => child.once('exit', done));
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
  await ended;
  return { seconds, filesIndexed, filesSkipped, chunks, ...loop };
}

function report(figures) {
  const { first, second, secondShare } = figures;
  const longestCpuMs = Math.max(first.longestCpuMs, second.longestCpuMs);
  if (longestCpuMs > maxBusyMs) process.exitCode = 1;
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify(figures));
    return;
  }
  const files = first.filesIndexed + first.filesSkipped;
  console.log(`${root}: ${files} files (${first.filesIndexed} indexed), ${first.chunks} chunks`);
  console.log(`first run ${first.seconds.toFixed(2)} s, ${(files / first.seconds).toFixed(0)} files/s`);
  console.log(`second run ${second.seconds.toFixed(2)} s, ${(100 * secondShare).toFixed(0)} % of the first`);
  for (const [name, run] of Object.entries({ first, second })) {
    console.log(
      `${name} run, inside the server: longest synchronous section ${run.longestCpuMs.toFixed(1)} ms of processor time ` +
        `(bound ${maxBusyMs} ms); longest gap between two turns of the loop ${run.longestGapMs.toFixed(1)} ms; ` +
        `loop delay max ${run.delayMaxMs.toFixed(1)} ms, 99th percentile ${run.delayP99Ms.toFixed(1)} ms`,
    );
  }
}

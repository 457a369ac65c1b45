// The built server as a bench drives it: over its own protocol, with a probe inside that watches its loop.
import { spawn } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import rpc from 'vscode-jsonrpc/node';

const scripts = import.meta.dirname;
const allocation = { MALLOC_TRIM_THRESHOLD_: '131072', MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_ARENA_MAX: '2' };

export async function startServer(root, home) {
  const probe = pathToFileURL(join(scripts, 'loop-probe.mjs')).toString();
  const server = resolve(scripts, '..', 'dist', 'server.js');
  const child = spawn(process.execPath, ['--max-semi-space-size=4', '--import', probe, server, '--stdio'], {
    // As the extension starts it.
    env: { ...process.env, LONGFOLD_HOME: home, ...allocation },
    stdio: ['pipe', 'pipe', 'inherit', 'ipc'],
  });
  const connection = rpc.createMessageConnection(
    new rpc.StreamMessageReader(child.stdout),
    new rpc.StreamMessageWriter(child.stdin),
  );
  connection.onRequest('client/registerCapability', () => null);
  connection.onRequest('workspace/configuration', ({ items }) => items.map(() => ({ model: { use: 'none' } })));
  const listeners = [];
  const ready = new Promise((done, fail) => {
    connection.onNotification('longfold/index/status', (status) => {
      for (const listener of listeners) listener(status);
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
  return {
    onStatus: (listener) => listeners.push(listener),
    /** The status of the index when it is ready. */
    index: async () => {
      await connection.sendNotification('initialized', {});
      return ready;
    },
    changed: (path) =>
      connection.sendNotification('workspace/didChangeWatchedFiles', {
        changes: [{ uri: pathToFileURL(join(root, path)).toString(), type: 2 }],
      }),
    loop: () =>
      new Promise((done) => {
        child.once('message', done);
        child.send('report');
      }),
    /** Of the whole process, its workers included; 0 where the system does not tell. */
    peakBytes: async () => {
      const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
      return 1024 * Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0);
    },
    indexFile: async () => {
      const names = await readdir(home, { recursive: true });
      return join(
        home,
        names.find((name) => name.endsWith('index.sqlite')),
      );
    },
    stop: async () => {
      const ended = new Promise((done) => child.once('exit', done));
      await connection.sendRequest('shutdown');
      await connection.sendNotification('exit');
      await ended;
    },
  };
}

/** A real model server of the test cache as a child process: its port, waiting until it answers, its end. */
import type { ChildProcess } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the scripts `get-….mjs` put servers for the tests. */
export const hostCacheFolder = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'longfold', 'test');

export async function freeAddress(): Promise<URL> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return new URL(`http://127.0.0.1:${port}`);
}

/** Throws when the process ends, or when a minute is over. */
export async function untilAnswers(url: URL, server: ChildProcess): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (server.exitCode !== null) throw new Error(`The server for ${url.href} stopped with code ${server.exitCode}.`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`No server answered at ${url.href} within a minute.`);
}

export async function stopProcess(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  server.kill('SIGTERM');
  await ended;
}

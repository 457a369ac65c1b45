/** A real server of llama.cpp of the test cache (see scripts/get-llama-server.mjs) on a free port, with the small model. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ollama-server';
import { smallModelFile, smallModelFolder } from './small-model';

const cacheFolder = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
const program = join(cacheFolder, 'longfold', 'test', 'llama-server', 'llama-server-0.3.36');

export interface LlamaServer {
  readonly url: URL;
  close(): Promise<void>;
}

export interface LlamaServerOptions {
  readonly windowTokens: number;
  readonly key?: string;
}

export async function startLlamaServer({ windowTokens, key }: LlamaServerOptions): Promise<LlamaServer> {
  if (!existsSync(program)) {
    throw new Error(`llama-server is not at ${program}; run "node scripts/get-llama-server.mjs" first.`);
  }
  const port = await freePort();
  const url = new URL(`http://127.0.0.1:${port}`);
  const args = ['--model', join(smallModelFolder(), smallModelFile), '--alias', 'small', '--offline'];
  // One thread: with more, a busy machine makes it many times slower.
  args.push('--host', url.hostname, '--port', String(port), '--ctx-size', String(windowTokens), '-t', '1', '-np', '1');
  if (key !== undefined) args.push('--api-key', key);
  const server = spawn(program, args, { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  for (let attempt = 0; attempt < 600 && server.exitCode === null; attempt++) {
    const answer = await fetch(new URL('/health', url)).catch(() => undefined);
    if (answer?.ok) {
      const close = async (): Promise<void> => {
        server.kill('SIGTERM');
        await ended;
      };
      return { url, close };
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  server.kill('SIGKILL');
  throw new Error(`llama-server did not answer at ${url.href} within a minute.`);
}

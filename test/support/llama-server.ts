/** A real server of llama.cpp of the test cache (see scripts/get-llama-server.mjs) on a free port, with the small model. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { freeAddress, hostCacheFolder, stopProcess, untilAnswers } from './host-process';
import { smallModelFile, smallModelFolder } from './small-model';

const program = join(hostCacheFolder, 'llama-server', 'llama-server-0.3.36');

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
  const url = await freeAddress();
  const args = ['--model', join(smallModelFolder(), smallModelFile), '--alias', 'small', '--offline'];
  // One thread: with more, a busy machine makes it many times slower.
  args.push('--host', url.hostname, '--port', url.port, '--ctx-size', String(windowTokens), '-t', '1', '-np', '1');
  if (key !== undefined) args.push('--api-key', key);
  const server = spawn(program, args, { stdio: 'ignore' });
  const close = (): Promise<void> => stopProcess(server);
  try {
    await untilAnswers(new URL('/health', url), server);
  } catch (error) {
    await close();
    throw error;
  }
  return { url, close };
}

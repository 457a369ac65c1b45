/** A real Ollama server of the test cache (see scripts/get-ollama.mjs) on a free port, with the small model in it. */
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freeAddress, hostCacheFolder, stopProcess, untilAnswers } from './host-process';
import { smallModelFile, smallModelFolder } from './small-model';

const program = join(hostCacheFolder, 'ollama', 'ollama-0.17.4');

export interface OllamaServer {
  readonly url: URL;
  /** Name of the small model in it; with `-1k` behind it, the same with a window of 1,024 tokens. */
  readonly model: string;
  close(): Promise<void>;
}

export async function startOllama(): Promise<OllamaServer> {
  if (!existsSync(program)) throw new Error(`Ollama is not at ${program}; run "node scripts/get-ollama.mjs" first.`);
  const folder = await mkdtemp(join(tmpdir(), 'longfold-ollama-'));
  const url = await freeAddress();
  const env = {
    PATH: process.env['PATH'] ?? '',
    HOME: folder,
    OLLAMA_MODELS: join(folder, 'models'),
    OLLAMA_HOST: url.host,
    OLLAMA_NUM_PARALLEL: '1',
    OLLAMA_NO_CLOUD: '1',
  };
  const server = spawn(program, ['serve'], { env, stdio: 'ignore' });
  const close = async (): Promise<void> => {
    await stopProcess(server);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilAnswers(new URL('/api/version', url), server);
    // One thread: with more, a busy machine makes it many times slower.
    const modelfile = `FROM ${join(smallModelFolder(), smallModelFile)}\nPARAMETER num_thread 1\n`;
    await writeFile(join(folder, 'Modelfile'), modelfile);
    await promisify(execFile)(program, ['create', 'small', '-f', join(folder, 'Modelfile')], { env });
    // OpenAI's API takes no window; there the model's own counts.
    await writeFile(join(folder, 'Modelfile'), `${modelfile}PARAMETER num_ctx 1024\n`);
    await promisify(execFile)(program, ['create', 'small-1k', '-f', join(folder, 'Modelfile')], { env });
  } catch (error) {
    await close();
    throw error;
  }
  return { url, model: 'small', close };
}

/** The model folder: which GGUF files are there, and which of them can be used for chat. */
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ModelError } from '../llm/chat-model';
import type { ModelFile } from '../llm/llama-protocol';
import { errorMessage } from '../util/error-message';
import { checkGguf, type GgufHeader } from './llama-gguf';

/** A large model may come in parts: NAME-00001-of-00003.gguf and so on. llama.cpp loads them all from the first. */
const partPattern = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/i;

/** A folder that is not there has no models; that is no error. */
export async function listModelFiles(folder: string): Promise<readonly ModelFile[]> {
  const names = await readdir(folder).catch(() => []);
  const files = names.filter((name) => /\.gguf$/i.test(name) && isFirstPart(name)).sort();
  const found: ModelFile[] = [];
  for (const name of files) {
    const path = join(folder, name);
    const info = await stat(path).catch(() => undefined);
    if (!info?.isFile()) continue;
    found.push(await describe(name, path, info.size));
  }
  return found;
}

/** @throws ModelError `badModelFile` or `notFound` with one sentence. */
export async function checkModelFile(path: string): Promise<GgufHeader> {
  const header = await checkGguf(path);
  if (/clip|bert/i.test(header.architecture)) {
    throw new ModelError(
      'badModelFile',
      `The model file ${basename(path)} is no chat model (${header.architecture}); choose another one.`,
    );
  }
  const part = partPattern.exec(basename(path));
  const count = Number(part?.[3] ?? 1);
  for (let idx = 2; idx <= count; idx++) {
    const name = `${part?.[1] ?? ''}-${String(idx).padStart(5, '0')}-of-${part?.[3] ?? ''}.gguf`;
    await checkGguf(join(dirname(path), name));
  }
  return header;
}

function isFirstPart(name: string): boolean {
  const part = partPattern.exec(name);
  return part === null || Number(part[2]) === 1;
}

async function describe(name: string, path: string, sizeBytes: number): Promise<ModelFile> {
  try {
    const header = await checkModelFile(path);
    return { name, path, sizeBytes, trainedTokens: header.trainedTokens, problem: null };
  } catch (error) {
    return { name, path, sizeBytes, trainedTokens: 0, problem: errorMessage(error) };
  }
}

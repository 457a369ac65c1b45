/**
 * The folder of an exported QwenLong-CPRS. Its cprs.json names the files with their sizes and hashes, so that a copy
 * that was cut short or damaged is told before it is loaded.
 */
import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errorMessage } from '../util/error-message';

export interface CprsFolder {
  readonly windowTokens: number;
  readonly tokenizerFile: unknown;
}

interface NamedFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Larger files (the weights of the 7B) are checked by their size alone: reading 14 GB twice takes minutes. */
const maxHashedBytes = 256 * 1024 * 1024;
const neededFiles = ['model.onnx', 'tokenizer.json'];

/** @throws Error with the reason in a few words */
export async function readCprsFolder(folder: string): Promise<CprsFolder> {
  const manifest = await readJson(folder, 'cprs.json');
  const windowTokens = field(manifest, 'windowTokens');
  const files = asFiles(field(manifest, 'files'));
  if (field(manifest, 'format') !== 1 || field(manifest, 'labels') !== 'BIOE' || typeof windowTokens !== 'number')
    throw new Error('cprs.json is not of the form that this version reads');
  for (const name of neededFiles) {
    if (!files.some((file) => file.name === name)) throw new Error(`cprs.json does not name ${name}`);
  }
  for (const file of files) await checkFile(folder, file);
  return { windowTokens, tokenizerFile: await readJson(folder, 'tokenizer.json') };
}

async function checkFile(folder: string, { name, sizeBytes, sha256 }: NamedFile): Promise<void> {
  const path = join(folder, name);
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new Error(`${name} is missing`);
  if (found.size !== sizeBytes) throw new Error(`${name} has ${found.size} bytes instead of ${sizeBytes}`);
  if (sizeBytes > maxHashedBytes) return;
  const hash = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  if (hash !== sha256) throw new Error(`${name} is damaged: its SHA-256 is not the one in cprs.json`);
}

async function readJson(folder: string, name: string): Promise<unknown> {
  const text = await readFile(join(folder, name), 'utf8').catch(() => undefined);
  if (text === undefined) throw new Error(`${name} is missing`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${name} is no JSON: ${errorMessage(error)}`, { cause: error });
  }
}

function asFiles(value: unknown): readonly NamedFile[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  return entries.flatMap((entry) => {
    const [name, sizeBytes, sha256] = [field(entry, 'name'), field(entry, 'sizeBytes'), field(entry, 'sha256')];
    const isWhole = typeof name === 'string' && typeof sizeBytes === 'number' && typeof sha256 === 'string';
    return isWhole && basename(name) === name ? [{ name, sizeBytes, sha256 }] : [];
  });
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

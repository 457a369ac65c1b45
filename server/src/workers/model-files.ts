/**
 * Files of a model against the sizes and hashes that its manifest states, so that a copy that was cut short or damaged is
 * told before it is loaded. Errors give the reason in a few words; the caller says where and what to do.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { errorMessage } from '../util/error-message';

export interface NamedFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Larger files (the weights of a 7B) are checked by their size alone: reading 14 GB twice takes minutes. */
const maxHashedBytes = 256 * 1024 * 1024;

/** @throws Error */
export async function checkFile(folder: string, { name, sizeBytes, sha256 }: NamedFile): Promise<void> {
  const path = join(folder, name);
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile()) throw new Error(`${name} is missing`);
  if (found.size !== sizeBytes) throw new Error(`${name} has ${found.size} bytes instead of ${sizeBytes}`);
  if (sizeBytes > maxHashedBytes) return;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  if (hash.digest('hex') !== sha256) {
    throw new Error(`${name} is damaged: its SHA-256 is not the one in the manifest`);
  }
}

/** @throws Error */
export async function readJson(folder: string, name: string): Promise<unknown> {
  const text = await readFile(join(folder, name), 'utf8').catch(() => undefined);
  if (text === undefined) throw new Error(`${name} is missing`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${name} is no JSON: ${errorMessage(error)}`, { cause: error });
  }
}

/** The entries of a manifest's list that are whole and name a file of the folder itself. */
export function asNamedFiles(value: unknown): readonly NamedFile[] {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [];
  return entries.flatMap((entry) => {
    const [name, sizeBytes, sha256] = [field(entry, 'name'), field(entry, 'sizeBytes'), field(entry, 'sha256')];
    const isWhole = typeof name === 'string' && typeof sizeBytes === 'number' && typeof sha256 === 'string';
    return isWhole && basename(name) === name ? [{ name, sizeBytes, sha256 }] : [];
  });
}

export function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

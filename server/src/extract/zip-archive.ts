/**
 * The parts of a ZIP file by name, unpacked on demand within limits. Names are keys and nothing else: none is ever used
 * as a path. Source: APPNOTE.TXT 6.3.10 (PKWARE), read by yauzl.
 */
import { crc32 } from 'node:zlib';
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';
import { ExtractError, failDamaged } from './extract-error';
import { freeUnpackedBytes, maxUnpackedBytes, maxUnpackRatio, maxZipEntries } from './extract-limits';

export interface ZipArchive {
  /** In the order of the directory, forward slashes. */
  readonly names: readonly string[];
  has(name: string): boolean;
  /** Null if there is no such part. @throws ExtractError */
  read(name: string): Promise<Uint8Array | null>;
}

/** @throws ExtractError if the directory cannot be read or names too many parts */
export async function openZip(bytes: Uint8Array): Promise<ZipArchive> {
  const entries = new Map<string, Entry>();
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let zip: ZipFile;
  try {
    zip = await fromBufferPromise(buffer, { lazyEntries: true, decodeStrings: false });
    if (zip.entryCount > maxZipEntries) failTooMany(zip.entryCount);
    for await (const entry of zip.eachEntry()) {
      const name = Buffer.from(entry.fileNameRaw).toString('utf8').replaceAll('\\', '/');
      if (!entries.has(name)) entries.set(name, entry);
    }
  } catch (error) {
    if (ExtractError.is(error)) throw error;
    return failDamaged('It is damaged: the directory of its parts cannot be read.');
  }
  let unpackedBytes = 0;
  return {
    names: [...entries.keys()],
    has: (name) => entries.has(name),
    read: async (name) => {
      const entry = entries.get(name);
      if (!entry) return null;
      const part = await unpack(zip, entry, name, maxUnpackedBytes - unpackedBytes);
      unpackedBytes += part.length;
      return part;
    },
  };
}

async function unpack(zip: ZipFile, entry: Entry, name: string, room: number): Promise<Uint8Array> {
  if (entry.isEncrypted()) throw new ExtractError('encrypted', 'It is protected with a password.');
  const limit = Math.min(room, Math.max(freeUnpackedBytes, entry.compressedSize * maxUnpackRatio));
  if (entry.uncompressedSize > limit) failBomb(name);
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of await zip.openReadStreamPromise(entry)) {
      if (!Buffer.isBuffer(chunk)) continue;
      length += chunk.length;
      if (length > limit) failBomb(name);
      chunks.push(chunk);
    }
  } catch (error) {
    if (ExtractError.is(error)) throw error;
    return failDamaged(`It is damaged: its part ${name} cannot be unpacked.`);
  }
  const part = Buffer.concat(chunks, length);
  if (crc32(part) !== entry.crc32) failDamaged(`It is damaged: its part ${name} has a wrong checksum.`);
  return part;
}

function failBomb(name: string): never {
  throw new ExtractError(
    'tooLarge',
    `Its part ${name} unpacks to more than is read; it may be made to fill the memory.`,
  );
}

function failTooMany(count: number): never {
  throw new ExtractError(
    'tooLarge',
    `It has ${count.toLocaleString('en')} parts, more than the limit of ${maxZipEntries.toLocaleString('en')}.`,
  );
}

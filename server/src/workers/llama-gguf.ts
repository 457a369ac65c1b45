/**
 * Reads the header of a GGUF file: is it one, which model is it, and is all of its data there? llama.cpp would map
 * a file that was cut short and crash later; here it becomes one sentence.
 */
import { open, type FileHandle } from 'node:fs/promises';
import { basename } from 'node:path';
import { ModelError } from '../llm/chat-model';

export interface GgufHeader {
  readonly architecture: string;
  readonly trainedTokens: number;
  readonly sizeBytes: number;
  /** The least size, in bytes, that holds every tensor. */
  readonly neededBytes: number;
}

/** Bytes of one block, and values in it, by ggml type number. A type that is not here is only checked by its start. */
const tensorTypes: Readonly<Record<number, readonly [valuesPerBlock: number, bytesPerBlock: number]>> = {
  0: [1, 4],
  1: [1, 2],
  2: [32, 18],
  3: [32, 20],
  6: [32, 22],
  7: [32, 24],
  8: [32, 34],
  9: [32, 36],
  10: [256, 84],
  11: [256, 110],
  12: [256, 144],
  13: [256, 176],
  14: [256, 210],
  15: [256, 292],
  16: [256, 66],
  17: [256, 74],
  18: [256, 98],
  19: [256, 50],
  20: [32, 18],
  21: [256, 110],
  22: [256, 82],
  23: [256, 136],
  24: [1, 1],
  25: [1, 2],
  26: [1, 4],
  27: [1, 8],
  28: [1, 8],
  29: [256, 56],
  30: [1, 2],
  34: [256, 54],
  35: [256, 66],
  39: [32, 17],
};
const scalarBytes: readonly number[] = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
const stringType = 8;
const arrayType = 9;

/** @throws ModelError `badModelFile` or `notFound`, with one sentence. */
export async function checkGguf(path: string): Promise<GgufHeader> {
  const name = basename(path);
  const file = await open(path, 'r').catch(() => {
    throw new ModelError('notFound', `The model file ${path} cannot be opened; put it there or choose another model.`);
  });
  try {
    const header = await readHeader(new HeaderReader(file), (await file.stat()).size);
    if (header.sizeBytes >= header.neededBytes) return header;
    throw new ModelError(
      'badModelFile',
      `The model file ${name} is cut short (${header.sizeBytes} of ${header.neededBytes} bytes); fetch it again.`,
    );
  } catch (error) {
    if (error instanceof BadHeader) {
      throw new ModelError('badModelFile', `The model file ${name} is ${error.message} its header; fetch it again.`);
    }
    if (error instanceof NotGguf) {
      throw new ModelError('badModelFile', `The model file ${name} is ${error.message}; fetch a GGUF file instead.`);
    }
    throw error;
  } finally {
    await file.close();
  }
}

class BadHeader extends Error {}
class NotGguf extends Error {}

async function readHeader(reader: HeaderReader, sizeBytes: number): Promise<GgufHeader> {
  if ((await reader.bytes(4)).toString('latin1') !== 'GGUF') throw new NotGguf('not a GGUF file');
  const version = await reader.u32();
  if (version < 2 || version > 3) throw new NotGguf(`of an unknown GGUF version (${version})`);
  const tensors = await reader.u64();
  const pairs = await reader.u64();
  const found = new Map<string, string | number>();
  for (let idx = 0; idx < pairs; idx++) {
    const key = await reader.text();
    const value = await readValue(reader, await reader.u32());
    if (value !== undefined) found.set(key, value);
  }
  let dataBytes = 0;
  for (let idx = 0; idx < tensors; idx++) dataBytes = Math.max(dataBytes, await readTensorEnd(reader));
  const alignment = asNumber(found.get('general.alignment')) || 32;
  const dataStart = Math.ceil(reader.position / alignment) * alignment;
  const architecture = String(found.get('general.architecture') ?? '');
  const trainedTokens = asNumber(found.get(`${architecture}.context_length`));
  return { architecture, trainedTokens, sizeBytes, neededBytes: dataStart + dataBytes };
}

/** Strings and numbers are returned; arrays (vocabularies) are passed over. */
async function readValue(reader: HeaderReader, type: number): Promise<string | number | undefined> {
  if (type === stringType) return reader.text();
  if (type === arrayType) {
    const itemType = await reader.u32();
    const count = await reader.u64();
    const width = scalarBytes[itemType] ?? 0;
    if (width > 0) await reader.skip(count * width);
    else for (let idx = 0; idx < count; idx++) await readSkipped(reader, itemType);
    return undefined;
  }
  const width = scalarBytes[type];
  if (!width) throw new BadHeader('damaged in');
  if (type === 4) return reader.u32();
  if (type === 10) return reader.u64();
  await reader.skip(width);
  return undefined;
}

async function readSkipped(reader: HeaderReader, type: number): Promise<void> {
  if (type === stringType) await reader.skip(await reader.u64());
  else await readValue(reader, type);
}

/** End of a tensor's data, counted from the start of the data section. */
async function readTensorEnd(reader: HeaderReader): Promise<number> {
  await reader.text();
  const dimensions = await reader.u32();
  if (dimensions > 8) throw new BadHeader('damaged in');
  let values = 1;
  for (let idx = 0; idx < dimensions; idx++) values *= await reader.u64();
  const [perBlock, bytesPerBlock] = tensorTypes[await reader.u32()] ?? [1, 0];
  const start = await reader.u64();
  return start + Math.ceil(values / perBlock) * bytesPerBlock;
}

function asNumber(value: string | number | undefined): number {
  return typeof value === 'number' ? value : 0;
}

/** Reads little-endian values in order, 1 MB at a time. */
class HeaderReader {
  position = 0;
  #buffer: Buffer = Buffer.alloc(0);
  #bufferStart = 0;

  constructor(private readonly file: FileHandle) {}

  async bytes(count: number): Promise<Buffer> {
    let at = this.position - this.#bufferStart;
    if (at < 0 || at + count > this.#buffer.length) {
      const wanted = Buffer.alloc(Math.max(count, 1 << 20));
      const { bytesRead } = await this.file.read(wanted, 0, wanted.length, this.position);
      this.#buffer = wanted.subarray(0, bytesRead);
      this.#bufferStart = this.position;
      at = 0;
      if (bytesRead < count) throw new BadHeader('cut short inside');
    }
    this.position += count;
    return this.#buffer.subarray(at, at + count);
  }
  async u32(): Promise<number> {
    return (await this.bytes(4)).readUInt32LE(0);
  }
  async u64(): Promise<number> {
    const value = Number((await this.bytes(8)).readBigUInt64LE(0));
    if (!Number.isSafeInteger(value)) throw new BadHeader('damaged in');
    return value;
  }
  async text(): Promise<string> {
    const length = await this.u64();
    if (length > 1 << 24) throw new BadHeader('damaged in');
    return (await this.bytes(length)).toString('utf8');
  }
  skip(count: number): Promise<void> {
    this.position += count;
    return Promise.resolve();
  }
}

/**
 * The paths that git tracks, read from its index file (gitformat-index(5), versions 2 to 4) where git itself is not
 * there. Folders of a sparse index are left out: their files are not on the disk.
 */
import { throwIfCancelled, yieldToLoop } from '../util/cancelled';

export interface GitIndex {
  readonly paths: readonly string[];
  /** Of a split index: the hash in the name of `sharedindex.HASH`, which holds the rest. */
  readonly sharedIndex: string | null;
}

const entriesEachTurn = 5_000;
const folderMode = 0o040000;
/** Times, device, inode, mode, user, group and size, before the object's name. */
const statBytes = 40;

/** Null: not an index, or of a version that is not known. What stands behind a damaged place is left out. */
export async function parseGitIndex(
  bytes: Uint8Array,
  hashBytes: number,
  signal: AbortSignal,
): Promise<GitIndex | null> {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (data.length < 12 || data.toString('latin1', 0, 4) !== 'DIRC') return null;
  const version = data.readUInt32BE(4);
  if (version < 2 || version > 4) return null;
  const paths: string[] = [];
  let [at, previous] = [12, Buffer.alloc(0)];
  for (let left = data.readUInt32BE(8); left > 0; left -= 1) {
    const entry = readEntry(data, at, { version, hashBytes, previous });
    if (entry === null) return { paths, sharedIndex: null };
    [at, previous] = [entry.end, entry.name];
    // The stages of an unmerged file follow one another; a split index has entries without a name.
    const path = entry.name.toString('utf8');
    if (entry.mode !== folderMode && path !== '' && path !== paths.at(-1)) paths.push(path);
    if (left % entriesEachTurn === 0) await yieldToLoop();
    throwIfCancelled(signal);
  }
  return { paths, sharedIndex: readLink(data, at, hashBytes) };
}

interface EntryShape {
  readonly version: number;
  readonly hashBytes: number;
  /** The name before, of which version 4 keeps the beginning. */
  readonly previous: Buffer;
}

function readEntry(
  data: Buffer,
  start: number,
  { version, hashBytes, previous }: EntryShape,
): { readonly mode: number; readonly name: Buffer<ArrayBuffer>; readonly end: number } | null {
  const flagsAt = start + statBytes + hashBytes;
  if (flagsAt + 2 > data.length) return null;
  const mode = data.readUInt32BE(start + 24);
  const isExtended = version >= 3 && (data.readUInt16BE(flagsAt) & 0x4000) !== 0;
  const nameAt = flagsAt + (isExtended ? 4 : 2);
  const cut = version === 4 ? readOffset(data, nameAt) : { value: previous.length, end: nameAt };
  const nul = data.indexOf(0, cut.end);
  if (nul < 0 || cut.value > previous.length) return null;
  const name = Buffer.concat([previous.subarray(0, previous.length - cut.value), data.subarray(cut.end, nul)]);
  // Before version 4 one to eight NULs fill up to a multiple of eight bytes.
  const end = version === 4 ? nul + 1 : start + ((nul - start + 8) & ~7);
  return { mode, name, end };
}

/** A number of variable width as in packs: seven bits a byte, the highest first, each but the last plus one. */
function readOffset(data: Buffer, start: number): { readonly value: number; readonly end: number } {
  let at = start;
  let byte = data[at] ?? 0;
  let value = byte & 0x7f;
  while ((byte & 0x80) !== 0 && at - start < 4) {
    at += 1;
    byte = data[at] ?? 0;
    value = (value + 1) * 128 + (byte & 0x7f);
  }
  return { value, end: at + 1 };
}

/** Extensions follow the entries: a signature, a size, the data; `link` names the shared index. */
function readLink(data: Buffer, start: number, hashBytes: number): string | null {
  for (let at = start; at + 8 + hashBytes <= data.length; at += 8 + data.readUInt32BE(at + 4)) {
    if (data.toString('latin1', at, at + 4) === 'link') return data.toString('hex', at + 8, at + 8 + hashBytes);
  }
  return null;
}

/**
 * A text as the index keeps it: Zstandard (RFC 8878) over UTF-8, a third of its size or less. A text that UTF-8 cannot hold
 * (half a surrogate pair) is kept as UTF-16, because every offset into it must stay true. The first byte says which.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

const [utf8, utf16] = [8, 16];
/** A tenth smaller than the usual level 3 makes it; higher levels cost much and bring little. */
const params = { [constants.ZSTD_c_compressionLevel]: 9 };

export function compressText(text: string): Uint8Array {
  const isWellFormed = text.isWellFormed();
  const packed = zstdCompressSync(Buffer.from(text, isWellFormed ? 'utf8' : 'utf16le'), { params });
  const bytes = new Uint8Array(packed.length + 1);
  bytes[0] = isWellFormed ? utf8 : utf16;
  bytes.set(packed, 1);
  return bytes;
}

/** @throws Error for bytes that `compressText` did not make */
export function decompressText(bytes: Uint8Array): string {
  return zstdDecompressSync(bytes.subarray(1)).toString(bytes[0] === utf16 ? 'utf16le' : 'utf8');
}

/**
 * Bytes → text: UTF-8 (with or without a byte-order mark), UTF-16 with a mark, and as a last resort windows-1252,
 * which every byte string fits; the encoding is recorded so that the guess is never hidden.
 */
export type Decoded =
  | { readonly kind: 'text'; readonly text: string; readonly encoding: string }
  | { readonly kind: 'binary' }
  | { readonly kind: 'badEncoding'; readonly detail: string };

export function decodeText(bytes: Uint8Array): Decoded {
  const mark = byteOrderMark(bytes);
  if (mark) return decodeMarked(bytes.subarray(mark.length), mark.encoding);
  if (bytes.includes(0)) return { kind: 'binary' };
  const utf8 = tryDecode(bytes, 'utf-8');
  if (utf8 !== null) return { kind: 'text', text: utf8, encoding: 'utf-8' };
  if (hasControlBytes(bytes)) return { kind: 'binary' };
  return { kind: 'text', text: new TextDecoder('windows-1252').decode(bytes), encoding: 'windows-1252' };
}

function byteOrderMark(bytes: Uint8Array): { readonly encoding: string; readonly length: number } | null {
  const [first, second, third] = bytes;
  if (first === 0xef && second === 0xbb && third === 0xbf) return { encoding: 'utf-8', length: 3 };
  if (first === 0xff && second === 0xfe) return { encoding: 'utf-16le', length: 2 };
  if (first === 0xfe && second === 0xff) return { encoding: 'utf-16be', length: 2 };
  return null;
}

function decodeMarked(bytes: Uint8Array, encoding: string): Decoded {
  const text = tryDecode(bytes, encoding);
  if (text === null) {
    return { kind: 'badEncoding', detail: `It starts as ${encoding} but holds bytes that are not ${encoding}.` };
  }
  return { kind: 'text', text, encoding: encoding === 'utf-8' ? 'utf-8-bom' : encoding };
}

function tryDecode(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** Text hardly ever holds control bytes other than tab, line ends, form feed and escape. */
function hasControlBytes(bytes: Uint8Array): boolean {
  let count = 0;
  for (const byte of bytes.subarray(0, 65_536)) {
    if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13 && byte !== 27) count += 1;
  }
  return count > Math.min(bytes.length, 65_536) / 200;
}

/**
 * Bytes → text: by the byte-order mark, as UTF-8, as the file declares, as UTF-16 without a mark, and as a last resort
 * by what the text then looks like. The encoding is recorded, and a guess is told.
 */
import { detectUtf16, rankEncodings } from './detect-encoding';

export type Decoded =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly encoding: string;
      /** The encoding was concluded from the characters alone. */
      readonly isGuess: boolean;
    }
  | { readonly kind: 'binary' }
  | { readonly kind: 'badEncoding'; readonly detail: string };

export function decodeText(bytes: Uint8Array): Decoded {
  const mark = byteOrderMark(bytes);
  if (mark) return decodeMarked(bytes.subarray(mark.length), mark.encoding);
  if (bytes.includes(0)) return decodeUnmarkedUtf16(bytes);
  const utf8 = tryDecode(bytes, 'utf-8');
  if (utf8 !== null && !isEscaped(bytes)) return { kind: 'text', text: utf8, encoding: 'utf-8', isGuess: false };
  if (hasControlBytes(bytes)) return { kind: 'binary' };
  const declared = isEscaped(bytes) ? 'iso-2022-jp' : declaredEncoding(bytes);
  const asDeclared = declared === null ? null : tryDecode(bytes, declared);
  if (declared !== null && asDeclared !== null)
    return { kind: 'text', text: asDeclared, encoding: declared, isGuess: false };
  if (utf8 !== null) return { kind: 'text', text: utf8, encoding: 'utf-8', isGuess: false };
  for (const encoding of rankEncodings(bytes)) {
    const text = tryDecode(bytes, encoding);
    if (text !== null) return { kind: 'text', text, encoding, isGuess: true };
  }
  return { kind: 'binary' };
}

export function guessProblem(encoding: string): string {
  return `It is not valid UTF-8 and names no encoding; it was read as ${encoding}, so some characters may be wrong.`;
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
  return { kind: 'text', text, encoding: encoding === 'utf-8' ? 'utf-8-bom' : encoding, isGuess: false };
}

function decodeUnmarkedUtf16(bytes: Uint8Array): Decoded {
  const encoding = detectUtf16(bytes);
  const text = encoding === null ? null : tryDecode(bytes, encoding);
  return encoding === null || text === null ? { kind: 'binary' } : { kind: 'text', text, encoding, isGuess: true };
}

/** Null if the bytes are not that encoding, or nobody knows it. */
function tryDecode(bytes: Uint8Array, encoding: string): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

/** What XML, HTML, Python and Emacs call the encoding near the top of a file; lower case, as the decoder names it. */
function declaredEncoding(bytes: Uint8Array): string | null {
  const top = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1_024)).toString('latin1');
  const name = /(?:charset|encoding|coding)\s*[=:]\s*["']?([\w-]{2,40})/i.exec(top)?.[1];
  if (name === undefined) return null;
  try {
    return new TextDecoder(name).encoding;
  } catch {
    return null;
  }
}

/** The escape sequences of ISO-2022-JP, which is ASCII otherwise. */
function isEscaped(bytes: Uint8Array): boolean {
  const at = bytes.indexOf(0x1b);
  return at >= 0 && bytes[at + 1] === 0x24 && (bytes[at + 2] === 0x40 || bytes[at + 2] === 0x42);
}

/** Text hardly ever holds control bytes other than tab, line ends, form feed and escape. */
function hasControlBytes(bytes: Uint8Array): boolean {
  let count = 0;
  for (const byte of bytes.subarray(0, 65_536)) {
    if (byte < 32 && byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13 && byte !== 27) count += 1;
  }
  return count > Math.min(bytes.length, 65_536) / 200;
}

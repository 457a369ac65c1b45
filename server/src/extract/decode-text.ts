/**
 * Bytes → text: by the byte-order mark, as UTF-8, as the file declares, as UTF-16 without a mark, as UTF-8 with a few
 * damaged characters, and as a last resort by what the text then looks like. The encoding is recorded, and a guess is told.
 */
import { detectUtf16, rankEncodings } from './detect-encoding';

export type Decoded =
  | {
      readonly kind: 'text';
      readonly text: string;
      readonly encoding: string;
      /** One sentence if the encoding was concluded from the characters alone. */
      readonly problem: string | null;
    }
  | { readonly kind: 'binary' }
  | { readonly kind: 'badEncoding'; readonly detail: string };

export function decodeText(bytes: Uint8Array): Decoded {
  const mark = byteOrderMark(bytes);
  if (mark) return decodeMarked(bytes.subarray(mark.length), mark.encoding);
  if (bytes.includes(0)) return decodeUnmarkedUtf16(bytes);
  const utf8 = tryDecode(bytes, 'utf-8');
  if (utf8 !== null && !isEscaped(bytes)) return { kind: 'text', text: utf8, encoding: 'utf-8', problem: null };
  if (hasControlBytes(bytes)) return { kind: 'binary' };
  const declared = isEscaped(bytes) ? 'iso-2022-jp' : declaredEncoding(bytes);
  const asDeclared = declared === null ? null : tryDecode(bytes, declared);
  if (declared !== null && asDeclared !== null)
    return { kind: 'text', text: asDeclared, encoding: declared, problem: null };
  if (utf8 !== null) return { kind: 'text', text: utf8, encoding: 'utf-8', problem: null };
  const repaired = decodeDamagedUtf8(bytes);
  if (repaired) return repaired;
  for (const encoding of rankEncodings(bytes)) {
    const text = tryDecode(bytes, encoding);
    if (text !== null) return { kind: 'text', text, encoding, problem: guessProblem(encoding) };
  }
  return { kind: 'binary' };
}

function guessProblem(encoding: string): string {
  return `It is not valid UTF-8 and names no encoding; it was read as ${encoding}, so some characters may be wrong.`;
}

/** A cut file or a log of several programs: nearly all is UTF-8, so that it is no other encoding by chance. */
function decodeDamagedUtf8(bytes: Uint8Array): Decoded | null {
  const text = new TextDecoder('utf-8').decode(bytes);
  const damaged = text.match(/\ufffd/g)?.length ?? 0;
  const others = text.match(/[^\x00-\x7f\ufffd]/g)?.length ?? 0;
  if (damaged * 20 > others) return null;
  const problem = `${damaged.toLocaleString('en')} of its characters are damaged UTF-8 and are shown as \ufffd.`;
  return { kind: 'text', text, encoding: 'utf-8', problem };
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
  return { kind: 'text', text, encoding: encoding === 'utf-8' ? 'utf-8-bom' : encoding, problem: null };
}

function decodeUnmarkedUtf16(bytes: Uint8Array): Decoded {
  const encoding = detectUtf16(bytes);
  const text = encoding === null ? null : tryDecode(bytes, encoding);
  return encoding === null || text === null ? { kind: 'binary' } : { kind: 'text', text, encoding, problem: null };
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

import { describe, expect, it } from 'vitest';
import { extractText } from '../../../server/src/extract/extract-text';
import { extractFile, type FileSource } from '../../../server/src/workers/extract-file';
import { createSyntaxParser } from '../../../server/src/chunk/syntax-parser';
import { findGrammarFiles } from '../../../server/src/workers/grammar-files';
import { documentParts } from './extract-fixtures';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const utf16 = (text: string, order: 'le' | 'be'): Uint8Array => {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
};

/** `encoding, language: text` of a document, or `reason: detail`. */
function check(path: string, bytes: Uint8Array): string {
  const outcome = extractText(path, bytes);
  if (outcome.kind === 'skipped') return `${outcome.reason}: ${outcome.detail}`;
  const { encoding, language, text } = outcome.document;
  return `${encoding}, ${language}: ${JSON.stringify(text)}`;
}

describe('reading a file as text', () => {
  it.each([
    ['a.ts', utf8('const a = 1;\r\n'), 'utf-8, typescript: "const a = 1;\\r\\n"'],
    ['b.md', utf8('\uFEFF# Titel ä\n'), 'utf-8-bom, markdown: "# Titel ä\\n"'],
    ['c.txt', utf16('长文 👍\r\n', 'le'), 'utf-16le, plaintext: "长文 👍\\r\\n"'],
    ['d.txt', utf16('长文 👍', 'be'), 'utf-16be, plaintext: "长文 👍"'],
    ['Dockerfile', utf8('FROM scratch'), 'dockerfile: "FROM scratch"'],
    ['e.txt', Uint8Array.of(0x63, 0x61, 0x66, 0xe9), 'windows-1252, plaintext: "café"'],
    [
      'f.txt',
      Uint8Array.of(0xff, 0xfe, 0x00, 0xd8, 0x41),
      'badEncoding: It starts as utf-16le but holds bytes that are not utf-16le.',
    ],
    ['g', Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 0, 0, 1), 'binary: It is a binary file.'],
    ['h', Uint8Array.of(0xe9, 1, 2, 3, 4, 5, 6), 'binary: It is a binary file.'],
    ['i.odt', utf8('text'), 'unsupported: This format is not read; save it as DOCX, PPTX, XLSX or PDF.'],
    ['package-lock.json', utf8('{}'), 'generated: It is a lock file that a package manager writes.'],
    ['lib/x.min.js', utf8('a'), 'generated: Its name says that a build tool wrote it.'],
    ['x.js', utf8(`var a=${'1+'.repeat(20_000)}1`), 'generated: Its very long lines say that a minifier wrote it.'],
    ['j.md', new Uint8Array(), 'empty: The file is empty.'],
    ['k.md', utf8(' \n\t\n'), 'empty: The file holds white space only.'],
  ])('%s', (path, bytes, expected) => {
    expect(check(path, bytes)).toContain(expected);
  });
});

describe('a file on a disk that misbehaves', () => {
  const parser = createSyntaxParser(findGrammarFiles());
  const request = {
    path: 'notes.txt',
    absolutePath: '/w/notes.txt',
    maxFileBytes: 1_000,
    knownHash: null,
    depth: 'symbols',
  } as const;

  /** The ledger's view of a file whose size is the next of `sizes` at every look; its bytes have the last size seen. */
  async function read(sizes: readonly number[]): Promise<string> {
    let looks = 0;
    const size = (): number => sizes[Math.min(looks, sizes.length - 1)] ?? 0;
    const source: FileSource = {
      stat: () => {
        const stat = { kind: 'file', sizeBytes: size(), modifiedMs: 1 } as const;
        looks += 1;
        return Promise.resolve(stat);
      },
      readBytes: () => Promise.resolve(utf8('x'.repeat(sizes[looks - 1] ?? sizes.at(-1) ?? 0))),
    };
    const reply = await extractFile(request, {
      parser,
      source,
      documents: documentParts,
      loadEmbedder: () => Promise.resolve(null),
    });
    if (reply.kind !== 'update' || reply.update.kind === 'removed') return reply.kind;
    const { state, reason, sizeBytes } = reply.update.record;
    return `${state} ${sizeBytes} ${reason ?? ''}`.trim();
  }

  it('is read once more when it changed while it was read', async () => {
    expect(await read([10, 20, 20, 20])).toBe('indexed 20');
  });

  it('waits for the next run when it keeps changing, and never mixes two states', async () => {
    expect(await read([10, 20, 30, 40])).toBe('pending 30 It changed while it was read; it is read again next time.');
  });

  it.each([
    ['EACCES', 'failed: notes.txt may not be opened by you; check its permissions.'],
    ['EIO', 'failed: notes.txt cannot be used: EIO'],
    ['ENOENT', 'gone'],
  ])('%s gives a ledger row', async (code, expected) => {
    const source: FileSource = {
      stat: () => Promise.resolve({ kind: 'file', sizeBytes: 3, modifiedMs: 1 }),
      readBytes: () => Promise.reject(Object.assign(new Error(code), { code })),
    };
    const reply = await extractFile(request, {
      parser,
      source,
      documents: documentParts,
      loadEmbedder: () => Promise.resolve(null),
    });
    const row = reply.kind === 'update' && reply.update.kind === 'record' ? reply.update.record : null;
    expect(row ? `${row.state}: ${row.reason ?? ''}` : reply.kind).toBe(expected);
  });
});

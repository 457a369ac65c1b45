/** Real files of each format, their texts with places in plain words, and a writer of ZIP files for cases no file shows. */
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32, deflateRawSync } from 'node:zlib';
import { describePlace } from '../../../protocol/places';
import type { ExtractOutcome } from '../../../server/src/extract/document';
import { extractDocument, type DocumentParts } from '../../../server/src/extract/extract-document';

const root = join(import.meta.dirname, '../../..');
const folder = join(root, 'test/fixtures/formats');

export const documentParts: DocumentParts = {
  readCMap: (name) => readFile(join(root, 'node_modules/pdfjs-dist/cmaps', name)),
  nowMs: () => performance.now(),
};

export function fixture(name: string): Buffer {
  return readFileSync(join(folder, name));
}

export function extract(path: string, bytes: Uint8Array = fixture(path)): Promise<ExtractOutcome> {
  return extractDocument(path, bytes, documentParts);
}

/** `place: text` of each placed range; of a skipped file `reason: detail`. */
export function placedLines(outcome: ExtractOutcome): readonly string[] {
  if (outcome.kind === 'skipped') return [`${outcome.reason}: ${outcome.detail}`];
  const { text, places } = outcome.document;
  return places.map(({ start, end, place }) => `${describePlace(place)}: ${text.slice(start, end)}`);
}

export interface ZipFlags {
  /** Says that every part is encrypted. */
  readonly isEncrypted?: boolean;
}

/** A ZIP file of these parts, deflated (APPNOTE.TXT 4.3). */
export function buildZip(parts: Readonly<Record<string, string | Uint8Array>>, flags: ZipFlags = {}): Buffer {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of Object.entries(parts)) {
    const data = Buffer.from(content);
    const packed = deflateRawSync(data);
    const facts = Buffer.alloc(26);
    facts.writeUInt16LE(20, 0);
    facts.writeUInt16LE(flags.isEncrypted ? 0x801 : 0x800, 2);
    facts.writeUInt16LE(8, 4);
    facts.writeUInt32LE(crc32(data), 10);
    facts.writeUInt32LE(packed.length, 14);
    facts.writeUInt32LE(data.length, 18);
    facts.writeUInt16LE(Buffer.byteLength(name), 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004'), facts, Buffer.from(name), packed]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\u0000'), facts, rest, Buffer.from(name)]));
    pieces.push(local);
    offset += local.length;
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(directory.length, 4);
  end.writeUInt16LE(directory.length, 6);
  end.writeUInt32LE(index.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...pieces, index, Buffer.from('PK\u0005\u0006'), end]);
}

/** A Word file with this body and, where given, further parts. */
export function buildDocx(body: string, parts: Readonly<Record<string, string>> = {}): Buffer {
  const space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
  return buildZip({ 'word/document.xml': `<w:document ${space}><w:body>${body}</w:body></w:document>`, ...parts });
}

/** One page that draws `content`, with the object table that readers rebuild by themselves. */
export function buildPdf(content: string): Buffer {
  return Buffer.from(
    `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
4 0 obj<</Length ${content.length}>>stream
${content}
endstream endobj
trailer<</Root 1 0 R>>
`,
    'latin1',
  );
}

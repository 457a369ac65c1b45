/**
 * Bytes of one file → a `Document`, whatever its format, or the reason why it is not read. The format is concluded from
 * the content where that is plain, else from the name. Everything that readers throw ends here.
 */
import { errorMessage } from '../util/error-message';
import { decodeText, type Decoded } from './decode-text';
import type { ExtractOutcome } from './document';
import { readDocx } from './docx-text';
import { readEpub } from './epub-text';
import { ExtractError, failDamaged } from './extract-error';
import { extractText, skipped } from './extract-text';
import { formatOf, type Format } from './format-of';
import { readHtmlPage } from './html-page';
import { readNotebook } from './notebook-text';
import { ooxmlKind } from './ooxml-package';
import { readPdf, type PdfParts } from './pdf-text';
import { readPptx } from './pptx-text';
import type { ReadDocument } from './read-document';
import { skipByName } from './skip-by-name';
import { readXlsx } from './xlsx-text';
import { openZip, type ZipArchive } from './zip-archive';

export type DocumentParts = PdfParts;

export async function extractDocument(path: string, bytes: Uint8Array, parts: DocumentParts): Promise<ExtractOutcome> {
  const format = formatOf(path, bytes);
  if (format === 'text' || bytes.length === 0 || skipByName(path)) return extractText(path, bytes);
  try {
    const read = await readFormat(format, bytes, parts);
    if (read === null) return extractText(path, bytes);
    const { text, places, language, problems } = read;
    if (text.trim() === '') return skipped('noText', 'It holds no text.');
    return { kind: 'document', document: { path, text, encoding: read.format, language, places }, problems };
  } catch (error) {
    if (ExtractError.is(error)) return skipped(error.reason, error.message);
    return skipped('damaged', `It is damaged, or uses what is not read yet (${errorMessage(error)}).`);
  }
}

/** Null: it is read as plain text after all. @throws ExtractError, and what libraries throw at damaged input */
async function readFormat(format: Format, bytes: Uint8Array, parts: DocumentParts): Promise<ReadDocument | null> {
  switch (format) {
    case 'pdf':
      return await readPdf(bytes, parts);
    case 'zip':
      return await readZip(await openZip(bytes));
    case 'ole':
      return failOle(bytes);
    case 'ipynb':
      return readNotebook(textOf(decodeText(bytes)));
    case 'html':
      return readHtmlPage(decodeText(bytes));
    case 'foreign':
      return failDamaged('Its content is not of the format that its name says.');
    case 'text':
      return null;
  }
}

async function readZip(zip: ZipArchive): Promise<ReadDocument | null> {
  switch (await ooxmlKind(zip)) {
    case 'docx':
      return await readDocx(zip);
    case 'pptx':
      return await readPptx(zip);
    case 'xlsx':
      return await readXlsx(zip);
    case null:
      if (zip.has('META-INF/container.xml')) return await readEpub(zip);
      throw new ExtractError('unsupported', 'It is an archive of a kind that is not read.');
  }
}

/** The container of Word 97 and its like also wraps encrypted files of the newer formats ([MS-OFFCRYPTO]). */
function failOle(bytes: Uint8Array): never {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (buffer.includes(Buffer.from('EncryptedPackage', 'utf16le')))
    throw new ExtractError('encrypted', 'It is protected with a password.');
  throw new ExtractError('unsupported', 'The old binary Office formats are not read; save it as DOCX, XLSX or PPTX.');
}

function textOf(decoded: Decoded): string {
  return decoded.kind === 'text' ? decoded.text : failDamaged('It is damaged: it is no text.');
}

/** What one file may cost. Each limit has its sentence in the ledger; none is reached by documents that people write. */
import { ExtractError } from './extract-error';

const megabyte = 1024 * 1024;

/** Documents (PDF, Office, EPUB, notebooks) may be this large; plain text has the limit of the setting. */
export const maxDocumentBytes = 64 * megabyte;
/** All parts of an archive that are read, unpacked. */
export const maxUnpackedBytes = 256 * megabyte;
/** Unpacked to packed, of a part over `freeUnpackedBytes`; XML of real files packs to a twentieth, a bomb to a thousandth. */
export const maxUnpackRatio = 200;
export const freeUnpackedBytes = 8 * megabyte;
export const maxZipEntries = 20_000;
export const maxPages = 5_000;
/** UTF-16 units of extracted text; what follows is left out, with a note. */
export const maxTextLength = 10_000_000;
/** Of elements in XML and HTML. */
export const maxNesting = 1_000;
/** A spreadsheet's cells have a place each up to this number, its rows from there on. */
export const maxPlacedCells = 50_000;
/** Reading a PDF stops here, with a note; well below the time after which the whole thread is stopped. */
export const maxPdfMs = 60_000;

/** @throws ExtractError of reason `tooLarge` */
export function checkNesting(depth: number, what: string): void {
  if (depth <= maxNesting) return;
  throw new ExtractError('tooLarge', `${what} is nested more than ${maxNesting.toLocaleString('en')} levels deep.`);
}

/** Which reader a file needs, by its first bytes and its name. */
import { fileName } from './languages';

/** `foreign`: its name says a document format, but it is binary data of another kind. */
export type Format = 'text' | 'html' | 'ipynb' | 'pdf' | 'zip' | 'ole' | 'foreign';

const documentName = /\.(?:pdf|docx|docm|dotx|dotm|pptx|pptm|ppsx|ppsm|potx|xlsx|xlsm|xltx|xltm|epub|ipynb)$/i;
const htmlName = /\.(?:html?|xhtml)$/i;
/** PDF.js, as other readers, accepts its mark anywhere in the first bytes. */
const pdfMarkWindow = 1_024;

/** Documents have a size limit of their own. */
export function isDocumentName(path: string): boolean {
  return documentName.test(path);
}

export function formatOf(path: string, bytes: Uint8Array): Format {
  const name = fileName(path);
  const isDocument = documentName.test(name);
  const top = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, pdfMarkWindow)).toString('latin1');
  if (top.startsWith('%PDF-') || (/\.pdf$/i.test(name) && top.includes('%PDF-'))) return 'pdf';
  if (top.startsWith('PK\u0003\u0004')) return 'zip';
  if (top.startsWith('\u00d0\u00cf\u0011\u00e0\u00a1\u00b1\u001a\u00e1')) return 'ole';
  if (/\.ipynb$/i.test(name)) return 'ipynb';
  if (htmlName.test(name)) return 'html';
  // A text under a document's name is read as what it is.
  return isDocument && top.includes('\u0000') ? 'foreign' : 'text';
}

/**
 * PDF.js (Mozilla) for text alone. Its worker half runs in this thread, which is a worker already; code from the file is
 * never run, fonts and pictures are never loaded. Character maps of East Asian fonts come from the package's files.
 */
import type { PDFDocumentProxy } from 'pdfjs-dist';
import { ExtractError, failDamaged } from './extract-error';

/** The bytes of a packed character map by its name, for instance `UniGB-UCS2-H.bcmap`. */
export type CMapSource = (name: string) => Promise<Uint8Array>;
export interface OpenPdf {
  readonly document: PDFDocumentProxy;
  readonly close: () => Promise<void>;
}
type Library = typeof import('pdfjs-dist');

let library: Promise<Library> | undefined;

/** @throws ExtractError of reason `encrypted` or `damaged` */
export async function openPdf(bytes: Uint8Array, readCMap: CMapSource): Promise<OpenPdf> {
  library ??= loadLibrary();
  const { getDocument, VerbosityLevel } = await library;
  const task = getDocument({
    // The library takes its input over, and the caller may still need the bytes.
    data: new Uint8Array(bytes),
    verbosity: VerbosityLevel.ERRORS,
    BinaryDataFactory: cMapFactory(readCMap),
    cMapUrl: 'cmaps/',
    cMapPacked: true,
    useWorkerFetch: false,
    useWasm: false,
    isEvalSupported: false,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
    disableFontFace: true,
    useSystemFonts: false,
    enableXfa: false,
    maxImageSize: 1,
  } as Parameters<Library['getDocument']>[0]);
  const close = (): Promise<void> => task.destroy();
  try {
    return { document: await task.promise, close };
  } catch (error) {
    await close();
    if (error instanceof Error && error.name === 'PasswordException')
      throw new ExtractError('encrypted', 'It is protected with a password.');
    return failDamaged('It is damaged: it cannot be opened as PDF.');
  }
}

/** Loaded by the first PDF only: it is larger than all the rest of the worker. */
async function loadLibrary(): Promise<Library> {
  // It warns that it cannot draw, which nobody asks it to do.
  const loud = globalThis.console;
  globalThis.console = { ...loud, warn: () => undefined };
  try {
    const worker: unknown = await import('pdfjs-dist/legacy/build/pdf.worker.min.mjs');
    Object.assign(globalThis, { pdfjsWorker: worker });
    return await import('pdfjs-dist/legacy/build/pdf.min.mjs');
  } finally {
    globalThis.console = loud;
  }
}

function cMapFactory(readCMap: CMapSource): unknown {
  return class {
    fetch({ kind, filename }: { readonly kind: string; readonly filename: string }): Promise<Uint8Array> {
      if (kind !== 'cMapUrl') return Promise.reject(new Error(`${filename} is not brought along.`));
      return readCMap(filename);
    }
  };
}

/**
 * PDF files (ISO 32000) → text with a page and a box for every line, read by PDF.js in this thread: no worker of its
 * own, no fonts, no pictures, no scripts. Pages without text are named.
 */
import type { PDFDocumentProxy, PDFPageProxy } from 'pdfjs-dist';
import { ExtractError, failDamaged } from './extract-error';
import { maxPages, maxPdfMs } from './extract-limits';
import { addPage } from './pdf-page';
import { orderLines, type TextRun } from './pdf-lines';
import { openPdf, type CMapSource } from './pdf-library';
import type { ReadDocument } from './read-document';
import { TextBuilder } from './text-builder';

export interface PdfParts {
  readonly readCMap: CMapSource;
  readonly nowMs: () => number;
}

/** @throws ExtractError */
export async function readPdf(bytes: Uint8Array, { readCMap, nowMs }: PdfParts): Promise<ReadDocument> {
  const endMs = nowMs() + maxPdfMs;
  const { document, close } = await openPdf(bytes, readCMap);
  try {
    const builder = new TextBuilder();
    const labels = await document.getPageLabels().catch(() => null);
    const count = Math.min(document.numPages, maxPages);
    const blank: number[] = [];
    const broken: number[] = [];
    let page = 0;
    while (page < count && !builder.isFull && nowMs() < endMs) {
      page += 1;
      const runs = await readRuns(document, page).catch(() => null);
      if (runs === null) broken.push(page);
      else if (runs.length === 0) blank.push(page);
      else addPage(builder, orderLines(runs), page, labels?.[page - 1] || String(page));
    }
    if (broken.length === page) failDamaged('It is damaged: none of its pages can be read.');
    if (builder.length === 0)
      throw new ExtractError('noText', 'It has no text layer: its pages are pictures, for instance scanned, or blank.');
    const problems = [...pageProblems({ blank, broken, page, all: document.numPages }), ...builder.problems()];
    return { ...builder.finish(), language: 'plaintext', format: 'pdf', problems };
  } finally {
    await close();
  }
}

/** @throws an error of PDF.js if the page is damaged */
async function readRuns(document: PDFDocumentProxy, number: number): Promise<readonly TextRun[]> {
  const page = await document.getPage(number);
  try {
    return await textRuns(page);
  } finally {
    page.cleanup();
  }
}

async function textRuns(page: PDFPageProxy): Promise<readonly TextRun[]> {
  const { transform } = page.getViewport({ scale: 1 });
  const { items } = await page.getTextContent();
  const runs: TextRun[] = [];
  for (const item of items) {
    if (!('str' in item) || item.str.trim() === '') continue;
    const [a, b, , , x, y] = multiply(transform, item.transform as readonly number[]);
    const size = Math.hypot(Number(item.transform[2]), Number(item.transform[3])) || item.height;
    // Along the line of writing; text that runs down or up the page becomes a narrow, high box.
    const length = Math.hypot(a, b) || 1;
    const [endX, endY] = [x + (a / length) * item.width, y + (b / length) * item.width];
    const isLevel = Math.abs(b) <= Math.abs(a);
    const box = isLevel
      ? { left: Math.min(x, endX), right: Math.max(x, endX), top: y - 0.8 * size, bottom: y + 0.2 * size }
      : { left: x - size, right: x, top: Math.min(y, endY), bottom: Math.max(y, endY) };
    if (Object.values(box).every(Number.isFinite))
      runs.push({ ...box, text: item.str, size, isRightToLeft: item.dir === 'rtl' });
  }
  return runs;
}

/** Product of two affine transforms as PDF writes them: [a b c d e f]. */
function multiply(
  outer: readonly number[],
  inner: readonly number[],
): readonly [number, number, number, number, number, number] {
  const [a = 1, b = 0, c = 0, d = 1, e = 0, f = 0] = outer;
  const [p = 1, q = 0, r = 0, s = 1, x = 0, y = 0] = inner;
  return [a * p + c * q, b * p + d * q, a * r + c * s, b * r + d * s, a * x + c * y + e, b * x + d * y + f];
}

interface PageFacts {
  readonly blank: readonly number[];
  readonly broken: readonly number[];
  /** The last page that was looked at, of all. */
  readonly page: number;
  readonly all: number;
}

function pageProblems({ blank, broken, page, all }: PageFacts): readonly string[] {
  const problems: string[] = [];
  if (blank.length > 0)
    problems.push(`${namePages(blank)} no text layer (scanned or blank), so nothing of it is searched.`);
  if (broken.length > 0) problems.push(`${namePages(broken)} damage and could not be read.`);
  if (page < all) problems.push(`Only ${page.toLocaleString('en')} of ${all.toLocaleString('en')} pages were read.`);
  return problems;
}

/** `Page 3 has`, `Pages 3, 5-9 have`. */
function namePages(pages: readonly number[]): string {
  const ranges: string[] = [];
  for (let first = 0; first < pages.length;) {
    let last = first;
    while (pages[last + 1] === (pages[last] ?? 0) + 1) last += 1;
    ranges.push(first === last ? `${pages[first] ?? ''}` : `${pages[first] ?? ''}-${pages[last] ?? ''}`);
    first = last + 1;
  }
  const shown = ranges.length > 20 ? [...ranges.slice(0, 20), '…'] : ranges;
  return pages.length === 1 ? `Page ${shown.join('')} has` : `Pages ${shown.join(', ')} have`;
}

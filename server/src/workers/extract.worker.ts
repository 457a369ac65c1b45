/** Reading, decoding, chunking and parsing off the server's loop; a pool of these works for the indexer and the compressor. */
import { readFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { workerData } from 'node:worker_threads';
import { chunkDocument } from '../chunk/chunk-document';
import { cutCode } from '../chunk/cut-code';
import { createSyntaxParser } from '../chunk/syntax-parser';
import { extractDocument, type DocumentParts } from '../extract/extract-document';
import { languageOf } from '../extract/languages';
import { extractFile, nodeFileSource } from './extract-file';
import type { StaticEmbedder } from '../embed/static-embedder';
import { errorMessage } from '../util/error-message';
import type { ExtractMethods, ExtractWorkerData } from './extract-methods';
import { findGrammarFiles } from './grammar-files';
import { loadStaticEmbedder } from './static-folder';
import { serveWorker, workerLog } from './worker-rpc';

// On Linux this concerns the calling thread alone: reading files must not slow the server's loop or the editor.
if (process.platform === 'linux') stepBack();

// V8's optimising compiler takes 300 to 500 MB for the large functions of a grammar and makes parsing no faster (2.8 MB of C
// a second with it and without); the baseline compiler's code stays.
setFlagsFromString('--no-wasm-tier-up');
setFlagsFromString('--no-wasm-dynamic-tiering');

const parser = createSyntaxParser(findGrammarFiles());

let embedder: Promise<StaticEmbedder | null> | undefined;
const folders = workerData as Partial<ExtractWorkerData> | undefined;

/** Null where the table is not there or damaged: text and symbols are worth having without vectors. */
function loadEmbedder(): Promise<StaticEmbedder | null> {
  const { tableFolder, criticFolder } = folders ?? {};
  if (tableFolder === undefined || criticFolder === undefined) return Promise.resolve(null);
  embedder ??= loadStaticEmbedder(tableFolder, criticFolder).catch((error: unknown) => {
    workerLog.warn(errorMessage(error));
    return null;
  });
  return embedder;
}

// PDF.js leaves rejections of damaged files unhandled, beside the one that it reports; they must not end the thread.
process.on('unhandledRejection', () => undefined);

const cMapFolder = join(dirname(require.resolve('pdfjs-dist/package.json')), 'cmaps');
const documents: DocumentParts = {
  readCMap: (name) => readFile(join(cMapFolder, /^[\w-]+\.bcmap$/.test(name) ? name : 'unknown')),
  nowMs: () => performance.now(),
};

// One at a time: the parser holds one tree, and a second file in the same thread would gain nothing.
let last: Promise<unknown> = Promise.resolve();

function enqueue<Result>(work: () => Promise<Result>): Promise<Result> {
  const next = last.then(work);
  last = next.catch(() => undefined);
  return next;
}

serveWorker<ExtractMethods>({
  extract: (request) =>
    enqueue(() => extractFile(request, { parser, loadEmbedder, documents, source: nodeFileSource })),
  readDocument: ({ path, bytes }) => enqueue(() => extractDocument(path, bytes, documents)),
  readNames: ({ path, text }) =>
    enqueue(() => chunkDocument({ path, text, encoding: 'utf-8', language: languageOf(path) }, parser)),
  cutCode: (request) => enqueue(() => cutCode(request, parser)),
});

/** A process that was started with less priority than this may not raise it, which is as good. */
function stepBack(): void {
  try {
    setPriority(0, 5);
  } catch {
    // It reads all the same.
  }
}

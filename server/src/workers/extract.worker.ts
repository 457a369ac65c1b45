/** Reading, decoding, chunking and parsing off the server's loop; a pool of these works for the indexer and the compressor. */
import { readFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { cutCode } from '../chunk/cut-code';
import { createSyntaxParser } from '../chunk/syntax-parser';
import { extractDocument, type DocumentParts } from '../extract/extract-document';
import { extractFile, nodeFileSource } from './extract-file';
import type { ExtractMethods } from './extract-methods';
import { serveWorker } from './worker-rpc';

// On Linux this concerns the calling thread alone: reading files must not slow the server's loop or the editor.
if (process.platform === 'linux') setPriority(0, 5);

const parser = createSyntaxParser(join(dirname(require.resolve('@vscode/tree-sitter-wasm/package.json')), 'wasm'));

// PDF.js leaves rejections of damaged files unhandled, beside the one that it reports; they must not end the thread.
process.on('unhandledRejection', () => undefined);

const cMapFolder = join(dirname(require.resolve('pdfjs-dist/package.json')), 'cmaps');
const parts: DocumentParts = {
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
  extract: (request) => enqueue(() => extractFile(request, parser, nodeFileSource, parts)),
  readDocument: ({ path, bytes }) => enqueue(() => extractDocument(path, bytes, parts)),
  cutCode: (request) => enqueue(() => cutCode(request, parser)),
});

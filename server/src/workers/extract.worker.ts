/** Reading, decoding, chunking and parsing off the server's loop; a pool of these works for the indexer and the compressor. */
import { setPriority } from 'node:os';
import { cutCode } from '../chunk/cut-code';
import { createSyntaxParser } from '../chunk/syntax-parser';
import { extractFile, nodeFileSource } from './extract-file';
import type { ExtractMethods } from './extract-methods';
import { findGrammarFiles } from './grammar-files';
import { serveWorker } from './worker-rpc';

// On Linux this concerns the calling thread alone: reading files must not slow the server's loop or the editor.
if (process.platform === 'linux') setPriority(0, 5);

const parser = createSyntaxParser(findGrammarFiles());

// One at a time: the parser holds one tree, and a second file in the same thread would gain nothing.
let last: Promise<unknown> = Promise.resolve();

function enqueue<Result>(work: () => Promise<Result>): Promise<Result> {
  const next = last.then(work);
  last = next.catch(() => undefined);
  return next;
}

serveWorker<ExtractMethods>({
  extract: (request) => enqueue(() => extractFile(request, parser, nodeFileSource)),
  cutCode: (request) => enqueue(() => cutCode(request, parser)),
});

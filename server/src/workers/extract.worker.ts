/** Reading, decoding, chunking and parsing off the server's loop; a pool of these works for the indexer and the compressor. */
import { setPriority } from 'node:os';
import { dirname, join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { cutCode } from '../chunk/cut-code';
import { createSyntaxParser } from '../chunk/syntax-parser';
import { extractFile, nodeFileSource } from './extract-file';
import type { ExtractMethods } from './extract-methods';
import { serveWorker } from './worker-rpc';

// On Linux this concerns the calling thread alone: reading files must not slow the server's loop or the editor.
if (process.platform === 'linux') setPriority(0, 5);

// V8's optimising compiler takes 300 to 500 MB for the large functions of a grammar and makes parsing no faster (2.8 MB of C
// a second with it and without); the baseline compiler's code stays.
setFlagsFromString('--no-wasm-tier-up');
setFlagsFromString('--no-wasm-dynamic-tiering');

const parser = createSyntaxParser(join(dirname(require.resolve('@vscode/tree-sitter-wasm/package.json')), 'wasm'));

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

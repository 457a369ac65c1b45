/** Reading, decoding and chunking of files off the server's loop; a pool of these works for the indexer. */
import { dirname, join } from 'node:path';
import { createSyntaxParser } from '../chunk/syntax-parser';
import { extractFile, nodeFileSource } from './extract-file';
import type { ExtractMethods } from './extract-methods';
import { serveWorker } from './worker-rpc';

const parser = createSyntaxParser(join(dirname(require.resolve('@vscode/tree-sitter-wasm/package.json')), 'wasm'));

// One file at a time: the parser holds one tree, and a second file in the same thread would gain nothing.
let last: Promise<unknown> = Promise.resolve();

serveWorker<ExtractMethods>({
  extract: (request) => {
    const next = last.then(() => extractFile(request, parser, nodeFileSource));
    last = next.catch(() => undefined);
    return next;
  },
});

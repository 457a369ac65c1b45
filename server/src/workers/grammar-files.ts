/** The packages with tree-sitter's grammars and runtime; they are loaded while running and never bundled. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type * as TreeSitter from 'web-tree-sitter';
import type { GrammarFiles } from '../chunk/syntax-parser';

export function findGrammarFiles(): GrammarFiles {
  return {
    commonFolder: join(dirname(require.resolve('@vscode/tree-sitter-wasm/package.json')), 'wasm'),
    moreFolder: join(dirname(require.resolve('@cursorless/tree-sitter-wasms/package.json')), 'out'),
    loadRuntime,
  };
}

/** The package keeps one WebAssembly memory for as long as it is loaded, so it is loaded again for a new one. */
function loadRuntime(): typeof TreeSitter {
  const file = require.resolve('web-tree-sitter');
  const load = createRequire(file);
  Reflect.deleteProperty(load.cache, file);
  return load(file) as typeof TreeSitter;
}

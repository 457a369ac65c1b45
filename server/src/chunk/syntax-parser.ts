/**
 * Parses code with tree-sitter grammars (WebAssembly). Grammars load on first use; parsing has a time limit, and
 * whatever goes wrong is a problem to report, never an exception: the text is then cut by lines. A fault inside a
 * grammar leaves the memory of the whole runtime damaged, so the next parse begins with a new one.
 */
import { join } from 'node:path';
import type * as TreeSitter from 'web-tree-sitter';
import { errorMessage } from '../util/error-message';

export interface SyntaxParser {
  /** `use` reads the tree, which is freed afterwards. */
  withTree<T>(
    grammar: string,
    text: string,
    use: (tree: TreeSitter.Tree) => T,
  ): Promise<T | { readonly problem: string }>;
}

/** Where grammar files lie, named `tree-sitter-LANGUAGE.wasm`, and what runs them. */
export interface GrammarFiles {
  readonly commonFolder: string;
  /** Of the grammars that the other folder does not have. */
  readonly moreFolder: string;
  /** A runtime that shares no memory with one loaded before. */
  readonly loadRuntime: () => typeof TreeSitter;
}

interface Runtime {
  readonly parser: TreeSitter.Parser;
  readonly language: (grammar: string) => Promise<TreeSitter.Language>;
}

const moreGrammars: ReadonlySet<string> = new Set(['html', 'json', 'kotlin', 'swift', 'yaml']);
/** The YAML grammar keeps one entry a level in a buffer of fixed size, which it does not guard. */
const deepYaml = /^[ \t:?-]{160}/m;
const cutByLines = 'so the file is cut by lines, without symbols';

/** `timeLimitMs` of the thread's own time bounds one parse; it is looked at every few thousand steps. */
export function createSyntaxParser(files: GrammarFiles, timeLimitMs = 2_000): SyntaxParser {
  let runtime: Promise<Runtime> | undefined;
  return {
    async withTree(grammar, text, use) {
      if (grammar === 'yaml' && deepYaml.test(text)) return { problem: `It nests too deep to parse, ${cutByLines}.` };
      try {
        runtime ??= startRuntime(files);
        const { parser, language } = await runtime;
        parser.setLanguage(await language(grammar));
        const tree = parse(parser, text, timeLimitMs);
        if (!tree) return { problem: `Parsing took too long, ${cutByLines}.` };
        // Not freed after a fault: its memory goes with the runtime.
        const result = use(tree);
        tree.delete();
        return result;
      } catch (error) {
        runtime = undefined;
        return { problem: `Parsing failed, ${cutByLines} (${errorMessage(error)}).` };
      }
    },
  };
}

/** Null after the time limit. */
function parse(parser: TreeSitter.Parser, text: string, timeLimitMs: number): TreeSitter.Tree | null {
  const deadline = spentMs() + timeLimitMs;
  // Returning true stops the parser; `parse` then gives null.
  const tree = parser.parse(text, null, { progressCallback: () => spentMs() > deadline });
  if (!tree) parser.reset();
  return tree;
}

/** Time that this thread has worked, so that a busy machine does not change what is found; before Node 23.9 the clock. */
function spentMs(): number {
  if (!('threadCpuUsage' in process)) return performance.now();
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

async function startRuntime({ loadRuntime, commonFolder, moreFolder }: GrammarFiles): Promise<Runtime> {
  const { Language, Parser } = loadRuntime();
  const languages = new Map<string, Promise<TreeSitter.Language>>();
  await Parser.init();
  return {
    parser: new Parser(),
    language(grammar) {
      const folder = moreGrammars.has(grammar) ? moreFolder : commonFolder;
      const loading = languages.get(grammar) ?? Language.load(join(folder, `tree-sitter-${grammar}.wasm`));
      languages.set(grammar, loading);
      return loading;
    },
  };
}

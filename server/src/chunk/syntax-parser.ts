/**
 * Parses code with tree-sitter grammars (WebAssembly). Grammars load on first use; parsing has a time limit, and
 * whatever goes wrong is a problem to report, never an exception: the text is then cut by paragraphs.
 */
import { join } from 'node:path';
import { Language, Parser, type Tree } from 'web-tree-sitter';
import { errorMessage } from '../util/error-message';

export interface SyntaxParser {
  /** `use` reads the tree, which is freed afterwards. */
  withTree<T>(grammar: string, text: string, use: (tree: Tree) => T): Promise<T | { readonly problem: string }>;
}

/** `timeLimitMs` bounds one parse; a parse is checked against it every few thousand steps. */
export function createSyntaxParser(grammarFolder: string, timeLimitMs = 5_000): SyntaxParser {
  const languages = new Map<string, Promise<Language>>();
  let parser: Promise<Parser> | undefined;
  const load = (grammar: string): Promise<Language> => {
    const known = languages.get(grammar);
    if (known) return known;
    const loading = Language.load(join(grammarFolder, `tree-sitter-${grammar}.wasm`));
    languages.set(grammar, loading);
    return loading;
  };
  return {
    async withTree(grammar, text, use) {
      let tree: Tree | null = null;
      try {
        parser ??= Parser.init().then(() => new Parser());
        const ready = await parser;
        ready.setLanguage(await load(grammar));
        const deadline = performance.now() + timeLimitMs;
        // Returning true stops the parser; `parse` then gives null.
        tree = ready.parse(text, null, { progressCallback: () => performance.now() > deadline });
        if (!tree) {
          ready.reset();
          return { problem: 'Parsing took too long, so the file is cut by paragraphs, without symbols.' };
        }
        return use(tree);
      } catch (error) {
        return {
          problem: `Parsing failed, so the file is cut by paragraphs, without symbols (${errorMessage(error)}).`,
        };
      } finally {
        tree?.delete();
      }
    },
  };
}

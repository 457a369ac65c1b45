/** Code → the pieces of a granularity, in the extract worker. Null: the language has no grammar, or parsing failed. */
import { languageOf } from '../extract/languages';
import { codeLanguages } from './code-languages';
import { cutBlocks, cutSymbols, type CodeRange } from './code-ranges';
import type { SyntaxParser } from './syntax-parser';

/** The path says which language the text is in. */
export interface CodeText {
  readonly path: string;
  readonly text: string;
}

export interface CutRequest {
  readonly granularity: 'block' | 'symbol';
  readonly texts: readonly CodeText[];
}

export async function cutCode(
  { granularity, texts }: CutRequest,
  parser: SyntaxParser,
): Promise<readonly (readonly CodeRange[] | null)[]> {
  const cut: (readonly CodeRange[] | null)[] = [];
  for (const { path, text } of texts) {
    const known = codeLanguages[languageOf(path)];
    const language = known?.isData === true ? undefined : known;
    const ranges =
      language &&
      (await parser.withTree(language.grammar, text, (tree) =>
        granularity === 'block' ? cutBlocks(tree, text) : cutSymbols(tree, text, language),
      ));
    cut.push(ranges === undefined || 'problem' in ranges ? null : ranges);
  }
  return cut;
}

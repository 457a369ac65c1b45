/** A document → its chunks and symbols: Markdown by headings, code by symbols, everything else by paragraphs. */
import type { Document } from '../extract/document';
import type { ChunkedDocument } from './chunk';
import { chunkQuick } from './chunk-quick';
import { codeLanguages } from './code-languages';
import { packOutline } from './outline';
import { outlineCode } from './outline-code';
import { outlineMarkdown } from './outline-markdown';
import { outlineParagraphs } from './outline-paragraphs';
import type { SyntaxParser } from './syntax-parser';
import { measureText } from './text-measure';

/** What cannot be parsed, or not soon enough, keeps the chunks of the first pass and says so in `problems`. */
export async function chunkDocument(
  document: Omit<Document, 'places'>,
  parser: SyntaxParser,
): Promise<ChunkedDocument> {
  const { text, language } = document;
  const measure = measureText(text);
  const rest = { definitions: [], references: [], imports: [], problems: [] };
  if (language === 'markdown') {
    const { root, definitions, references } = outlineMarkdown(text, measure);
    return { ...rest, chunks: packOutline(text, measure, root, 'section'), definitions, references };
  }
  const code = codeLanguages[language];
  if (!code) return { ...rest, chunks: packOutline(text, measure, outlineParagraphs(text), 'paragraph') };
  const outline = await parser.withTree(code.grammar, text, (tree) => outlineCode(tree, text, code, measure));
  if ('problem' in outline) return { ...chunkQuick(document), problems: [outline.problem] };
  const { root, ...names } = outline;
  return { ...names, chunks: packOutline(text, measure, root, 'symbol'), problems: [] };
}

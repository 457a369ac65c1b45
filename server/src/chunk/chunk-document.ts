/** A document → its chunks and symbols: Markdown by headings, code by symbols, everything else by paragraphs. */
import type { Document } from '../extract/document';
import type { ChunkedDocument } from './chunk';
import { codeLanguages } from './code-languages';
import { packOutline } from './outline';
import { outlineCode } from './outline-code';
import { outlineMarkdown } from './outline-markdown';
import { outlineParagraphs } from './outline-paragraphs';
import type { SyntaxParser } from './syntax-parser';
import { measureText, type TextMeasure } from './text-measure';

export async function chunkDocument(
  document: Omit<Document, 'places'>,
  parser: SyntaxParser,
): Promise<ChunkedDocument> {
  const { text, language } = document;
  const measure = measureText(text);
  if (language === 'markdown') {
    const { root, definitions } = outlineMarkdown(text, measure);
    return { chunks: packOutline(text, measure, root, 'section'), definitions, references: [], problems: [] };
  }
  const code = codeLanguages[language];
  if (!code) return chunkParagraphs(text, measure, []);
  const outline = await parser.withTree(code.grammar, text, (tree) => outlineCode(tree, text, code, measure));
  if ('problem' in outline) return chunkParagraphs(text, measure, [outline.problem]);
  const { root, definitions, references } = outline;
  return { chunks: packOutline(text, measure, root, 'symbol'), definitions, references, problems: [] };
}

function chunkParagraphs(text: string, measure: TextMeasure, problems: readonly string[]): ChunkedDocument {
  const chunks = packOutline(text, measure, outlineParagraphs(text), 'paragraph');
  return { chunks, definitions: [], references: [], problems };
}

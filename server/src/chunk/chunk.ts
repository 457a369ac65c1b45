/**
 * The chunker's contract: a document → chunks along its structure, its symbols and references.
 * Offsets are UTF-16 code units into the document's text, end exclusive; lines are 0-based here.
 * Chunks are sorted and apart, each is at most `maxChunkChars` long, and together they hold every character
 * that is not white space.
 */
export interface Chunk {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly startLine: number;
  readonly endLine: number;
  readonly kind: 'symbol' | 'section' | 'paragraph' | 'lines';
  /** Path of headings or symbol names that the chunk stands under, joined with ` > `; may be empty. */
  readonly heading: string;
}

export interface SymbolDefinition {
  readonly name: string;
  /** `function`, `class`, `method`, `variable`, `heading`, … */
  readonly kind: string;
  readonly startOffset: number;
  readonly endOffset: number;
  readonly nameOffset: number;
  /** Line of the name. */
  readonly line: number;
  readonly container: string;
}

export interface SymbolReference {
  readonly name: string;
  readonly offset: number;
  readonly line: number;
}

export interface ChunkedDocument {
  readonly chunks: readonly Chunk[];
  readonly definitions: readonly SymbolDefinition[];
  readonly references: readonly SymbolReference[];
  readonly problems: readonly string[];
}

/**
 * The chunker's contract: a document → chunks along its structure, its symbols, references and imports.
 * Offsets are UTF-16 code units into the document's text, end exclusive; lines are 0-based here.
 * Chunks are sorted and apart, each is at most `maxChunkChars` long and at most 512 tokens of the critic, and together
 * they hold every character that is not white space.
 */
export interface Chunk {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly startLine: number;
  readonly endLine: number;
  readonly kind: 'symbol' | 'section' | 'paragraph' | 'lines';
  /** Path of headings or symbol names that the chunk stands under, joined with ` > `; may be empty. */
  readonly heading: string;
  /** First lines of the symbol that the chunk is a later part of, on one line; only such a part has it. */
  readonly signature?: string;
}

export interface SymbolDefinition {
  readonly name: string;
  /** `function`, `class`, `method`, `variable`, `heading`, `key`, `selector`, … */
  readonly kind: string;
  readonly startOffset: number;
  readonly endOffset: number;
  readonly nameOffset: number;
  /** Line of the name. */
  readonly line: number;
  readonly container: string;
}

export type ReferenceKind = 'call' | 'type' | 'import' | 'other';

export interface SymbolReference {
  readonly name: string;
  readonly offset: number;
  readonly line: number;
  readonly kind: ReferenceKind;
  /** Name path of the enclosing definitions, joined with ` > `; empty at the top. */
  readonly container: string;
}

/** A name that a file takes from elsewhere. */
export interface ImportedName {
  /** The module as the file writes it: `./store`, `os.path`, `std::fs`, `stdio.h`. */
  readonly from: string;
  /** The name there; `*` for all of it, `default` for what JavaScript calls so. */
  readonly name: string;
  /** The name here; empty where the import brings none. */
  readonly alias: string;
  readonly line: number;
  /** Of the import statement. */
  readonly offset: number;
}

export interface ChunkedDocument {
  readonly chunks: readonly Chunk[];
  readonly definitions: readonly SymbolDefinition[];
  readonly references: readonly SymbolReference[];
  readonly imports: readonly ImportedName[];
  readonly problems: readonly string[];
}

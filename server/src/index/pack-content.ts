/**
 * A document's text and structure as bytes: one transfer between threads instead of many cloned objects. Made where the
 * file is read, so that the one thread that writes only has to store: the text is compressed there and cut into the
 * words of full text search.
 */
import { deserialize, serialize } from 'node:v8';
import type { PlacedRange } from '../../../protocol/places';
import type { ChunkedDocument, ImportedName, SymbolDefinition } from '../chunk/chunk';
import { compressText } from './compress-text';
import { packUses } from './pack-uses';
import { searchWords } from './search-words';

export interface IndexedChunk {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly startLine: number;
  readonly endLine: number;
  readonly heading: string;
  /** What full text search finds it by, parted by spaces. */
  readonly words: string;
  readonly headingWords: string;
}

export interface IndexContent {
  /** By `compressText`. */
  readonly text: Uint8Array;
  readonly chunks: readonly IndexedChunk[];
  readonly definitions: readonly SymbolDefinition[];
  /** By `packUses`; null where the file uses no name. */
  readonly uses: Uint8Array | null;
  readonly imports: readonly ImportedName[];
  /** Where stretches of the text stand in a document that is no plain text. */
  readonly places: readonly PlacedRange[];
  /** A vector a chunk, in their order, by `packVectors`; null where none were made. */
  readonly vectors: Uint8Array | null;
}

/** The result owns its buffer, so it may be transferred. */
export function packContent(
  { text, places }: { readonly text: string; readonly places: readonly PlacedRange[] },
  { chunks, definitions, references, imports }: Omit<ChunkedDocument, 'problems'>,
  vectors: Uint8Array | null,
): Uint8Array<ArrayBuffer> {
  const headings = new Map<string, string>();
  const content: IndexContent = {
    text: compressText(text),
    chunks: chunks.map(({ startOffset, endOffset, startLine, endLine, heading, signature = '' }) => {
      const headingWords = headings.get(heading) ?? searchWords(heading).join(' ');
      headings.set(heading, headingWords);
      // A later part of a long symbol is found by what the symbol is called, too.
      const words = searchWords(`${signature} ${text.slice(startOffset, endOffset)}`);
      return { startOffset, endOffset, startLine, endLine, heading, words: capRepeats(words).join(' '), headingWords };
    }),
    definitions,
    uses: references.length > 0 ? packUses(text, references) : null,
    imports,
    places,
    vectors,
  };
  return new Uint8Array(serialize(content));
}

/** BM25 hardly tells a fourth time from a third, and every time is a place in the index. */
const maxRepeats = 3;

function capRepeats(words: readonly string[]): readonly string[] {
  const counts = new Map<string, number>();
  return words.filter((word) => {
    const count = (counts.get(word) ?? 0) + 1;
    counts.set(word, count);
    return count <= maxRepeats;
  });
}

/** For bytes that `packContent` made in this process; nothing else is ever passed. */
export function unpackContent(bytes: Uint8Array): IndexContent {
  return deserialize(bytes) as IndexContent;
}

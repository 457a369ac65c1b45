/**
 * The index's contract. One store a workspace folder; every call runs in the store's own worker, so that no call
 * blocks the caller's loop. Writes of one `apply` are one transaction. Lines are 0-based.
 */
import type { PlacedRange } from '../../../protocol/places';
import type { ImportedName, ReferenceKind, SymbolDefinition, SymbolReference } from '../chunk/chunk';

export type FileState = 'indexed' | 'pending' | 'skipped' | 'failed';

/** How deep a file is indexed: its text alone, cut by lines, or along its structure with symbols and vectors. */
export type IndexDepth = 'text' | 'symbols';

/** One file's ledger entry. */
export interface FileRecord {
  readonly path: string;
  readonly state: FileState;
  readonly reason: string | null;
  /** Null where nothing of the file is indexed. */
  readonly depth: IndexDepth | null;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** SHA-256 of the bytes, hex; null when they were not read. */
  readonly contentHash: string | null;
  readonly encoding: string | null;
  readonly language: string | null;
  readonly chunks: number;
  readonly tokens: number;
  readonly seenMs: number;
}

/** Where it is written that something is left out. */
export interface ExclusionRule {
  /** Relative to the workspace where the file lies inside, else absolute; a setting has its name here. */
  readonly file: string;
  /** 1-based; of a setting: which of its patterns. */
  readonly line: number;
  readonly pattern: string;
}

/** What the walk left out: a file, a link, or a folder with all that is in it, whose path ends in a slash. */
export interface ExcludedEntry {
  readonly path: string;
  /** One sentence in plain words. */
  readonly reason: string;
  readonly rule: ExclusionRule | null;
}

export type FileUpdate =
  /** A ledger row alone: content stored before stays with the states `indexed` and `pending`, else it is dropped. */
  | { readonly kind: 'record'; readonly record: FileRecord }
  /** The file's content, which replaces what was stored: made by `packContent`, so that it crosses this loop unread. */
  | { readonly kind: 'content'; readonly record: FileRecord; readonly bytes: Uint8Array }
  | { readonly kind: 'removed'; readonly path: string };

/** A chunk with its text, as search finds it. `score` is higher for better, comparable only within one list. */
export interface StoredChunk {
  readonly id: number;
  readonly path: string;
  readonly startOffset: number;
  readonly endOffset: number;
  readonly startLine: number;
  readonly endLine: number;
  readonly heading: string;
  readonly text: string;
  readonly score: number;
  /** Where its stretches stand in a document that is no plain text; absent for files that are what they say. */
  readonly places?: readonly PlacedRange[];
}

export interface SymbolPlace extends SymbolDefinition {
  readonly path: string;
}
export interface ReferencePlace {
  readonly path: string;
  readonly offset: number;
  readonly line: number;
  readonly kind: ReferenceKind;
  /** Name path of the enclosing definitions, joined with ` > `; empty at the top. */
  readonly container: string;
}

export interface NamesInRange {
  readonly definitions: readonly SymbolPlace[];
  readonly references: readonly SymbolReference[];
}

/** `total`: of all files that were looked into; of a name in very many files that is a part, and `isPartial` says so. */
export interface References {
  readonly total: number;
  readonly isPartial: boolean;
  readonly places: readonly ReferencePlace[];
}

/** Where to look for the uses of a name, so that a common one stays cheap. */
export interface UseSearch {
  /** Files near this one come first: itself, then its folder, then all others by path. Default: by path. */
  readonly near?: string;
  /** Files that are looked into. */
  readonly maxFiles?: number;
}

/** What joins two places of the code: one defines, calls or tests what the other uses, or is a text that names it. */
export type Relation = 'definition' | 'caller' | 'test' | 'doc';

export interface Neighbour {
  readonly relation: Relation;
  /** The name that joins the two places. */
  readonly name: string;
  readonly chunk: StoredChunk;
  /** Higher is better, up to about 1. */
  readonly score: number;
}

export type CodePlace = Pick<StoredChunk, 'path' | 'startOffset' | 'endOffset'>;

export interface SearchOptions {
  /** False: the chunks come without their texts, which have to be unpacked; `chunksById` has them. Default true. */
  readonly texts?: boolean;
}

export interface WordCounts {
  readonly total: number;
  /** One a word that was asked for. */
  readonly counts: readonly number[];
}

/** Vectors of chunks: row `i` of `bytes` (`dimensions` signed bytes) times `scales[i]` is that of chunk `ids[i]`. */
export interface ChunkVectors {
  readonly ids: Float64Array;
  readonly bytes: Int8Array;
  readonly scales: Float32Array;
  /** What the next page comes after, and whether there is none. */
  readonly last: number;
  readonly isEnd: boolean;
}

export interface IndexTotals {
  readonly files: number;
  readonly indexed: number;
  readonly skipped: number;
  readonly failed: number;
  readonly pending: number;
  /** Files whose text is indexed and whose symbols and vectors are still to come. */
  readonly textOnly: number;
  readonly chunks: number;
  readonly tokens: number;
}

export interface IndexStore {
  /** The ledger, sorted by path; with `under` only that file or what lies in that folder. */
  files(under?: string): Promise<readonly FileRecord[]>;
  totals(): Promise<IndexTotals>;
  apply(updates: readonly FileUpdate[]): Promise<void>;
  /** Replaces what the last walk left out; readers see all of the old entries or all of the new ones. */
  putExcluded(entries: readonly ExcludedEntry[]): Promise<void>;
  /**
   * What the last walk left out, sorted by path; with `under` only that path, what lies below it, and the excluded
   * folders that it lies in.
   */
  excluded(under?: string): Promise<readonly ExcludedEntry[]>;
  /** Deletes all content but keeps the file and schema. */
  clear(): Promise<void>;
  /** Full text over chunk text and heading. `query` is plain words; its syntax is never interpreted. */
  searchText(query: string, limit: number, options?: SearchOptions): Promise<readonly StoredChunk[]>;
  /** How many chunks there are, and how many of them hold each word; very common words are counted to a bound. */
  wordCounts(words: readonly string[]): Promise<WordCounts>;
  /** Chunks that hold the definition of a symbol named like a word of the query. */
  searchSymbols(query: string, limit: number, options?: SearchOptions): Promise<readonly StoredChunk[]>;
  /** First chunks of files whose path or name matches words of the query. */
  searchPaths(query: string, limit: number, options?: SearchOptions): Promise<readonly StoredChunk[]>;
  definitions(name: string, limit: number): Promise<readonly SymbolPlace[]>;
  references(name: string, limit: number, where?: UseSearch): Promise<References>;
  /** What a file takes from elsewhere. */
  importsOf(path: string): Promise<readonly ImportedName[]>;
  /** Definitions and uses that begin in a range of a file. */
  namesIn(path: string, startOffset: number, endOffset: number): Promise<NamesInRange>;
  /** The chunk that holds an offset. */
  chunkAt(path: string, offset: number): Promise<StoredChunk | null>;
  /**
   * What stands around places of the code, one list a place, best first, at most `limit` each; the chunks come without
   * their texts. Names that very many chunks hold lead nowhere, and the look-ups of a call are bounded.
   */
  neighbours(places: readonly CodePlace[], limit: number): Promise<readonly (readonly Neighbour[])[]>;
  /** Chunks of one file in order. */
  chunksOf(path: string): Promise<readonly StoredChunk[]>;
  /** Chunks by id, in the order asked for; ids that are gone are left out. */
  chunksById(ids: readonly number[], options?: SearchOptions): Promise<readonly StoredChunk[]>;
  /** A page of vectors, file by file in the order of storing; `after` is 0 or the `last` of the page before. */
  vectors(after: number, limit: number): Promise<ChunkVectors>;
  /**
   * Asks to be the only one that indexes for the next `forMs` milliseconds; asking again prolongs it. False while another
   * process has that right. `forMs` 0 gives it back.
   */
  lease(forMs: number): Promise<boolean>;
  /** Bounds the index's file; 0: no bound. What would exceed it fails as `indexFull`. */
  limit(maxBytes: number): Promise<void>;
  /** Gives free pages back to the disk, a few at a time. True when none are left. */
  compact(): Promise<boolean>;
  close(): Promise<void>;
}

export type IndexErrorReason =
  'folderReadOnly' | 'diskFull' | 'indexFull' | 'corrupt' | 'busy' | 'sqliteMissing' | 'other';
export class IndexError extends Error {
  override readonly name = 'IndexError';
  constructor(
    readonly reason: IndexErrorReason,
    message: string,
  ) {
    super(message);
  }
  static is(value: unknown, reason?: IndexErrorReason): value is IndexError {
    return value instanceof IndexError && (reason === undefined || value.reason === reason);
  }
}

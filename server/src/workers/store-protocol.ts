/** The calls between the index store on the server's thread and its two SQLite workers. */
import type { ImportedName } from '../chunk/chunk';
import type {
  ChunkVectors,
  CodePlace,
  ExcludedEntry,
  FileRecord,
  FileUpdate,
  IndexTotals,
  NamesInRange,
  Neighbour,
  References,
  StoredChunk,
  SearchOptions,
  SymbolPlace,
  UseSearch,
  WordCounts,
} from '../index/index-store';

export interface StoreWorkerData {
  readonly folder: string;
  readonly root: string;
  readonly mode: 'read' | 'write';
  readonly maxPages?: number;
}

interface Query extends SearchOptions {
  readonly query: string;
  readonly limit: number;
}
interface Name {
  readonly name: string;
  readonly limit: number;
}
interface Page<After> {
  readonly after: After;
  readonly limit: number;
}
type Nothing = Record<string, never>;
interface Call<Params, Result> {
  params: Params;
  result: Result;
  progress: undefined;
}

// A type, not an interface: only types match the index signature of WorkerMethods.
export type StoreWorkerMethods = {
  /** One sentence when a damaged index was set aside, else null. */
  open: Call<Nothing, string | null>;
  /** A page of the ledger: the rows after the path `after`. */
  files: Call<Page<string> & { readonly under: string }, readonly FileRecord[]>;
  totals: Call<Nothing, IndexTotals>;
  apply: Call<{ readonly updates: readonly FileUpdate[] }, void>;
  /** A page of what one walk left out; the last page puts the walk in the place of the one before. */
  putExcluded: Call<
    { readonly walk: number; readonly entries: readonly ExcludedEntry[]; readonly isLast: boolean },
    void
  >;
  /**
   * A page of the last walk: what lies under `under` or covers it, from row `skip` on in the order of paths. `walk`
   * tells the pages of one walk from those of the next.
   */
  excluded: Call<
    { readonly under: string; readonly skip: number; readonly limit: number },
    { readonly walk: number; readonly entries: readonly ExcludedEntry[] }
  >;
  clear: Call<Nothing, void>;
  searchText: Call<Query, readonly StoredChunk[]>;
  wordCounts: Call<{ readonly words: readonly string[] }, WordCounts>;
  searchSymbols: Call<Query, readonly StoredChunk[]>;
  searchPaths: Call<Query, readonly StoredChunk[]>;
  definitions: Call<Name, readonly SymbolPlace[]>;
  references: Call<Name & UseSearch, References>;
  importsOf: Call<{ readonly path: string }, readonly ImportedName[]>;
  namesIn: Call<{ readonly path: string; readonly startOffset: number; readonly endOffset: number }, NamesInRange>;
  chunkAt: Call<{ readonly path: string; readonly offset: number }, StoredChunk | null>;
  neighbours: Call<
    { readonly places: readonly CodePlace[]; readonly limit: number },
    readonly (readonly Neighbour[])[]
  >;
  chunksOf: Call<{ readonly path: string }, readonly StoredChunk[]>;
  chunksById: Call<{ readonly ids: readonly number[] } & SearchOptions, readonly StoredChunk[]>;
  vectors: Call<Page<number>, ChunkVectors>;
  lease: Call<{ readonly holder: number; readonly forMs: number }, boolean>;
  limit: Call<{ readonly maxBytes: number }, void>;
  compact: Call<Nothing, boolean>;
  close: Call<Nothing, void>;
};

/** The calls between the index store on the server's thread and its two SQLite workers. */
import type { ImportedName } from '../chunk/chunk';
import type {
  ChunkVectors,
  FileRecord,
  FileUpdate,
  IndexTotals,
  NamesInRange,
  ReferencePlace,
  StoredChunk,
  SymbolPlace,
  WordCounts,
} from '../index/index-store';

export interface StoreWorkerData {
  readonly folder: string;
  readonly root: string;
  readonly mode: 'read' | 'write';
  readonly maxPages?: number;
}

interface Query {
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
  clear: Call<Nothing, void>;
  searchText: Call<Query, readonly StoredChunk[]>;
  wordCounts: Call<{ readonly words: readonly string[] }, WordCounts>;
  searchSymbols: Call<Query, readonly StoredChunk[]>;
  searchPaths: Call<Query, readonly StoredChunk[]>;
  definitions: Call<Name, readonly SymbolPlace[]>;
  references: Call<Name, { readonly total: number; readonly places: readonly ReferencePlace[] }>;
  importsOf: Call<{ readonly path: string }, readonly ImportedName[]>;
  namesIn: Call<{ readonly path: string; readonly startOffset: number; readonly endOffset: number }, NamesInRange>;
  chunkAt: Call<{ readonly path: string; readonly offset: number }, StoredChunk | null>;
  chunksOf: Call<{ readonly path: string }, readonly StoredChunk[]>;
  chunksById: Call<{ readonly ids: readonly number[] }, readonly StoredChunk[]>;
  vectors: Call<Page<number>, ChunkVectors>;
  textOf: Call<{ readonly path: string }, string | null>;
  lease: Call<{ readonly holder: number; readonly forMs: number }, boolean>;
  limit: Call<{ readonly maxBytes: number }, void>;
  compact: Call<Nothing, boolean>;
  close: Call<Nothing, void>;
};

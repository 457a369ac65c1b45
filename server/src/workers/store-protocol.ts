/** The calls between the index store on the server's thread and its two SQLite workers. */
import type {
  ExcludedEntry,
  FileRecord,
  FileUpdate,
  IndexTotals,
  ReferencePlace,
  StoredChunk,
  SymbolPlace,
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
type Nothing = Record<string, never>;

// A type, not an interface: only types match the index signature of WorkerMethods.
export type StoreWorkerMethods = {
  /** One sentence when a damaged index was set aside, else null. */
  open: { params: Nothing; result: string | null; progress: undefined };
  /** A page of the ledger: the rows after the path `after`. */
  files: {
    params: { readonly under: string; readonly after: string; readonly limit: number };
    result: readonly FileRecord[];
    progress: undefined;
  };
  totals: { params: Nothing; result: IndexTotals; progress: undefined };
  apply: { params: { readonly updates: readonly FileUpdate[] }; result: void; progress: undefined };
  /** A page of what one walk left out; the last page puts the walk in the place of the one before. */
  putExcluded: {
    params: { readonly walk: number; readonly entries: readonly ExcludedEntry[]; readonly isLast: boolean };
    result: void;
    progress: undefined;
  };
  /**
   * A page of the last walk: what lies under `under` or covers it, from row `skip` on in the order of paths. `walk`
   * tells the pages of one walk from those of the next.
   */
  excluded: {
    params: { readonly under: string; readonly skip: number; readonly limit: number };
    result: { readonly walk: number; readonly entries: readonly ExcludedEntry[] };
    progress: undefined;
  };
  clear: { params: Nothing; result: void; progress: undefined };
  searchText: { params: Query; result: readonly StoredChunk[]; progress: undefined };
  searchSymbols: { params: Query; result: readonly StoredChunk[]; progress: undefined };
  searchPaths: { params: Query; result: readonly StoredChunk[]; progress: undefined };
  definitions: { params: Name; result: readonly SymbolPlace[]; progress: undefined };
  references: {
    params: Name;
    result: { readonly total: number; readonly places: readonly ReferencePlace[] };
    progress: undefined;
  };
  chunksOf: { params: { readonly path: string }; result: readonly StoredChunk[]; progress: undefined };
  close: { params: Nothing; result: void; progress: undefined };
};

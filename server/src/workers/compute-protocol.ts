/** The calls between the calculator on the server's thread and its worker. */
import type { ComputeDocument } from '../compute/find-grids';
import type { Column, UsedCell } from '../compute/table';

/** A table as a model is told of it. */
export interface TableSummary {
  readonly name: string;
  readonly path: string;
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rowCount: number;
  /** The first rows, as shown. */
  readonly sample: readonly (readonly string[])[];
}
export interface TableSummaries {
  readonly tables: readonly TableSummary[];
  readonly problems: readonly string[];
}

export interface QueryResult {
  readonly columns: readonly string[];
  /** As shown; null: no value. At most the first thousand. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** What the values were made of, in the order of the rows; of `usedCount` cells the first. */
  readonly used: readonly UsedCell[];
  readonly usedCount: number;
}

// A type, not an interface: only types match the index signature of WorkerMethods.
export type ComputeMethods = {
  describe: { params: { readonly documents: readonly ComputeDocument[] }; result: TableSummaries };
  query: {
    params: { readonly documents: readonly ComputeDocument[]; readonly sql: string; readonly timeLimitMs: number };
    result: QueryResult;
  };
};

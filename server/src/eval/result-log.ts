/**
 * What `longfold eval evidence` has measured. A line counts only for its key, which holds all that the result depends on;
 * lines of other models or questions stay and are passed over.
 */
import type { FileSystem } from '../platform/ports';
import { openLineLog } from './line-log';

/** What one method kept of one record at one budget, as shares from 0 to 1. */
export interface KeepResult {
  /** Percent. */
  readonly keep: number;
  readonly recall: number;
  readonly kept: number;
}

export interface LoggedResult {
  readonly set: string;
  readonly id: string;
  readonly method: string;
  readonly key: string;
  readonly results: readonly KeepResult[];
}

export interface ResultLog {
  /** Undefined where one of the budgets is missing. */
  find(key: string, keeps: readonly number[]): readonly KeepResult[] | undefined;
  add(results: readonly LoggedResult[]): Promise<void>;
}

/** @throws EvidenceError, FileError */
export async function openResultLog(fileSystem: FileSystem, file: string | undefined): Promise<ResultLog> {
  const log = await openLineLog(fileSystem, file, isLoggedResult);
  const known = new Map<string, Map<number, KeepResult>>();
  for (const { key, results } of log.lines) {
    const found = known.get(key) ?? new Map<number, KeepResult>();
    for (const result of results) found.set(result.keep, result);
    known.set(key, found);
  }
  return {
    find(key, keeps) {
      const found = keeps.map((keep) => known.get(key)?.get(keep));
      return found.every((result) => result !== undefined) ? found : undefined;
    },
    add: (results) => log.add(results),
  };
}

function isLoggedResult(value: unknown): value is LoggedResult {
  if (typeof value !== 'object' || value === null) return false;
  const { key, results }: Partial<Record<string, unknown>> = { ...value };
  return typeof key === 'string' && Array.isArray(results) && results.every(isKeepResult);
}

function isKeepResult(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const fields: Partial<Record<string, unknown>> = { ...value };
  return ['keep', 'recall', 'kept'].every((name) => Number.isFinite(fields[name]));
}

/**
 * Finished records as JSON Lines, so that a stopped evaluation goes on where it was. A line counts only for its key,
 * which holds all that the result depends on; lines of other models or questions stay and are passed over.
 */
import { FileError, type FileSystem } from '../platform/ports';
import { EvidenceError } from './evidence-error';

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

/** Keeps results in memory, and in a file where there is one. @throws EvidenceError, FileError */
export async function openResultLog(fileSystem: FileSystem, file: string | undefined): Promise<ResultLog> {
  const known = new Map<string, Map<number, KeepResult>>();
  const remember = ({ key, results }: LoggedResult): void => {
    const found = known.get(key) ?? new Map<number, KeepResult>();
    for (const result of results) found.set(result.keep, result);
    known.set(key, found);
  };
  const text = file === undefined ? '' : await readIfThere(fileSystem, file);
  parseLog(text, file ?? '').forEach(remember);
  let isOpenLine = text !== '' && !text.endsWith('\n');
  return {
    find(key, keeps) {
      const found = keeps.map((keep) => known.get(key)?.get(keep));
      return found.every((result) => result !== undefined) ? found : undefined;
    },
    async add(results) {
      if (file === undefined || results.length === 0) return;
      const lines = results.map((result) => `${JSON.stringify(result)}\n`).join('');
      await fileSystem.appendText(file, isOpenLine ? `\n${lines}` : lines);
      isOpenLine = false;
    },
  };
}

async function readIfThere(fileSystem: FileSystem, file: string): Promise<string> {
  try {
    return new TextDecoder().decode(await fileSystem.readBytes(file));
  } catch (error) {
    if (FileError.is(error, 'notFound')) return '';
    throw error;
  }
}

/** A line cut by a crash is passed over; a file of something else is refused before anything is added to it. */
function parseLog(text: string, file: string): readonly LoggedResult[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const results = lines.flatMap((line) => parseLine(line) ?? []);
  if (lines.length > 0 && results.length === 0) {
    throw new EvidenceError('damaged', `${file} has no results of an evaluation; name another file to go on from.`);
  }
  return results;
}

function parseLine(line: string): LoggedResult | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  return isLoggedResult(value) ? value : undefined;
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

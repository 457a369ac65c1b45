/** What `longfold eval repo-qa` has measured, one line a question, method and budget. A line counts only for its key. */
import type { FileSystem } from '../platform/ports';
import type { GoldShares } from './gold-lines';
import { fieldsOf, openLineLog } from './line-log';

export interface RepoQaResult extends GoldShares {
  /** Critic tokens of the evidence that counted. */
  readonly tokens: number;
  /** From the question to its evidence. */
  readonly seconds: number;
}

export interface LoggedRepoQa {
  readonly repo: string;
  readonly id: string;
  readonly method: string;
  readonly budget: number;
  readonly key: string;
  readonly result: RepoQaResult;
}

export interface RepoQaLog {
  find(key: string): RepoQaResult | undefined;
  add(line: LoggedRepoQa): Promise<void>;
}

/** @throws EvidenceError, FileError */
export async function openRepoQaLog(fileSystem: FileSystem, file: string | undefined): Promise<RepoQaLog> {
  const log = await openLineLog(fileSystem, file, isLogged);
  const known = new Map(log.lines.map(({ key, result }) => [key, result]));
  return {
    find: (key) => known.get(key),
    add: (line) => log.add([line]),
  };
}

function isLogged(value: unknown): value is LoggedRepoQa {
  const { key, result } = fieldsOf(value);
  const fields = fieldsOf(result);
  const numbers = ['goldLines', 'goldFiles5', 'tokens', 'seconds'].map((name) => fields[name]);
  return typeof key === 'string' && numbers.every((number) => Number.isFinite(number));
}

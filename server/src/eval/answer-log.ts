/** What `longfold eval answers` has measured, one line a record. A line counts only for its key. */
import type { FileSystem } from '../platform/ports';
import { fieldsOf, openLineLog } from './line-log';

export interface AnswerResult {
  readonly f1: number;
  readonly exactMatch: number;
  /** That the record's context holds an answer, and that the other context does; null where there is no other one. */
  readonly probability: number;
  readonly otherProbability: number | null;
}

export interface LoggedAnswer {
  readonly set: string;
  readonly id: string;
  readonly key: string;
  readonly answer: AnswerResult;
}

export interface AnswerLog {
  find(key: string): AnswerResult | undefined;
  add(answer: LoggedAnswer): Promise<void>;
}

/** @throws EvidenceError, FileError */
export async function openAnswerLog(fileSystem: FileSystem, file: string | undefined): Promise<AnswerLog> {
  const log = await openLineLog(fileSystem, file, isLoggedAnswer);
  const known = new Map(log.lines.map(({ key, answer }) => [key, answer]));
  return {
    find: (key) => known.get(key),
    add: (answer) => log.add([answer]),
  };
}

function isLoggedAnswer(value: unknown): value is LoggedAnswer {
  const { key, answer } = fieldsOf(value);
  const { f1, exactMatch, probability, otherProbability } = fieldsOf(answer);
  const numbers = [f1, exactMatch, probability, otherProbability === null ? 0 : otherProbability];
  return typeof key === 'string' && numbers.every((number) => Number.isFinite(number));
}

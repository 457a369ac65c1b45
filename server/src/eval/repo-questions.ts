/**
 * Reads questions about whole repositories: one JSON list of `{id, task, repo, commit, question, gold}`, where gold are
 * ranges of lines (1-based, both ends included) of files of the repository, which the list itself does not hold.
 */
import { createHash } from 'node:crypto';
import type { FileSystem } from '../platform/ports';
import { errorMessage } from '../util/error-message';
import { EvidenceError } from './evidence-error';

export interface RepoQuestion {
  readonly id: string;
  /** `owner/name`. */
  readonly repo: string;
  readonly commit: string;
  readonly question: string;
  readonly gold: readonly LineRange[];
  /** Changes with anything in the record. */
  readonly hash: string;
}

/** Lines of one file, 1-based, both ends included. */
export interface LineRange {
  readonly path: string;
  readonly startLine: number;
  readonly endLine: number;
}

/** Other tasks of the list ask about other commits: each of its issues has one of its own. */
const task = 'repo-qa';

/** @throws EvidenceError, FileError */
export async function readRepoQuestions(fileSystem: FileSystem, file: string): Promise<readonly RepoQuestion[]> {
  const list = parseList(new TextDecoder().decode(await fileSystem.readBytes(file)), file);
  const questions = list.flatMap((value, place) => {
    try {
      return parseQuestion(value);
    } catch (error) {
      throw new EvidenceError('damaged', `${file}, record ${place + 1} is no question: ${errorMessage(error)}`);
    }
  });
  if (questions.length > 0) return questions;
  throw new EvidenceError('damaged', `${file} has no questions of the task "${task}".`);
}

function parseList(text: string, file: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value)) return value;
  } catch {
    // Told below, with the file's name.
  }
  throw new EvidenceError('damaged', `${file} is no JSON list of questions; name the file repo-qa.json.`);
}

function parseQuestion(value: unknown): readonly RepoQuestion[] {
  const text = (name: string): string => {
    const field = fieldsOf(value)[name];
    if (typeof field === 'string' && field !== '') return field;
    throw new Error(`"${name}" is no text.`);
  };
  if (text('task') !== task) return [];
  const ranges = fieldsOf(value)['gold'];
  const gold = Array.isArray(ranges) ? ranges.map(parseRange) : [];
  if (gold.length === 0) throw new Error('"gold" is no list of lines.');
  const hash = createHash('sha256').update(JSON.stringify(value)).digest('hex');
  return [{ id: text('id'), repo: text('repo'), commit: text('commit'), question: text('question'), gold, hash }];
}

function parseRange(value: unknown): LineRange {
  const { path, start_line: startLine, end_line: endLine } = fieldsOf(value);
  const isRange = isLine(startLine) && isLine(endLine) && startLine <= endLine;
  if (typeof path === 'string' && isRange) return { path, startLine, endLine };
  throw new Error(`"gold" has no lines in ${JSON.stringify(value)}.`);
}

function isLine(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1;
}

function fieldsOf(value: unknown): Partial<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

/** Parsers of command-line values: each returns the value or throws one sentence. */
import type { AnswerMode, Granularity } from '../../../protocol/trace-events';
import { answerModes, granularities, settingBounds } from '../../../protocol/settings';
import { repoQaMethods, type RepoQaMethod } from '../eval/measure-repo-qa';
import { evidenceMethods, type EvidenceMethod } from '../eval/score-units';
import { UsageError } from './exit-codes';

export function parseGranularity(value: string): Granularity {
  return parseOneOf('granularity', granularities, value);
}

export function parseMode(value: string): AnswerMode {
  return parseOneOf('mode', answerModes, value);
}

export function parseBudget(value: string): number {
  return parseWhole('budget', value, settingBounds['compress.tokenBudget']);
}

/** Tokens, or a share of the tokens read. */
export interface TokenBudget {
  readonly tokenBudget: number;
  readonly tokenShare?: number;
}

/** `500`, or `10%` of what is read. */
export function parseTokenBudget(value: string): TokenBudget {
  const percent = /^\s*(\d+(?:\.\d+)?)\s*%\s*$/.exec(value)?.[1];
  if (percent === undefined) return { tokenBudget: parseBudget(value) };
  const tokenShare = Number(percent) / 100;
  if (tokenShare > 0 && tokenShare <= 1) return { tokenBudget: Infinity, tokenShare };
  throw new UsageError(`"${value}" is no budget: give tokens, or a share above 0% up to 100%.`);
}

export function parseProbability(value: string): number {
  const number = Number(value);
  if (value.trim() !== '' && number >= 0 && number <= 1) return number;
  throw new UsageError(`"${value}" is no probability: give a number from 0 to 1.`);
}

export function parseWindow(value: string): number {
  return parseWhole('window', value, [512, settingBounds['model.windowTokens'][1]]);
}

export function parseLimit(value: string): number {
  return parseWhole('limit', value, [1, 1_000]);
}

/** An option that may be given several times. */
export function parsePath(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** `longfold ask` prints the file at its end: its name is the trace's. */
export function parsePrevious(value: string): string {
  const name = value.replace(/^.*[/\\]/s, '').replace(/\.jsonl$/, '');
  if (/^[\w-]+$/.test(name)) return name;
  throw new UsageError(`"${value}" is no name of a trace: give it as "longfold trace" lists it.`);
}

export function parseStep(value: string): number {
  return parseWhole('step', value, [0, 1_000_000]);
}

export function parseSample(value: string): number {
  return parseWhole('sample', value, [1, 1_000_000]);
}

export function parseSeed(value: string): number {
  return parseWhole('seed', value, [0, 0x7fffffff]);
}

/** Folders are named one an option: their paths may hold every character, a comma too. */
export function parseFolders(value: string, before: readonly string[] = []): readonly string[] {
  if (value.trim() === '') throw new UsageError('The name of the folder is empty.');
  return addNew(before, [value]);
}

/** Comma lists: each adds to what an earlier option of the same name gave, without repetitions. */
export function parseNames(value: string, before: readonly string[] = []): readonly string[] {
  return addNew(before, splitList(value));
}

export function parseMethods(value: string, before: readonly EvidenceMethod[] = []): readonly EvidenceMethod[] {
  return addNew(
    before,
    splitList(value).map((name) => parseOneOf('method', evidenceMethods, name)),
  );
}

export function parseRepoQaMethods(value: string, before: readonly RepoQaMethod[] = []): readonly RepoQaMethod[] {
  return addNew(
    before,
    splitList(value).map((name) => parseOneOf('method', repoQaMethods, name)),
  );
}

export function parseBudgets(value: string, before: readonly number[] = []): readonly number[] {
  return addNew(before, splitList(value).map(parseBudget));
}

export function parsePercents(value: string, before: readonly number[] = []): readonly number[] {
  const numbers = splitList(value).map((part) => {
    const number = Number(part);
    if (number > 0 && number <= 100) return number;
    throw new UsageError(`"${part}" is no share to keep: give percentages above 0, up to 100.`);
  });
  return addNew(before, numbers);
}

function splitList(value: string): readonly string[] {
  const parts = value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length > 0) return parts;
  throw new UsageError('The list is empty.');
}

function addNew<Item>(before: readonly Item[], added: readonly Item[]): readonly Item[] {
  return [...new Set([...before, ...added])];
}

/** `auto`, `none`, `ollama:NAME`, `openai:NAME` or `embedded:FILE`; the command line has no editor with models. */
export function parseModel(value: string): string {
  if (value === 'auto' || value === 'none' || /^(ollama|openai|embedded):.+/.test(value)) return value;
  throw new UsageError(
    `There is no model host in "${value}": write ollama:NAME, openai:NAME, embedded:FILE.gguf, auto or none.`,
  );
}

function parseOneOf<T extends string>(name: string, allowed: readonly T[], value: string): T {
  const found = allowed.find((item) => item === value);
  if (found !== undefined) return found;
  throw new UsageError(`"${value}" is no ${name}: use one of ${allowed.join(', ')}.`);
}

function parseWhole(name: string, value: string, [low, high]: readonly [number, number]): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= low && number <= high) return number;
  throw new UsageError(`The ${name} "${value}" is not a whole number from ${low} to ${high}.`);
}

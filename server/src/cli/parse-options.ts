/** Parsers of command-line values: each returns the value or throws one sentence. */
import type { AnswerMode, Granularity } from '../../../protocol/trace-events';
import { answerModes, granularities, settingBounds } from '../../../protocol/settings';
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

export function parseWindow(value: string): number {
  return parseWhole('window', value, [512, settingBounds['model.windowTokens'][1]]);
}

export function parseLimit(value: string): number {
  return parseWhole('limit', value, [1, 1_000]);
}

/** `auto`, `none`, `ollama:NAME` or `embedded:FILE`. */
export function parseModel(value: string): string {
  if (value === 'auto' || value === 'none' || /^(ollama|embedded):.+/.test(value)) return value;
  throw new UsageError(`There is no model host in "${value}": write ollama:NAME, embedded:FILE.gguf, auto or none.`);
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

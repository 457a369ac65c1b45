import { expect, test } from 'vitest';
import {
  parseBudget,
  parseGranularity,
  parseMode,
  parseModel,
  parseWindow,
} from '../../../server/src/cli/parse-options';

const parsers = {
  granularity: parseGranularity,
  budget: parseBudget,
  mode: parseMode,
  model: parseModel,
  window: parseWindow,
};

function outcome(name: keyof typeof parsers, value: string): unknown {
  try {
    return parsers[name](value);
  } catch (error) {
    return error instanceof Error ? error.message : error;
  }
}

test.each([
  ['granularity', 'line', 'line'],
  ['granularity', 'word', '"word" is no granularity: use one of keyword, sentence, paragraph, line, block, symbol.'],
  ['budget', '500', 500],
  ['budget', '1e9', 'The budget "1e9" is not a whole number from 64 to 200000.'],
  ['budget', '12.5', 'The budget "12.5" is not a whole number from 64 to 200000.'],
  ['mode', 'fold', 'fold'],
  ['mode', '', '"" is no mode: use one of auto, single, fold, everything, evidence.'],
  ['model', 'ollama:qwen3:4b', 'ollama:qwen3:4b'],
  [
    'model',
    'gpt',
    'There is no model host in "gpt": write ollama:NAME, openai:NAME, embedded:FILE.gguf, auto or none.',
  ],
  ['window', '2048', 2048],
  ['window', '10', 'The window "10" is not a whole number from 512 to 1000000.'],
] as const)('reads %s %j or says in one sentence what is wrong', (name, value, expected) => {
  expect(outcome(name, value)).toBe(expected);
});

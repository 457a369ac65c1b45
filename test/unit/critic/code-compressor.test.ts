/** Where most of what was found is code, it is kept by its syntax and the search counts beside the ranking. */
import { expect, test } from 'vitest';
import { cutCode } from '../../../server/src/chunk/cut-code';
import { createSyntaxParser } from '../../../server/src/chunk/syntax-parser';
import { CriticError, type Critic } from '../../../server/src/critic/critic';
import { findGrammarFiles } from '../../../server/src/workers/grammar-files';
import { createCompressor } from '../../../server/src/session/critic-compressor';
import { passageLimitOf } from '../../../server/src/answer/passage-budget';

/** BM25 ranks alone, so that the order of the passages is all that can change it. */
const brokenCritic: Critic = {
  label: () => Promise.reject(new CriticError('It is broken.')),
  countTokens: () => Promise.reject(new CriticError('It is broken.')),
  dispose: () => Promise.resolve(),
};
const parser = createSyntaxParser(findGrammarFiles());
const compressor = createCompressor(brokenCritic, { cutCode: (request) => cutCode(request, parser) });

const code = (name: string, word: string): string => `def ${name}(lamp):\n    lamp.start()\n    return lamp.${word}\n`;

async function keptOf(extension: string): Promise<readonly { readonly id: string; readonly text: string }[]> {
  const names = ['open', 'turn', 'stop', 'clean', 'paint', 'light'];
  const texts = names.map((name, place) => ({
    id: name,
    path: `${name}.${extension}`,
    text: code(name, place === names.length - 1 ? 'light_at_dusk' : 'angle'),
  }));
  const signal = new AbortController().signal;
  const options = { question: 'light_at_dusk', granularity: 'sentence', tokenBudget: 1000, signal } as const;
  const { spans } = await compressor.compress(texts, options);
  const best = spans.toSorted((left, right) => right.score - left.score);
  return best.map(({ contextId, startOffset, endOffset }) => ({
    id: contextId,
    text: texts.find(({ id }) => id === contextId)?.text.slice(startOffset, endOffset) ?? '',
  }));
}

test('a small function is kept whole', async () => {
  const kept = await keptOf('py');
  expect(kept.find(({ id }) => id === 'open')?.text).toBe(code('open', 'angle').trim());
});

test('the passage that the search put first leads where they are code, the best match where they are not', async () => {
  expect((await keptOf('py'))[0]?.id).toBe('open');
  expect((await keptOf('txt'))[0]?.id).toBe('light');
});

test('more passages are read for a larger budget, within what an answer can wait for', () => {
  expect([500, 2000, 9000, 30_000].map(passageLimitOf)).toEqual([40, 40, 64, 130]);
  expect(passageLimitOf(100_000)).toBeGreaterThanOrEqual(345);
});

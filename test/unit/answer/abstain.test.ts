/** Evidence that is too weak: nothing is answered, what was searched and what to try is said, and no model is asked. */
import { expect, it } from 'vitest';
import { faultyModel, opened } from './faulty-model';
import { ask, handbook } from './question-bench';

const quote = handbook.slice(0, 34);

function compressorOf(strength: number | undefined) {
  return {
    compress: (texts: readonly { readonly id: string; readonly text: string }[]) => {
      const spans = [{ contextId: texts[0]?.id ?? '', startOffset: 0, endOffset: quote.length, score: 1, tokens: 9 }];
      const judged = strength === undefined ? {} : { strength };
      return Promise.resolve({ spans, tokensRead: 100, tokensKept: 9, problem: null, ...judged });
    },
  };
}

it.each(['evidence', 'auto'] as const)('abstains in the mode %s, and shows the nearest passages', async (mode) => {
  let calls = 0;
  const model = faultyModel(() => `${(calls += 1)} marks`);
  const { answer, events } = await ask({ mode }, { compressor: compressorOf(0.2), ...opened(model) });
  expect(answer.outcome).toBe('evidence');
  expect(answer.message).toMatch(/^The evidence is too weak to answer from: \d+ passages of 1 files were read, and the chance that they answer is 20%\. Try /); // prettier-ignore
  expect(answer.answer).toMatch(/^Too weak for an answer; the nearest passages:\n\n/);
  expect(answer.citations).toMatchObject([{ verified: true }]);
  expect(events.find((event) => event.kind === 'modeChosen')).toMatchObject({
    mode: 'evidence',
    reason: answer.message,
  });
  expect(calls).toBe(0);
});

it('says so in Chinese to a Chinese question', async () => {
  const { answer } = await ask({ question: '渡轮的票价是多少？' }, { compressor: compressorOf(0.1) });
  expect(answer.message).toMatch(/^依据不足，无法回答：.*可能性为 10%。/);
});

it.each([
  ['the evidence is strong', {}, 0.8],
  ['it cannot be judged', {}, undefined],
  ['a mode was asked for', { mode: 'single' }, 0.1],
  ['the user selected a text', { selection: { path: 'a.md', startOffset: 0, endOffset: 3, startLine: 0, text: 'abc' } }, 0.1],
] as const)('answers where %s', async (_name, request, strength) => {
  const model = faultyModel(() => 'It waits.');
  const { answer } = await ask(request, { compressor: compressorOf(strength), ...opened(model) });
  expect(answer).toMatchObject({ outcome: 'answered', mode: 'single' });
}); // prettier-ignore

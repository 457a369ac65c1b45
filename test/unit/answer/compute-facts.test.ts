/** A question that asks for a sum: computed before the answer is written, in one pass and at the end of a fold. */
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createCalculator } from '../../../server/src/compute/calculator';
import type { ChatModel } from '../../../server/src/llm/chat-model';
import { ask } from './question-bench';

const calculator = createCalculator({
  workerFile: join(import.meta.dirname, '../../../dist/workers/compute.worker.js'),
});
afterAll(() => calculator.dispose());

const question = 'How many passengers do the Heron and the Gull carry together?';

/** Writes a calculation where one is asked for, an empty memory in steps, and in the end what stood in its prompt. */
const model: ChatModel = {
  id: 'embedded:scripted',
  windowTokens: 4096,
  countTokens: (text) => Promise.resolve(Math.ceil(text.length / 4)),
  chat: ({ messages }) => {
    const prompt = messages.map(({ content }) => content).join('\n');
    const text = prompt.includes('Do not calculate')
      ? JSON.stringify({ form: 'expression', calculation: 'h + g', operands: ['60', '73'].map((value, idx) => ({ name: 'hg'.charAt(idx), value, ...spanOf(prompt, value) })) }) // prettier-ignore
      : prompt.includes('"plan"')
        ? '{"memory":[{"fact":"The Heron carries 60 passengers.","spans":["S1"]}],"plan":"none","next":"enough","what":""}'
        : (/Computed exactly.*\n.*/.exec(prompt)?.[0] ?? 'nothing computed');
    return Promise.resolve({ text, thinking: '', promptTokens: 1, completionTokens: 1, finish: 'stop', durationMs: 1 });
  },
  dispose: () => Promise.resolve(),
};

function spanOf(prompt: string, value: string): { readonly span: string; readonly quote: string } {
  const quote = `It carries ${value} passengers`;
  const before = prompt.slice(0, prompt.indexOf(quote));
  return { span: [...before.matchAll(/\[(S\d+)\]/g)].at(-1)?.[1] ?? '', quote };
}

test.each(['auto', 'fold'] as const)('mode %s: the computed fact stands in the final prompt', async (mode) => {
  const openModel = () => Promise.resolve({ model, problem: null });
  const { answer, events } = await ask({ question, mode, tokenBudget: 2000 }, { openModel, calculator });
  expect(events.filter((event) => event.kind === 'numberComputed')).toMatchObject([{ result: '133', problem: null }]);
  expect(answer.answer).toMatch(
    /^Computed exactly; use it and do not calculate again: h \+ g = 133\nFrom: h = "60" \(S\d+\)/,
  );
  // Its operands are places to open, and no quotes that the check has counted.
  const { computed, citations, evidence } = answer;
  expect(computed).toMatchObject({ calculation: 'h + g', result: '133', operandCount: 2 });
  for (const { path, start, end, text } of computed?.operands ?? []) {
    const span = evidence.find((one) => one.path === path && one.start <= start && end <= one.end);
    expect(span?.text.slice(start - span.start, end - span.start)).toBe(text);
  }
  const operands = new Set(computed?.operands.map(({ text }) => text));
  expect([[...operands], citations.filter(({ quote }) => operands.has(quote)).length]).toEqual([['60', '73'], 0]);
});

test('other questions are not asked for a calculation', async () => {
  const openModel = () => Promise.resolve({ model, problem: null });
  const { answer, events } = await ask({ question: 'Who owns the Heron?' }, { openModel, calculator });
  expect(events.some((event) => event.kind === 'modelReplied' && event.purpose === 'compute')).toBe(false);
  expect('computed' in answer).toBe(false);
});

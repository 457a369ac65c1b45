/** The fold with the real small model: a window of 2,048 tokens forces several steps, and the trace replays. */
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { replayFold } from '../../../server/src/fold/replay-fold';
import { EmbeddedChatModel } from '../../../server/src/llm/embedded-chat-model';
import { LlamaProcessClient } from '../../../server/src/llm/llama-process-client';
import { smallModelFile, smallModelFolder } from '../../support/small-model';
import { ask } from '../answer/question-bench';

const silent = { info: () => undefined, warn: () => undefined, error: () => undefined };
const llama = new LlamaProcessClient({
  processFile: join(import.meta.dirname, '../../../dist/workers/llama.process.js'),
  logger: silent,
});
afterAll(() => llama.dispose());

it(
  'reads the handbook in at least four steps, each with memory and plan, and answers',
  { timeout: 600_000 },
  async () => {
    const spec = { path: join(smallModelFolder(), smallModelFile), windowTokens: 2048, threads: 1 };
    const model = await EmbeddedChatModel.open(llama, spec, new AbortController().signal);
    const question = 'How long does the Heron wait for an answer of the harbour office?';
    const { answer, events } = await ask(
      { question, mode: 'fold', tokenBudget: 3500, maxHops: 1, passageLimit: 7, maxAnswerTokens: 96 },
      { openModel: () => Promise.resolve({ model, problem: null }) },
    );
    const steps = events.filter((event) => event.kind === 'foldStepFinished');
    for (const step of steps) {
      // The window held prompt and reply together, so nothing was cut in silence.
      expect(step.promptTokens).toBeLessThan(2 * 2048);
      expect(typeof step.after.plan).toBe('string');
    }
    expect(steps.some((step) => step.outcome === 'updated' && step.after.lines.length > 0)).toBe(true);
    expect(replayFold(events).differences).toEqual([]);
    expect(answer).toMatchObject({ outcome: 'answered', mode: 'fold' });
    expect(answer.answer.trim()).not.toBe('');
  },
);

/**
 * The fold with the real small model: its memory names spans that it read, its trace replays, and a run that ends after
 * any of its steps goes on to the same end. What the same model does without a grammar is printed beside it.
 */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { TraceEvent } from '../../../protocol/trace-events';
import { continueFrom } from '../../../server/src/answer/continue-run';
import { replayFold } from '../../../server/src/fold/replay-fold';
import { countNamed, foldOnce, foldQuestions, withoutGrammar, withSmallModel } from '../../support/fold-model-bench';

const processFile = join(import.meta.dirname, '../../../dist/workers/llama.process.js');
const question = foldQuestions[0] ?? '';
const stepsOf = (events: readonly TraceEvent[]) => events.filter((event) => event.kind === 'foldStepFinished');
const endOf = (events: readonly TraceEvent[]) => events.findLast((event) => event.kind === 'foldFinished');

it(
  'names spans of its prompts, replays, and goes on to the same end from each of its steps',
  { timeout: 900_000 },
  () =>
    withSmallModel(processFile, 1024, async (model) => {
      const events = await foldOnce(model, question);
      const steps = stepsOf(events);
      expect(steps.length).toBeGreaterThanOrEqual(3);
      // The window held prompt and reply together, so nothing was cut in silence.
      for (const step of steps) expect(step.promptTokens).toBeLessThan(2 * 1024);
      expect(replayFold(events).differences).toEqual([]);
      expect(events.findLast((event) => event.kind === 'answerWritten')?.answer.trim()).not.toBe('');

      const named = countNamed(events);
      expect(named.lines).toBeGreaterThan(0);
      expect(named.named / named.lines).toBeGreaterThanOrEqual(0.95);
      const free = countNamed(await foldOnce(withoutGrammar(model), question));
      console.log(
        `memory lines that name a span of their prompt: ${named.named} of ${named.lines} with grammar, ${free.named} of ${free.lines} without (${free.readable} of ${free.replies} replies could be read)`,
      );

      for (let step = 1; step < steps.length; step += 1) {
        const cut = events.slice(
          0,
          events.findIndex((event) => event.kind === 'foldStepFinished' && event.step === step) + 1,
        );
        const resumed = await foldOnce(model, question, continueFrom(cut, { from: 'trace', atStep: null, edit: {} }));
        expect(endOf(resumed)).toMatchObject({ memory: endOf(events)?.memory, steps: steps.length });
      }
    }),
);

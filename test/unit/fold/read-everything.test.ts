/** Reading everything at 128K tokens, what is said before it starts, and the user's hand on it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelError } from '../../../server/src/llm/chat-model';
import { benchFold } from '../../support/fold-bench';
import { createFoldWorld, eventsOf, outcomeOf, runWorld } from '../../support/fold-world';
import { createScriptedReader } from '../../support/scripted-reader';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longfold-fold-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('keeps every planted fact of 128K tokens and answers exactly', { timeout: 60_000 }, async () => {
  const row = await benchFold(128_000, 32_768, 3, join(folder, 'trace.jsonl'));
  expect(row).toMatchObject({ factsKept: row.facts, isExact: true });
  expect(row.steps).toBeGreaterThanOrEqual(13);
  expect(row.outsideSeconds / row.generatedSeconds).toBeLessThan(0.02);
});

it('says before it starts what there is to read and how long that takes, then how much is read', async () => {
  const world = await createFoldWorld({ seed: 1, chars: 80_000, mode: 'everything' });
  const { events } = await runWorld(world);
  const [started, ...others] = events.filter((event) => event.kind === 'foldStarted');
  const steps = events.filter((event) => event.kind === 'foldStepFinished');
  const chunks = (await world.corpus.documents.list([])).reduce((sum, file) => sum + file.chunks, 0);
  expect(others).toEqual([]);
  expect(started).toMatchObject({ source: 'everything', chunks });
  expect(started?.estimatedSeconds).not.toBeNull();
  // The size was an estimate of the index: within a step or a tenth of what it came to.
  expect(Math.abs((started?.steps ?? 0) - steps.length)).toBeLessThanOrEqual(1 + steps.length * 0.1);
  expect(steps.at(-1)).toMatchObject({ chunksRead: chunks, chunksTotal: chunks });
  expect(steps.every((step, idx) => idx === 0 || step.chunksRead >= (steps[idx - 1]?.chunksRead ?? 0))).toBe(true);
  const read = new Set(steps.flatMap((step) => step.reads.map((span) => `${span.path}:${span.start}`)));
  expect(read.size).toBe(chunks);
});

describe('the user', () => {
  it('has the answer at once, from the memory so far, and can go on reading afterwards', async () => {
    const world = await createFoldWorld({ seed: 2, chars: 60_000, mode: 'everything' });
    const whole = await runWorld(world);
    const early = await runWorld(world, {
      onEvent: (event, control) => {
        if (event.kind === 'foldStepFinished' && event.step === 2) control.steer('answerNow');
      },
    });
    expect(early.answer).toMatchObject({ outcome: 'answered', mode: 'everything' });
    expect(early.answer.message).toMatch(/asked for after \d+ of \d+ chunks; it knows nothing of the rest/);
    expect(early.events.find((event) => event.kind === 'foldFinished')).toMatchObject({
      reason: 'answerNow',
      steps: 2,
    });
    const order = { from: 'trace', atStep: 2, edit: {} };
    const rest = await runWorld(world, {}, { file: early.file, order });
    expect(outcomeOf(rest)).toEqual(outcomeOf(whole));
  });

  it('gives up the step that runs when the answer is wanted', { timeout: 10_000 }, async () => {
    const world = await createFoldWorld({ seed: 2, chars: 60_000, mode: 'everything' });
    const reader = createScriptedReader({ windowTokens: world.windowTokens });
    let calls = 0;
    const model = {
      ...reader,
      chat: (...[request, options]: Parameters<typeof reader.chat>) => {
        calls += request.jsonSchema === undefined ? 0 : 1;
        if (request.jsonSchema === undefined || calls < 3) return reader.chat(request, options);
        // A host that would take for ever.
        setTimeout(() => steer(), 20);
        return new Promise<never>((_resolve, reject) => {
          options.signal.addEventListener('abort', () => reject(new DOMException('Aborted.', 'AbortError')));
        });
      },
    };
    let steer = (): void => undefined;
    const { answer } = await runWorld(world, {
      model,
      onEvent: (_event, control) => {
        steer = () => control.steer('answerNow');
      },
    });
    expect(answer.outcome).toBe('answered');
  });

  it('pauses between two steps and lets it go on', async () => {
    const world = await createFoldWorld({ seed: 3, chars: 60_000, mode: 'everything' });
    let stepsWhilePaused = 0;
    let isPaused = false;
    const { answer, events } = await runWorld(world, {
      onEvent: (event, control) => {
        if (event.kind !== 'foldStepFinished') return;
        if (isPaused) stepsWhilePaused += 1;
        if (event.step !== 2) return;
        isPaused = true;
        control.steer('pause');
        setTimeout(() => {
          isPaused = false;
          control.steer('resume');
        }, 50);
      },
    });
    expect([answer.outcome, stepsWhilePaused]).toEqual(['answered', 0]);
    expect(events.flatMap((event) => (event.kind === 'runSteered' ? [event.action] : []))).toEqual(['pause', 'resume']);
  });

  it('stops it, also in a pause, and keeps what is known', async () => {
    const world = await createFoldWorld({ seed: 3, chars: 60_000, mode: 'everything' });
    const stop = new AbortController();
    const { answer, file } = await runWorld(world, {
      signal: stop.signal,
      onEvent: (event, control) => {
        if (event.kind !== 'foldStepFinished' || event.after.lines.length < 2 || stop.signal.aborted) return;
        control.steer('pause');
        setTimeout(() => stop.abort(), 10);
      },
    });
    expect(answer.outcome).toBe('cancelled');
    expect(answer.answer).toMatch(/^- The .* \[S\d+\]/);
    expect(answer.citations.every((citation) => citation.verified)).toBe(true);
    const resumed = await runWorld(world, {}, { file, order: { from: 'trace', atStep: null, edit: {} } });
    expect(outcomeOf(resumed)).toEqual(outcomeOf(await runWorld(world)));
    expect(eventsOf(resumed.file)[0]?.kind).toBe('questionAsked');
  });
});

it('leaves what is known where the model goes down in the middle', async () => {
  const world = await createFoldWorld({ seed: 4, chars: 60_000, mode: 'everything' });
  const reader = createScriptedReader({ windowTokens: world.windowTokens });
  const model = {
    ...reader,
    chat: (...[request, options]: Parameters<typeof reader.chat>) =>
      reader.usage.calls > 6
        ? Promise.reject(new ModelError('crashed', 'The model ended.'))
        : reader.chat(request, options),
  };
  const { answer } = await runWorld(world, { model });
  expect(answer).toMatchObject({ outcome: 'evidence', message: 'The model ended.' });
  expect(answer.answer).toMatch(/^- The /);
});

/** A fold survives the end of its process, can be replayed without a model, and can be changed in its middle. */
import { describe, expect, it } from 'vitest';
import { continueFrom, memoryAfter } from '../../../server/src/answer/continue-run';
import { replayFold } from '../../../server/src/fold/replay-fold';
import { createFoldWorld, eventsOf, outcomeOf, runWorld, type FoldRun } from '../../support/fold-world';

const resume = { from: 'trace', atStep: null, edit: {} };
const stepsOf = ({ events }: FoldRun) => events.filter((event) => event.kind === 'foldStepFinished');

describe.each(['fold', 'everything'] as const)('a run (%s)', (mode) => {
  it('that is killed behind any line of its trace goes on to the same end', { timeout: 120_000 }, async () => {
    const world = await createFoldWorld({ seed: 8, chars: 60_000, mode, spoiled: 0.2 });
    const whole = await runWorld(world);
    expect(whole.answer.outcome).toBe('answered');
    expect(stepsOf(whole).length).toBeGreaterThanOrEqual(4);
    if (mode === 'fold') expect(stepsOf(whole).some((step) => step.hop > 1)).toBe(true);
    const lines = whole.file.trimEnd().split('\n');
    let resumed = 0;
    for (let kept = 1; kept < lines.length; kept += 1) {
      // The next line is half written, as a kill leaves it.
      const file = `${lines.slice(0, kept).join('\n')}\n${(lines[kept] ?? '').slice(0, 40)}`;
      const isBegun = eventsOf(file).some(
        ({ kind }) =>
          kind === 'foldStepFinished' ||
          kind === 'foldChunksPlanned' ||
          (mode === 'everything' && kind === 'foldStarted'),
      );
      if (!isBegun) {
        expect(() => continueFrom(eventsOf(file), resume)).toThrow('nothing to go on from');
        continue;
      }
      const run = await runWorld(world, {}, { file, order: resume });
      expect(outcomeOf(run)).toEqual(outcomeOf(whole));
      expect(replayFold(eventsOf(run.file)).differences).toEqual([]);
      resumed += 1;
    }
    expect(resumed).toBeGreaterThan(stepsOf(whole).length);
  });

  it('that was killed twice goes on twice', async () => {
    const world = await createFoldWorld({ seed: 6, chars: 60_000, mode });
    const whole = await runWorld(world);
    const cut = (run: FoldRun, share: number): string => run.file.slice(0, Math.floor(run.file.length * share));
    const once = await runWorld(world, {}, { file: cut(whole, 0.5), order: resume });
    const twice = await runWorld(world, {}, { file: cut(once, 0.8), order: resume });
    expect(outcomeOf(twice)).toEqual(outcomeOf(whole));
    const { events } = twice;
    expect(events.filter((event) => event.kind === 'runContinued')).toHaveLength(2);
    // In the file as in the stream, numbers and times go on.
    expect(eventsOf(twice.file).every((event, idx, all) => idx === 0 || event.seq > (all[idx - 1]?.seq ?? 0))).toBe(
      true,
    );
  });
});

it('goes on with a follow-up as it stood alone, from where its reading was', async () => {
  const world = await createFoldWorld({ seed: 8, chars: 60_000, mode: 'fold' });
  const { request, ports } = world;
  const judgedBy: string[] = [];
  const compressor: typeof ports.compressor = {
    compress: (texts, options) => {
      judgedBy.push(options.question);
      return ports.compressor.compress(texts, options);
    },
  };
  const question = 'And where are those moored?';
  const asked = { ...world, ports: { ...ports, compressor }, request: { ...request, question } };
  const whole = await runWorld({ ...asked, request: { ...asked.request, previous: request.question } });
  const [started] = whole.events;
  const standalone = started?.kind === 'questionAsked' ? started.coreQuestion : '';
  expect(standalone).not.toBe(question);
  judgedBy.length = 0;
  const cut = whole.file.slice(0, whole.file.indexOf('"kind":"foldStepFinished"'));
  const resumed = await runWorld(asked, {}, { file: cut, order: resume });
  expect(outcomeOf(resumed)).toEqual(outcomeOf(whole));
  expect(judgedBy.length).toBeGreaterThan(0);
  expect(judgedBy.filter((text) => !text.startsWith(standalone))).toEqual([]);
});

it('says of a reading that goes on how much of it is left', async () => {
  const world = await createFoldWorld({ seed: 8, chars: 60_000, mode: 'everything' });
  const whole = await runWorld(world);
  const total = stepsOf(whole).length;
  const kept = Math.floor(total / 2);
  const resumed = await runWorld(world, {}, { file: whole.file, order: { ...resume, atStep: kept } });
  const planned = stepsOf(resumed)[kept]?.stepsPlanned ?? 0;
  expect(Math.abs(planned - total)).toBeLessThanOrEqual(1 + total * 0.1);
});

it('does not go on over files that have changed', async () => {
  const world = await createFoldWorld({ seed: 7, chars: 60_000, mode: 'everything' });
  const { file } = await runWorld(world);
  const list = async () => (await world.corpus.documents.list([])).map((entry) => ({ ...entry, contentHash: 'other' }));
  const changed = { ...world, ports: { ...world.ports, documents: { ...world.corpus.documents, list } } };
  const { answer } = await runWorld(changed, {}, { file: file.slice(0, file.length / 2), order: resume });
  expect(answer.message).toContain('The files have changed since this reading began');
  // What was known by then is not lost.
  expect(answer.answer).toContain('- The ');
});

it(
  'replays 50 recorded traces to every recorded state, and names the step of a changed reply',
  { timeout: 120_000 },
  async () => {
    let steps = 0;
    for (let seed = 100; seed < 150; seed += 1) {
      const mode = seed % 2 === 0 ? 'fold' : 'everything';
      const windowTokens = [2048, 4096, 8192][seed % 3] ?? 4096;
      const world = await createFoldWorld({ seed, chars: 40_000, mode, windowTokens, spoiled: 0.3 });
      const run = await runWorld(world);
      const events = eventsOf(run.file);
      const { parts, differences } = replayFold(events);
      expect(differences).toEqual([]);
      const states = parts.flatMap((part) => part.states);
      const recorded = events.filter((event) => event.kind === 'foldStepFinished');
      expect(states.map((state) => state.memory)).toEqual(recorded.map((step) => step.after));
      expect(states.map((state) => state.next)).toEqual(recorded.map((step) => step.next));
      steps += states.length;
      const forged = events.map((event) =>
        event.kind === 'modelReplied' && event.purpose === 'fold'
          ? { ...event, reply: event.reply.replace('moored', 'lost') }
          : event,
      );
      const isForged = JSON.stringify(forged) !== JSON.stringify(events);
      expect(replayFold(forged).differences.length > 0).toBe(isForged);
    }
    expect(steps).toBeGreaterThan(200);
  },
);

describe('a fork', () => {
  it('at any step with another memory changes only what follows', { timeout: 60_000 }, async () => {
    const world = await createFoldWorld({ seed: 8, chars: 60_000, mode: 'everything' });
    const whole = await runWorld(world);
    const steps = stepsOf(whole);
    for (let step = 0; step <= steps.length; step += 1) {
      const before = memoryAfter(whole.events, step).lines;
      const memory = [...before.slice(1), { text: 'The user knows this.', spanIds: [] }];
      const order = { from: 'trace', atStep: step, edit: { memory, plan: 'as I say' } };
      const fork = await runWorld(world, {}, { file: whole.file, order });
      expect(stepsOf(fork).slice(0, step)).toEqual(steps.slice(0, step));
      expect(fork.events.find((event) => event.kind === 'foldEdited')).toMatchObject({
        step,
        before: { lines: before },
        after: { lines: memory, plan: 'as I say' },
      });
      const first = stepsOf(fork)[step];
      if (first !== undefined) expect(first.before).toEqual({ lines: memory, plan: 'as I say' });
      const end = fork.events.findLast((event) => event.kind === 'foldFinished');
      expect(end?.memory.lines).toContainEqual({ text: 'The user knows this.', spanIds: [] });
      expect(stepsOf(fork).map((event) => event.chunk)).toEqual(steps.map((event) => event.chunk));
      expect(replayFold(eventsOf(fork.file)).differences).toEqual([]);
    }
  });

  it('with another wish searches for that', async () => {
    const world = await createFoldWorld({ seed: 9, chars: 60_000, mode: 'fold' });
    const whole = await runWorld(world);
    const hopOne = stepsOf(whole).filter((step) => step.hop === 1).length;
    const next = { kind: 'file', path: 'logs/00000.txt' } as const;
    const order = { from: 'trace', atStep: hopOne, edit: { next } };
    const { events } = await runWorld(world, {}, { file: whole.file, order });
    expect(events.find((event) => event.kind === 'foldChunksPlanned' && event.hop === 2)).toMatchObject({
      request: next,
    });
  });

  it.each([
    ['a step that is not there', { atStep: 99 }, 'there is no step 99'],
    ['a span that was not read', { atStep: 1, edit: { memory: [{ text: 'a fact', spanIds: ['S99'] }] } }, 'names S99'],
    ['an answered question as a whole', {}, 'This question was answered'],
  ])('refuses %s', async (_name, order, message) => {
    const world = await createFoldWorld({ seed: 8, chars: 40_000, mode: 'everything' });
    const { file } = await runWorld(world);
    expect(() => continueFrom(eventsOf(file), { from: 'trace', atStep: null, edit: {}, ...order })).toThrow(message);
  });
});

/** The fold's reducer as data: states in, states out, no model anywhere. */
import { describe, expect, it } from 'vitest';
import type { FoldRequest } from '../../../protocol/folds';
import { packChunks, type ChunkSpan } from '../../../server/src/fold/chunk-reader';
import { foldBudgets } from '../../../server/src/fold/fold-budgets';
import { stepMessages, stepReplySchema } from '../../../server/src/fold/fold-prompts';
import {
  nextAction,
  reduceEdit,
  reduceHop,
  reduceHopEnd,
  reduceStep,
  startFold,
  type FoldState,
} from '../../../server/src/fold/fold-state';
import type { StepReply } from '../../../server/src/fold/parse-step-reply';

const budgets = { chunkTokens: 100, memoryTokens: 90, replyTokens: 60, maxHops: 3 };
const start = startFold({ coreQuestion: 'How long?', formatInstruction: '' }, budgets);
const span = (id: string, tokens = 40): ChunkSpan => ({ id, place: 'a.md:1', text: id, start: 0, tokens });
const search = (query: string): FoldRequest => ({ kind: 'search', query });

function step(state: FoldState, ids: readonly string[], reply: Partial<StepReply>) {
  return reduceStep(state, ids, { kind: 'reply', reply: { lines: [], plan: 'p', next: null, ...reply } });
}
function prompt(state: FoldState): string {
  const options = {
    chunk: { spans: [span('S5')], tokens: 40 },
    format: 'json',
    language: 'en',
    retryProblem: null,
  } as const;
  return stepMessages({ state, ...options }).map((message) => message.content).join('\n'); // prettier-ignore
}

it('packs spans into chunks in order and within the size', () => {
  const chunks = packChunks([span('S1'), span('S2'), span('S3'), span('S4', 90), span('S5', 5)], 100);
  expect(chunks.map((chunk) => [chunk.spans.map(({ id }) => id).join(), chunk.tokens])).toEqual([
    ['S1,S2', 80],
    ['S3', 40],
    ['S4,S5', 95],
  ]);
});

it('takes the published sizes where the window allows, and scales down to 2,048 tokens', () => {
  expect(foldBudgets(131_072, 'tags', 3)).toMatchObject({ chunkTokens: 32_000, memoryTokens: 15_000 });
  expect(foldBudgets(2048, 'json', 3)).toMatchObject({ chunkTokens: 614, memoryTokens: 245, replyTokens: 347 });
});

it('keeps the ids of spans that were read, now or before, and drops the others from their line', () => {
  const first = step(start, ['S1'], { lines: [{ text: 'one', spanIds: ['S1', 'S2', 'S9'] }] });
  expect(first.state.memory.lines).toEqual([{ text: 'one', spanIds: ['S1'] }]);
  expect(first.problem).toContain('S2, S9');
  const second = step(first.state, ['S2'], { lines: [{ text: 'both', spanIds: ['S1', 'S2'] }] });
  expect(second.state.memory.lines).toEqual([{ text: 'both', spanIds: ['S1', 'S2'] }]);
});

it('marks a line without a real span in the next prompt', () => {
  const { state } = step(start, ['S1'], {
    lines: [
      { text: 'read there', spanIds: ['S1'] },
      { text: 'made up', spanIds: ['S7'] },
    ],
  });
  expect(prompt(state)).toContain('- read there [S1]\n- made up [no source]');
});

it('drops lines without a source first, then the oldest, and tells the agent of it and of its budget', () => {
  const lines = [
    'oldest fact of them all',
    'unsourced fact in the memory',
    'a newer fact that came later',
    'the newest fact of all here',
  ].map((text, idx) => ({ text, spanIds: idx === 1 ? [] : ['S1'] }));
  const { state, dropped } = step({ ...start, budgets: { ...budgets, memoryTokens: 32 } }, ['S1'], { lines, plan: '' });
  expect(dropped.map((line) => line.text)).toEqual(['unsourced fact in the memory', 'oldest fact of them all']);
  expect(state.memory.lines.map((line) => line.text)).toEqual([
    'a newer fact that came later',
    'the newest fact of all here',
  ]);
  expect(prompt(state)).toContain('longer than its 32 tokens, so 2 of its facts were dropped');
  expect(prompt(step(state, ['S1'], { lines: state.memory.lines }).state)).not.toContain('were dropped');
});

it('drops repeated lines and lines of a model that loops', () => {
  const lines = ['a fact', 'a fact', '1.1.1.1.1.1.1.1.1.1.1.1.1.1', ', ,'].map((text) => ({ text, spanIds: ['S1'] }));
  expect(step(start, ['S1'], { lines }).state.memory.lines).toEqual([{ text: 'a fact', spanIds: ['S1'] }]);
});

it('keeps memory and plan over a skipped chunk and goes on', () => {
  const before = step(start, ['S1'], { lines: [{ text: 'kept', spanIds: ['S1'] }] }).state;
  const { state, outcome, problem } = reduceStep(before, ['S2'], { kind: 'skipped', problem: 'why' });
  expect([state.memory, state.steps, state.skipped, outcome, problem]).toEqual([before.memory, 2, 1, 'skipped', 'why']);
  expect(nextAction(state).kind).toBe('readChunk');
});

describe('contradictions', () => {
  const first = step(start, ['S1'], { lines: [{ text: 'The ferry waits 5 minutes.', spanIds: ['S1'] }] }).state;
  const texts = (state: FoldState) =>
    state.memory.lines.map((line) => `${line.text}${line.isDisputed === true ? ' !' : ''}`);
  const then = (text: string, ids = ['S2']) => texts(step(first, ['S2'], { lines: [{ text, spanIds: ids }] }).state);

  it.each([
    [
      'another number',
      'The ferry waits 15 minutes.',
      ['The ferry waits 5 minutes. !', 'The ferry waits 15 minutes. !'],
    ],
    [
      'a negation',
      'The ferry never waits 5 minutes.',
      ['The ferry waits 5 minutes. !', 'The ferry never waits 5 minutes. !'],
    ],
    ['something else', 'The ferry leaves at noon.', ['The ferry leaves at noon.']],
  ])('%s from another place', (_name, text, expected) => {
    expect(then(text)).toEqual(expected);
  });

  it('lets a line correct another when it names its source too', () => {
    expect(then('The ferry waits 15 minutes.', ['S1', 'S2'])).toEqual(['The ferry waits 15 minutes.']);
  });

  it('takes chapters for places, not for values', () => {
    const lines = ['It sails in chapter 3.', 'It sails in chapter 5.'].map((text) => ({ text, spanIds: ['S1'] }));
    expect(texts(step(start, ['S1'], { lines }).state)).toEqual(['It sails in chapter 3.', 'It sails in chapter 5.']);
  });

  it('are marked in the prompt, and once the other line is gone no more', () => {
    const { state } = step(first, ['S2'], { lines: [{ text: 'The ferry waits 15 minutes.', spanIds: ['S2'] }] });
    expect(prompt(state)).toContain('- The ferry waits 5 minutes. [S1] (disputed)');
    const kept = { lines: [{ text: 'The ferry waits 5 minutes. It is a new ferry.', spanIds: ['S1', 'S2'] }] };
    expect(texts(step(state, ['S3'], kept).state)).toEqual(['The ferry waits 5 minutes. It is a new ferry.']);
  });
});

describe('the plan leads to another hop', () => {
  const asking = (next: FoldRequest | null, over: Partial<FoldState> = {}): string => {
    const { state } = step({ ...start, ...over }, ['S1'], { next });
    const action = nextAction(reduceHopEnd(state));
    return action.kind === 'retrieve'
      ? `retrieve ${Object.values(action.request).join(' ')}`
      : Object.values(action).join(' ');
  };
  it.each<[string, FoldRequest | null, Partial<FoldState>, string]>([
    ['a new search', search('socket limit'), {}, 'retrieve search socket limit'],
    ['a file', { kind: 'file', path: 'a.md' }, {}, 'retrieve file a.md'],
    ['a symbol', { kind: 'symbol', name: 'retry' }, {}, 'retrieve symbol retry'],
    ['nothing missing', null, {}, 'final allRead'],
    ['enough', { kind: 'enough' }, {}, 'final enough'],
    ['the words of the question again', search('long, HOW?'), {}, 'final repeated'],
    ['no hop left', search('socket limit'), { hop: 3 }, 'final hopLimit'],
  ])('%s', (_name, next, over, expected) => {
    expect(asking(next, over)).toBe(expected);
  });

  it('reads what the hop found, then stops where it repeats itself, finds nothing or learns nothing', () => {
    const asked = reduceHopEnd(step(start, ['S1'], { next: search('socket limit') }).state);
    const second = reduceHop(asked, search('socket limit'), 1);
    expect([second.hop, nextAction(second).kind]).toEqual([2, 'readChunk']);
    const after = (reply: Partial<StepReply>) => nextAction(reduceHopEnd(step(second, ['S2'], reply).state));
    expect(after({ next: search('Limit socket'), lines: [{ text: 'new', spanIds: [] }] })).toEqual({
      kind: 'final',
      reason: 'repeated',
    });
    expect(after({ next: search('other words') })).toEqual({ kind: 'final', reason: 'noProgress' });
    expect(nextAction(reduceHop(asked, search('socket limit'), 0))).toEqual({ kind: 'final', reason: 'nothingFound' });
    // The user may know better.
    expect(nextAction(reduceEdit(reduceHop(asked, search('x'), 0), asked.memory, search('y z'))).kind).toBe('retrieve');
  });

  it('is not offered where there is one retrieval only', () => {
    const single = { ...start, budgets: { ...budgets, maxHops: 1 } };
    expect(prompt(start)).toContain('"next"');
    expect(prompt(single)).not.toContain('"next"');
    const chunk = { spans: [span('S5')], tokens: 40 };
    expect(JSON.stringify(stepReplySchema(start, chunk))).toContain('"what"');
    expect(JSON.stringify(stepReplySchema(single, chunk))).not.toContain('"what"');
  });
});

/** The fold's reducer as data: states in, states out, no model anywhere. */
import { describe, expect, it } from 'vitest';
import {
  nextAction,
  packChunks,
  reduceHop,
  reduceStep,
  startFold,
  type ChunkSpan,
  type FoldState,
} from '../../../server/src/fold/fold-state';
import type { StepReply } from '../../../server/src/fold/parse-step-reply';

const budgets = { chunkTokens: 100, memoryTokens: 90, replyTokens: 60, maxHops: 3 };
const question = { coreQuestion: 'How long?', formatInstruction: '', searchQuery: 'How long?' };
const span = (id: string, tokens = 40): ChunkSpan => ({ id, place: 'a.md:1', text: id, tokens });

function start(...spans: ChunkSpan[]): FoldState {
  return startFold(question, packChunks(spans, budgets.chunkTokens), budgets);
}
function step(state: FoldState, reply: Partial<StepReply>) {
  return reduceStep(state, { kind: 'reply', reply: { lines: [], plan: 'p', searchQuery: null, ...reply } });
}

it('packs spans into chunks in order and within the size', () => {
  const chunks = packChunks([span('S1'), span('S2'), span('S3'), span('S4', 90), span('S5', 5)], 100);
  expect(chunks.map((chunk) => [chunk.spans.map(({ id }) => id).join(), chunk.tokens])).toEqual([
    ['S1,S2', 80],
    ['S3', 40],
    ['S4,S5', 95],
  ]);
});

it('keeps the ids of spans that were read, now or before, and drops the others from their line', () => {
  const first = step(start(span('S1', 90), span('S2', 90)), { lines: [{ text: 'one', spanIds: ['S1', 'S2', 'S9'] }] });
  expect(first.state.memory.lines).toEqual([{ text: 'one', spanIds: ['S1'] }]);
  expect(first.problem).toContain('S2, S9');
  const second = step(first.state, { lines: [{ text: 'both', spanIds: ['S1', 'S2'] }] });
  expect(second.state.memory.lines).toEqual([{ text: 'both', spanIds: ['S1', 'S2'] }]);
});

it('drops lines without a source first, then the oldest, and says which', () => {
  const lines = [
    'oldest fact of them all',
    'unsourced fact in the memory',
    'a newer fact that came later',
    'the newest fact of all here',
  ].map((text, idx) => ({ text, spanIds: idx === 1 ? [] : ['S1'] }));
  const { state, dropped } = reduceStep(
    { ...start(span('S1')), budgets: { ...budgets, memoryTokens: 32 } },
    { kind: 'reply', reply: { lines, plan: '', searchQuery: null } },
  );
  expect(dropped.map((line) => line.text)).toEqual(['unsourced fact in the memory', 'oldest fact of them all']);
  expect(state.memory.lines.map((line) => line.text)).toEqual([
    'a newer fact that came later',
    'the newest fact of all here',
  ]);
});

it('drops repeated lines and lines of a model that loops', () => {
  const lines = ['a fact', 'a fact', '1.1.1.1.1.1.1.1.1.1.1.1.1.1', ', ,'].map((text) => ({ text, spanIds: ['S1'] }));
  expect(step(start(span('S1')), { lines }).state.memory.lines).toEqual([{ text: 'a fact', spanIds: ['S1'] }]);
});

it('keeps memory and plan over a skipped chunk and goes on', () => {
  const before = step(start(span('S1', 90), span('S2', 90)), { lines: [{ text: 'kept', spanIds: ['S1'] }] }).state;
  const { state, outcome, problem } = reduceStep(before, { kind: 'skipped', problem: 'why' });
  expect([state.memory, outcome, problem, nextAction(state).kind]).toEqual([before.memory, 'skipped', 'why', 'final']);
});

describe('the plan leads to another hop', () => {
  const asking = (searchQuery: string | null, over: Partial<FoldState> = {}): string => {
    const { state } = step({ ...start(span('S1')), ...over }, { searchQuery });
    const action = nextAction(state);
    return action.kind === 'retrieve' ? `retrieve ${action.query}` : action.kind;
  };
  it.each([
    ['a new search', 'socket limit', {}, 'retrieve socket limit'],
    ['nothing missing', null, {}, 'final'],
    ['the words of the question again', 'long, HOW?', {}, 'final'],
    ['no hop left', 'socket limit', { hop: 3 }, 'final'],
  ])('%s', (_name, query, over, expected) => {
    expect(asking(query, over)).toBe(expected);
  });

  it('reads what the hop found, then stops when the same search is asked for again', () => {
    const asked = step(start(span('S1')), { searchQuery: 'socket limit' }).state;
    const second = reduceHop(asked, 'socket limit', packChunks([span('S2')], 100));
    expect([second.hop, nextAction(second).kind]).toEqual([2, 'readChunk']);
    expect(nextAction(step(second, { searchQuery: 'Limit socket' }).state).kind).toBe('final');
    expect(nextAction(reduceHop(asked, 'socket limit', [])).kind).toBe('final');
  });
});

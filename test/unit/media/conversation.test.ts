/** The conversation model: what a turn shows after each event, and what is left of it after a reload. */
import { describe, expect, test } from 'vitest';
import {
  addTurn,
  applyEvents,
  createTurn,
  diffTurn,
  endTurn,
  finishTurn,
  maxTurns,
  restoreConversation,
} from '../../../extension/src/chat/conversation';
import { checkRelativePath } from '../../../extension/src/source-path';
import { sampleEvents, sampleResult } from './sample-trace';

const asked = {
  id: 't1',
  question: 'How often is a job tried?',
  workspaceUri: 'file:///w',
  workspaceName: 'w',
  options: {},
  selection: null,
};

describe('a turn', () => {
  test('tells its steps, evidence and answer from the events', () => {
    const turn = applyEvents(createTurn(asked), sampleEvents());
    expect(turn.steps).toEqual([
      { kind: 'searching', hop: 1, hits: 2 },
      { kind: 'reading', hop: 1, passagesRead: 1, passagesTotal: 1 },
      {
        kind: 'planned',
        part: 0,
        parts: 1,
        question: 'How often is a job tried?',
        chunks: 2,
        tokens: 900,
        steps: 2,
        seconds: 100,
      },
      {
        kind: 'folding',
        part: 0,
        step: 2,
        stepsPlanned: 2,
        skipped: 1,
        chunksRead: 2,
        chunksTotal: 2,
        secondsLeft: 100,
      },
      { kind: 'writing' },
      { kind: 'checking' },
    ]);
    expect(turn.evidence.map((span) => span.id)).toEqual(['S1']);
    expect(turn.answer).toBe('It is tried "four times" [S1], then "never again" [S1].');
    expect(turn.citations.map((citation) => citation.verified)).toEqual([true, false]);
    expect(turn.seconds).toBe(2.5);
    expect([turn.known.length, turn.isPaused]).toEqual([1, false]);
  });

  test('streams the answer as it is written', () => {
    const events = sampleEvents();
    const upTo = events.findIndex((event) => event.kind === 'answerWritten');
    expect(applyEvents(createTurn(asked), events.slice(0, upTo)).answer).toBe('It is tried ');
  });

  test('keeps the short names of the evidence when the result comes', () => {
    const turn = finishTurn(applyEvents(createTurn(asked), sampleEvents()), sampleResult());
    expect(turn.state).toBe('answered');
    expect(turn.evidence.map(({ id, path }) => [id, path])).toEqual([['S1', 'docs/retries.md']]);
  });

  test('sends only the fields that changed', () => {
    const before = createTurn(asked);
    expect(diffTurn(before, before)).toBeNull();
    expect(diffTurn(before, endTurn(before, 'failed', 'No.'))).toEqual({ state: 'failed', message: 'No.' });
  });
});

describe('a stored conversation', () => {
  test('shows a half-finished turn as interrupted with its partial answer', () => {
    const running = { ...createTurn(asked), answer: 'It is' };
    const stored: unknown = JSON.parse(JSON.stringify({ turns: [running] }));
    expect(restoreConversation(stored).turns).toEqual([{ ...running, state: 'interrupted' }]);
  });

  test('drops what is not a turn', () => {
    expect(restoreConversation({ turns: [null, 3, { id: 'x' }] })).toEqual({ turns: [] });
    expect(restoreConversation(undefined)).toEqual({ turns: [] });
  });

  test('keeps the newest turns only', () => {
    let conversation = restoreConversation(undefined);
    for (let idx = 0; idx <= maxTurns; idx++)
      conversation = addTurn(conversation, createTurn({ ...asked, id: `t${idx}` }));
    expect(conversation.turns.length).toBe(maxTurns);
    expect(conversation.turns[0]?.id).toBe('t1');
  });
});

test('only a plain relative path below the folder can be opened', () => {
  const good = ['src/a.ts', 'docs/用户 手册.md', '.github/x.yml', 'a..b/c'];
  const bad = [
    '',
    '/etc/passwd',
    '../x',
    'a/../../x',
    'a//b',
    './a',
    'C:/x',
    'file:///x',
    'a\\b',
    'a\0b',
    'vscode://x',
  ];
  expect(good.map(checkRelativePath)).toEqual(good);
  expect(bad.map(checkRelativePath)).toEqual(bad.map(() => undefined));
});

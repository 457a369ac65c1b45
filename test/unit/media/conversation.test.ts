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
  previousTurn,
  restoreConversation,
  traceIdOf,
} from '../../../extension/src/chat/conversation';
import type { TraceEvent } from '../../../protocol/trace-events';
import { citedText, citedWords, sourcesOf } from '../../../extension/src/cited-text';
import { checkRelativePath, locateSource } from '../../../extension/src/source-path';
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

  test('has what was computed, and not what could not be', () => {
    const fact = { form: 'expression', calculation: 'a + b', result: '5', operands: [], operandCount: 2 } as const;
    const event = { kind: 'numberComputed', attempt: 1, problem: null, ...fact, seq: 50, atMs: 50 } as const;
    const turn = applyEvents(createTurn(asked), [event, { ...event, result: null, problem: 'No such unit.' }]);
    expect(turn.computed).toEqual(fact);
    expect(finishTurn(createTurn(asked), { ...sampleResult(), computed: fact }).computed).toEqual(fact);
    expect('computed' in finishTurn(createTurn(asked), sampleResult())).toBe(false);
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

describe('a question about several folders', () => {
  const roots = [
    { name: 'web', path: '/w' },
    { name: 'api (post)', path: '/post/api' },
  ];

  test('has the names of its folders from the first event, and keeps them over a reload', () => {
    const events = sampleEvents().map((event) => (event.kind === 'questionAsked' ? { ...event, roots } : event));
    const furtherFolders = [{ uri: 'file:///post/api', name: 'api' }];
    const turn = applyEvents(createTurn({ ...asked, furtherFolders }), events.slice(0, 1));
    expect([turn.roots, turn.furtherFolders]).toEqual([roots, furtherFolders]);
    const stored: unknown = JSON.parse(JSON.stringify({ turns: [turn] }));
    expect(restoreConversation(stored).turns[0]).toMatchObject({ roots, furtherFolders, state: 'interrupted' });
    expect(finishTurn(createTurn(asked), { ...sampleResult(), roots }).roots).toEqual(roots);
    expect('roots' in finishTurn(createTurn(asked), sampleResult())).toBe(false);
  });

  const open = [
    { uri: 'file:///post/api', fsPath: '/post/api' },
    { uri: 'file:///w', fsPath: '/w' },
  ];
  const locate = (path: string, scope: object): string | undefined => {
    const found = locateSource({ workspaceUri: 'file:///w', ...scope }, path, open);
    return found && `${found.folder.uri} ${found.inside}`;
  };

  test.each([
    ['web/src/a.ts', 'file:///w src/a.ts'],
    ['api (post)/src/a.ts', 'file:///post/api src/a.ts'],
    ['src/a.ts', undefined],
    ['web', undefined],
    ['web/../../etc/passwd', undefined],
    ['web//etc/passwd', undefined],
  ])('opens %s as %s', (path, expected) => {
    expect(locate(path, { roots })).toBe(expected);
  });

  test('opens nothing of a folder that is not open, whatever a trace says', () => {
    expect(locate('etc/passwd', { roots: [{ name: 'etc', path: '/etc' }] })).toBeUndefined();
    expect(locate('web/a.ts', { roots: [] })).toBeUndefined();
  });

  test('a question about one folder opens plain paths in that folder', () => {
    expect(locate('web/src/a.ts', {})).toBe('file:///w web/src/a.ts');
  });
});

test('a follow-up points back to the last answered question of its folder, as it stood alone', () => {
  const [asking, ...events] = sampleEvents();
  const understood = asking?.kind === 'questionAsked' ? [{ ...asking, standalone: 'And why? (job)' }, ...events] : [];
  const first = finishTurn(applyEvents(createTurn(asked), understood), sampleResult());
  expect(first.steps[0]).toEqual({ kind: 'understood', question: 'And why? (job)' });
  const failed = endTurn(createTurn({ ...asked, id: 't2' }), 'failed', 'No.');
  const next = createTurn({ ...asked, id: 't3' });
  const { turns } = restoreConversation(JSON.parse(JSON.stringify({ turns: [first, failed, next] })));
  expect(previousTurn({ turns }, next)).toEqual({ previous: 'And why? (job)', previousTrace: traceIdOf(first) });
  expect(traceIdOf(first)).toMatch(/^[\w-]+$/);
  const untraced = { ...first, traceFile: null };
  expect(previousTurn({ turns: [untraced, next] }, next)).toEqual({ previous: 'And why? (job)' });
  expect(previousTurn({ turns: [first, next] }, { ...next, workspaceUri: 'file:///x' })).toEqual({});
});

test('says how many places of the last answer were read again, and does not count them as found', () => {
  const events = sampleEvents();
  const at = events.findIndex((event) => event.kind === 'retrievalFinished');
  const searched = events[at];
  const hits = searched?.kind === 'retrievalFinished' ? searched.hits : [];
  const reread = hits.slice(0, 1).map((hit) => ({ ...hit, sources: ['previous'] as const }));
  const carried = events.map((event) =>
    event.kind === 'retrievalFinished' ? { ...event, hits: [...event.hits, ...reread] } : event,
  );
  const withSubject = carried.map((event) =>
    event.kind === 'questionAsked' ? { ...event, standalone: 'And why? (job)' } : event,
  );
  const searching = { kind: 'searching', hop: 1, hits: hits.length };
  const stepsOf = (all: readonly TraceEvent[]) => applyEvents(createTurn(asked), all.slice(0, at + 1)).steps;
  expect(stepsOf(withSubject)).toEqual([
    { kind: 'understood', question: 'And why? (job)', placesReread: 1 },
    searching,
  ]);
  // Without words to add the question is understood as it stands. A second search of the hop says the same again.
  const twice = applyEvents(createTurn(asked), [...carried.slice(0, at + 1), ...carried.slice(at, at + 1)]);
  expect(twice.steps).toEqual([{ kind: 'understood', question: asked.question, placesReread: 1 }, searching]);
  expect(stepsOf(events)).toEqual([searching]);
});

test('of a trace the verified citations and the numbers that were computed with are looked up again, each once', () => {
  const cell = { path: 'boats.csv', start: 30, end: 32, startLine: 3, endLine: 3 };
  const operands = [{ ...cell, name: 'boats.seats', text: '60', spanId: null }];
  const fact = { form: 'query', calculation: 'SELECT 1', result: '1', operands, operandCount: 1 } as const;
  const computed = { kind: 'numberComputed', attempt: 1, problem: null, ...fact, seq: 50, atMs: 50 } as const;
  expect(citedWords([...sampleEvents(), computed, computed])).toEqual([
    { path: 'docs/retries.md', start: 33, end: 43, startLine: 3, text: 'four times' },
    { path: 'boats.csv', start: 30, end: 32, startLine: 3, text: '60' },
  ]);
});

test('the words behind a cited place come out of the evidence', () => {
  const sources = sourcesOf(sampleEvents());
  const { evidence } = sources;
  const [span] = evidence;
  const range = { path: span?.path ?? '', start: 12, end: 23, startLine: 3, endLine: 3 };
  expect(citedText(sources, range)).toBe(span?.text.slice(2, 13));
  expect(citedText(sources, { ...range, end: 4000 })).toBeNull();
  // What a long reading found later stands beside what was there before.
  const added = span ? [{ ...span, path: 'later.md' }] : [];
  const later = sourcesOf([...sampleEvents(), { kind: 'evidenceAdded', seq: 99, atMs: 99, evidence: added }]);
  expect(citedText(later, { ...range, path: 'later.md' })).toBe(span?.text.slice(2, 13));
  expect(citedText(later, range)).toBe(span?.text.slice(2, 13));
  // A cell outside of the evidence that was computed with.
  const operand = { name: 'boats.seats', text: '60', path: 'boats.csv', start: 30, end: 32, startLine: 3, endLine: 3, spanId: null }; // prettier-ignore
  const cell = { path: 'boats.csv', start: 30, end: 32, startLine: 3, endLine: 3 };
  expect([citedText({ evidence, operands: [operand] }, cell), citedText(sources, cell)]).toEqual(['60', null]);
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

/** Follow-up questions: which ones point back, and what is added to them. */
import { expect, it } from 'vitest';
import { standAlone } from '../../../server/src/answer/follow-up';
import { ask, passages } from './question-bench';

it.each([
  ['And what does it cost?', 'How long does the Heron wait?', 'And what does it cost? (Heron wait)'],
  ['Why?', 'Where does `nextDelayMs` double the delay?', 'Why? (nextDelayMs double delay)'],
  ['What about the Gull?', 'When was the Heron built?', 'What about the Gull? (Heron built)'],
  ['Who calls them?', 'Which tests cover the queue?', 'Who calls them? (tests cover queue)'],
  ['它什么时候关闭？', '服务器默认等待时间为多少？', '它什么时候关闭？ (服务器默认等待时间为)'],
  ['那重试呢？', '队列 最多 容纳多少任务？', '那重试呢？ (队列 最多 容纳 任务)'],
])('%s', (question, previous, expected) => {
  expect(standAlone(question, previous)).toBe(expected);
});

it.each([
  ['How long does the Gull wait at Dunhaven?', 'How long does the Heron wait?'],
  ['Is there a test for the lamp?', 'How long does the Heron wait?'],
  ['Which is the file that holds the lamp?', 'How long does the Heron wait?'],
  ['What does the harbour office do when a skipper calls it ten minutes before departure without an answer?', 'How long?'],
  ['Why?', undefined],
  ['', 'How long does the Heron wait?'],
])('stands alone: %s', (question, previous) => {
  expect(standAlone(question, previous)).toBeNull();
}); // prettier-ignore

it.each([
  ['Why?', 'And its crew? (Heron built)', 'Why? (crew Heron built)'],
  [
    'And who signs it?',
    'What does it say of tides, fog, ice, gales and rain? (Dunhaven winter timetable)',
    'And who signs it? (tides fog ice gales rain Dunhaven winter timetable)',
  ],
  [
    'Since when?',
    'And its masts, sails, ropes, lamps? (Heron ferry Dunhaven winter timetable office skipper)',
    'Since when? (masts sails ropes Heron ferry Dunhaven winter timetable)',
  ],
  // A wish for the form of an answer, and brackets of the user's own.
  ['Why?', 'How old is the Heron? Answer in one short sentence.', 'Why? (Heron)'],
  ['Why?', 'How old is the Heron (the ferry)?', 'Why? (Heron ferry)'],
])('a chain keeps what it is about: %s', (question, previous, expected) => {
  expect(standAlone(question, previous)).toBe(expected);
});

it('reads the places of the last answer behind what is found, and judges them with it', async () => {
  const [first, second, third] = passages;
  if (!first || !second || !third) throw new Error('The handbook has more sections.');
  const carried = [second, third].map((passage) => ({ ...passage, score: 0, sources: ['previous'] as const }));
  const judged: string[][] = [];
  const ports = {
    retriever: { retrieve: () => Promise.resolve([first, second]) },
    compressor: {
      compress: (texts: readonly { readonly text: string }[]) => {
        judged.push(texts.map(({ text }) => text));
        return Promise.resolve({ spans: [], tokensRead: 9, tokensKept: 0, problem: null });
      },
    },
  };
  const request = { question: 'And its crew?', previous: 'How old is the Heron?', previousTrace: 't1' };
  const { events, answer } = await ask(request, { ...ports, carried: () => Promise.resolve(carried) });
  expect(judged).toEqual([[first, second, third].map(({ text }) => text)]);
  // What the critic does not keep is no evidence.
  expect(answer.evidence).toEqual([]);
  expect(events[0]).toMatchObject({ previousTrace: 't1' });
  const hits = events.find((event) => event.kind === 'retrievalFinished')?.hits ?? [];
  expect(hits.map(({ sources }) => sources)).toEqual([['text'], ['text'], ['previous']]);

  const broken = await ask(request, { ...ports, carried: () => Promise.reject(new Error('The index is closed.')) });
  expect(judged[1]).toEqual([first.text, second.text]);
  expect(broken.events).toContainEqual(
    expect.objectContaining({
      kind: 'stepFailed',
      message: 'The places of the last answer could not be read again: The index is closed.',
    }),
  );
});

it('searches with the question that stands alone, and shows it', async () => {
  const queries: string[] = [];
  const retriever = {
    retrieve: (query: string) => {
      queries.push(query);
      return Promise.resolve([]);
    },
  };
  const { events } = await ask({ question: 'And its crew?', previous: 'How old is the Heron?' }, { retriever });
  const standalone = 'And its crew? (Heron)';
  expect(queries).toEqual([standalone]);
  expect(events[0]).toMatchObject({ question: 'And its crew?', coreQuestion: standalone, standalone });
});

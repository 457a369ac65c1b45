/** Follow-up questions: which ones point back, and what is added to them. */
import { expect, it } from 'vitest';
import { standAlone } from '../../../server/src/answer/follow-up';
import { ask } from './question-bench';

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

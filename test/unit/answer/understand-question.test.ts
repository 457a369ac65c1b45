/** The split of a question into what is asked and how the answer should look. */
import { describe, expect, it } from 'vitest';
import { maxSearchWords, understandQuestion } from '../../../server/src/answer/understand-question';

describe('the format wish is kept apart', () => {
  it.each([
    ['How are plugins loaded?', 'How are plugins loaded?', ''],
    ['How are plugins loaded? Answer in one sentence.', 'How are plugins loaded?', 'Answer in one sentence.'],
    ['How are plugins loaded, in one sentence?', 'How are plugins loaded?', 'in one sentence'],
    ['In two sentences, how are plugins loaded?', 'how are plugins loaded?', 'In two sentences'],
    ['Which hooks exist? Use a Markdown table. Be brief.', 'Which hooks exist?', 'Use a Markdown table. Be brief.'],
    ['List the hooks as a numbered list.', 'List the hooks.', 'as a numbered list'],
    ['How does the server answer in JSON mode?', 'How does the server answer in JSON mode?', ''],
    ['Answer in one sentence.', 'Answer in one sentence.', ''],
    ['插件是如何加载的？请用一句话回答。', '插件是如何加载的？', '请用一句话回答。'],
    ['用一句话说明：插件是如何加载的？', '插件是如何加载的？', '用一句话'],
    ['  ', '', ''],
  ])('%s', (question, coreQuestion, formatInstruction) => {
    expect(understandQuestion(question)).toMatchObject({ coreQuestion, formatInstruction });
  });
});

it('tells Chinese questions with code names from English ones', () => {
  const languages = [
    'Where is fastify started?',
    'fastify 的 onRequest 钩子什么时候运行？',
    'What does 你好 mean in the README file?',
  ].map((question) => understandQuestion(question).language);
  expect(languages).toEqual(['en', 'zh', 'en']);
});

it('cuts ten thousand words for the search only', () => {
  const question = Array.from({ length: 10_000 }, (_unused, idx) => `word${idx}`).join(' ');
  const understood = understandQuestion(question);
  expect(understood.coreQuestion).toBe(question);
  expect(understood.cutFromWords).toBe(10_000);
  expect(understood.searchQuery.split(' ')).toHaveLength(maxSearchWords);
});

/** Questions that are answered by parts: which, by what, and how their memories are joined. */
import { describe, expect, it } from 'vitest';
import { joinParts } from '../../../server/src/answer/join-parts';
import { countedUnit, findComparison, planParts } from '../../../server/src/answer/question-parts';
import { understandQuestion } from '../../../server/src/answer/understand-question';
import { replayFold } from '../../../server/src/fold/replay-fold';
import { startFold } from '../../../server/src/fold/fold-state';
import { ModelError } from '../../../server/src/llm/chat-model';
import type { Passage } from '../../../server/src/retrieve/retriever';
import { createScriptedReader } from '../../support/scripted-reader';
import { eventsOf, outcomeOf, runWorld, createFoldWorld } from '../../support/fold-world';

it.each([
  ['Compare the retry policy of the queue and the mailer.', 'queue | mailer | retry policy'],
  ['What is the difference between a fold and a single pass?', 'a fold | a single pass | '],
  ['Which harbour is older, Halden or Brest?', 'Halden | Brest | '],
  ['Compare Ann with Bob in terms of income', 'Ann | Bob | income'],
  ['比较苹果和香蕉的价格', '苹果 | 香蕉 | 价格'],
  ['折叠和单次阅读有什么区别？', '折叠 | 单次阅读 | '],
  ['How long does the Heron wait?', null],
  ['Who is between jobs and why?', null],
])('what is compared: %s', (question, expected) => {
  const found = findComparison(question);
  expect(found && [...found.subjects, found.aspect].join(' | ')).toBe(expected);
});

it.each([
  ['In which chapters does the captain appear?', 'section'],
  ['How many files mention a socket?', 'file'],
  ['哪些章节提到了船长？', 'section'],
  ['有多少个文件提到超时？', 'file'],
  ['Which captain sails the Heron?', null],
])('what is counted: %s', (question, expected) => {
  expect(countedUnit(question)).toBe(expected);
});

const chapters = ['One', 'Two', 'Three', 'Four'];
const texts = [
  'Rain all day.',
  'The keeper of Halden is Mora.',
  'Nothing to report.',
  'The boat of Mora is the Tern. The Tern is moored at Brest.',
];
const passages = chapters.flatMap((name, idx): readonly Passage[] => {
  const text = `${texts[idx] ?? ''}\n`;
  const at = {
    path: 'book.md',
    startOffset: idx * 100,
    endOffset: idx * 100 + text.length,
    startLine: idx,
    endLine: idx,
  };
  return [{ ...at, heading: `The book > Chapter ${name}`, text, score: 1, sources: [] }];
});
const documents = {
  list: () => Promise.resolve([{ path: 'book.md', chunks: 4, tokens: 60, contentHash: 'h' }]),
  passages: () => Promise.resolve(passages),
  symbol: () => Promise.resolve([]),
};

describe('counting by chapters', () => {
  it('reads each chapter by itself under its own question', async () => {
    const understood = understandQuestion('In which chapters is a keeper or boat named?');
    const plan = await planParts(understood, 'everything', await documents.list(), documents);
    expect([plan.kind, ...plan.parts.map((part) => part.question)]).toEqual([
      'counting',
      ...chapters.map((name) => `In "The book > Chapter ${name}": ${understood.coreQuestion}`),
    ]);
    expect((await planParts(understood, 'fold', [], documents)).kind).toBe('whole');
  });

  it('shows the sub-questions, joins what the parts know and says where something was found; killed, it goes on', async () => {
    const base = await createFoldWorld({ seed: 1, chars: 40_000, mode: 'everything' });
    const question = 'In which chapters is a keeper or boat named or moored?';
    const world = { ...base, request: { ...base.request, question }, ports: { ...base.ports, documents } };
    const prompts: string[] = [];
    const reader = createScriptedReader({ windowTokens: 4096 });
    const chat = (...[request, options]: Parameters<typeof reader.chat>) => {
      prompts.push(request.messages.map((message) => message.content).join('\n'));
      return reader.chat(request, options);
    };
    const whole = await runWorld(world, { model: { ...reader, chat } });
    const planned = whole.events.find((event) => event.kind === 'subQuestionsPlanned');
    expect(planned).toMatchObject({ plan: 'counting', questions: { length: 4 } });
    const starts = whole.events.filter((event) => event.kind === 'foldStarted');
    expect(starts.map(({ part, parts, question: own }) => [part, parts, own])).toEqual(
      planned?.questions.map((own, idx) => [idx, 4, own]),
    );
    const final = prompts.find((prompt) => prompt.includes('Something was found')) ?? '';
    expect(final).toContain('Something was found in 2 of 4 parts: The book > Chapter Two, The book > Chapter Four');
    expect(final).toContain('- The book > Chapter Four: The Tern is moored at Brest.');
    // Ids are given once over all parts, and each stands for its own span.
    const reads = whole.events.flatMap((event) => (event.kind === 'foldStepFinished' ? event.reads : []));
    expect(reads.map(({ id }) => id)).toEqual(['S1', 'S2', 'S3', 'S4']);
    expect(whole.answer.evidence.map(({ id, text }) => [id, text])).toEqual([
      ['S2', passages[1]?.text],
      ['S4', passages[3]?.text],
    ]);
    expect(replayFold(eventsOf(whole.file)).differences).toEqual([]);
    const order = { from: 't', atStep: null, edit: {} };
    const cut = whole.file.slice(0, whole.file.indexOf('"part":2,"step"'));
    const resumed = await runWorld(world, {}, { file: cut, order });
    expect(outcomeOf(resumed)).toEqual(outcomeOf(whole));
    // Nothing of chapter two is named by a memory yet, and its id is not given again all the same.
    const afterOne = whole.file.slice(0, whole.file.indexOf('"kind":"foldStarted","part":1'));
    const goneOn = await runWorld(world, {}, { file: afterOne, order });
    expect(outcomeOf(goneOn)).toEqual(outcomeOf(whole));
  });
});

it('compares by a fold for each side over evidence of its own', async () => {
  const base = await createFoldWorld({ seed: 3, chars: 60_000, mode: 'fold' });
  const [one, two] = base.corpus.question.match(/[A-Z][a-z]{5,}/g) ?? [];
  const question = `Compare the keeper and boat of ${one} and ${two}`;
  const world = { ...base, request: { ...base.request, question } };
  const { events, answer } = await runWorld(world);
  const planned = events.find((event) => event.kind === 'subQuestionsPlanned');
  expect(planned).toMatchObject({ plan: 'comparison', questions: { length: 2 } });
  const ends = events.filter((event) => event.kind === 'foldFinished');
  expect(ends).toHaveLength(2);
  expect(ends[0]?.memory.lines.some((line) => line.text.includes(String(one)))).toBe(true);
  expect(ends[1]?.memory.lines.some((line) => line.text.includes(String(two)))).toBe(true);
  expect(answer.mode).toBe('fold');
});

it('leaves what all parts know where the model goes down in a later one', async () => {
  const base = await createFoldWorld({ seed: 3, chars: 60_000, mode: 'fold' });
  const names = base.corpus.question.match(/[A-Z][a-z]{5,}/g) ?? [];
  const question = `Compare the keeper and boat of ${names[0]} and ${names[1]}`;
  const world = { ...base, request: { ...base.request, question } };
  const reader = createScriptedReader({ windowTokens: 4096 });
  let isLastPart = false;
  const chat = (...[request, options]: Parameters<typeof reader.chat>) =>
    isLastPart && request.jsonSchema === undefined
      ? Promise.reject(new ModelError('crashed', 'The model ended.'))
      : reader.chat(request, options);
  const { answer, events } = await runWorld(world, {
    model: { ...reader, chat },
    onEvent: (event) => {
      isLastPart ||= event.kind === 'foldStarted' && event.part === 1;
    },
  });
  expect(answer).toMatchObject({ outcome: 'evidence', message: 'The model ended.' });
  const ends = events.flatMap((event) => (event.kind === 'foldFinished' ? [event.memory.lines] : []));
  expect(ends.every((lines) => lines.length > 0)).toBe(true);
  for (const { text } of ends.flat()) expect(answer.answer).toContain(`- ${text} [`);
});

it('joins more than fits by turns, so that no part is left out', () => {
  const budgets = { chunkTokens: 40, memoryTokens: 60, replyTokens: 60, maxHops: 1 };
  const understood = understandQuestion('How many files?');
  const part = (label: string) => ({ label, question: label, listing: null });
  const lines = (of: string) => Array.from({ length: 9 }, (_, idx) => ({ text: `${of} says ${idx}`, spanIds: ['S1'] }));
  const result = (of: string) => ({
    state: { ...startFold(understood, budgets), memory: { lines: lines(of), plan: '' } },
    reason: 'allRead' as const,
  });
  const joined = joinParts(understood, ['a.md', 'b.md'].map(part), [result('one'), result('two')], budgets);
  const texts = joined.memory.lines.map((line) => line.text);
  expect(texts.filter((text) => text.startsWith('a.md: '))).toContain('a.md: one says 8');
  expect(texts.filter((text) => text.startsWith('b.md: '))).toContain('b.md: two says 8');
  expect(texts.length).toBeLessThan(19);
});

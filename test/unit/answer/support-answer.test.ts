/** An answer that quotes nothing: the sources that the model names, and what is said when it names none. */
import { describe, expect, it } from 'vitest';
import { ModelError, type ChatRequest } from '../../../server/src/llm/chat-model';
import { faultyModel, opened, type Reply } from './faulty-model';
import { ask, handbook, passages } from './question-bench';

describe('an answer that quotes nothing', () => {
  const isSupport = (request: ChatRequest): boolean => 'support' in Object(request.jsonSchema?.['properties']);
  const answering = (support: Reply, shown: string[] = [], written = 'The Heron waits five minutes.') =>
    faultyModel(
      (request) => {
        if (!isSupport(request)) return written;
        shown.push(request.messages[0]?.content ?? '');
        return support;
      },
      'test:faulty',
      8192,
    );
  const request = { question: 'How long does the Heron wait?', tokenBudget: 5000 };

  it('gets the sentences that the model names, as the sources have them, checked and announced', async () => {
    const shown: string[] = [];
    const { answer, events } = await ask(request, opened(answering('{"support": [2, 2, 99, 0]}', shown)));
    const second = /^2\. (.+)$/m.exec(shown[0] ?? '')?.[1] ?? 'no second sentence';
    expect(answer.citations).toMatchObject([{ verified: true }]);
    const [citation] = answer.citations;
    expect(handbook.slice(citation?.start ?? 0, citation?.end ?? 0)).toBe(second);
    expect(answer.answer).toMatch(/^The Heron waits five minutes\.\n\nSources:\n\n“/);
    expect(answer).toMatchObject({ outcome: 'answered', message: expect.stringMatching(/named afterwards/) });
    expect(events).toContainEqual(expect.objectContaining({ kind: 'modelReplied', purpose: 'support' }));
  });

  it('keeps its sources out of a block of code that was left open, and shows no mark of the prompt', async () => {
    const written = 'See ferry-handbook.md:12 #91755833 and order #91755833:\n```js\nwait(5)';
    const { answer } = await ask(request, opened(answering('{"support": [2]}', [], written)));
    expect(answer.answer).toMatch(
      /^See ferry-handbook\.md:12 and order #91755833:\n```js\nwait\(5\)\n```\n\n\n?Sources:\n\n“/,
    );
    expect(answer.citations.some(({ verified }) => verified)).toBe(true);
    const closed = 'Wait:\n```js\nwait(5)\n```';
    expect((await ask(request, opened(answering('{"support": [0]}', [], closed)))).answer.answer).toBe(closed);
    const nothing = (await ask(request, opened(answering('{"support": [0]}', [], '```js')))).answer;
    expect(nothing).toMatchObject({ outcome: 'evidence', message: expect.stringMatching(/wrote no answer/) });
  });

  it('leaves what looks like a mark of the prompt in the words of a source', async () => {
    const text = 'See notes.md:12 #91755833 for the rest.';
    const retriever = {
      retrieve: () => Promise.resolve(passages.slice(0, 1).map((passage) => ({ ...passage, text }))),
    };
    const { answer } = await ask({ ...request, mode: 'evidence' }, { retriever });
    expect(answer.answer).toContain(text);
    expect(answer.citations).toMatchObject([{ verified: true }]);
  });

  it.each([
    ['names none', '{"support": [0]}'],
    ['replies outside the form', 'I am not sure.'],
    ['is down by then', new ModelError('unreachable', 'The model is down.')],
  ])('stands alone with a caution when the model %s', async (_name, support) => {
    const { answer } = await ask(request, opened(answering(support)));
    expect(answer).toMatchObject({
      outcome: 'answered',
      answer: 'The Heron waits five minutes.',
      citations: [],
      message: expect.stringMatching(/could be matched to the sources/),
    });
  });

  it('is not asked for sources when a quote of it was verified', async () => {
    let calls = 0;
    const model = faultyModel(() => ((calls += 1), 'It waits “at most 5 minutes” [S1].'), 'test:faulty', 8192);
    await ask(request, opened(model));
    expect(calls).toBe(1);
  });
});

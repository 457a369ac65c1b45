/** One question from start to end: evidence without a model, and what stays when a stage fails. */
import { describe, expect, it } from 'vitest';
import { ModelError, type ChatRequest } from '../../../server/src/llm/chat-model';
import { CancelledError } from '../../../server/src/util/cancelled';
import { replayFold } from '../../../server/src/fold/replay-fold';
import { faultyModel, opened } from './faulty-model';
import { ask, handbook, handbookPath, type Asked } from './question-bench';

const kinds = ({ events }: Asked): string => events.map((event) => event.kind).join(' ');
const steps = ({ events }: Asked) => events.filter((event) => event.kind === 'foldStepFinished');
const isFinal = (request: ChatRequest): boolean => request.jsonSchema === undefined;
const json = (fact: string, id: string, search = ''): string =>
  JSON.stringify({ memory: [{ fact, spans: [id] }], plan: 'p', next: 'search', what: search });
/** The first span id of the section in a step's prompt. */
const firstId = (request: ChatRequest): string =>
  /\n\[(S\d+)\] ferry/.exec(request.messages.at(-1)?.content ?? '')?.[1] ?? '';

describe('without a model', () => {
  it('quotes the best evidence, checked, in the order of the stages', async () => {
    const asked = await ask({});
    expect(kinds(asked)).toBe(
      'questionAsked retrievalFinished evidenceRanked compressionFinished evidenceSelected modeChosen answerWritten verificationFinished questionFinished',
    );
    expect(asked.answer).toMatchObject({
      outcome: 'evidence',
      mode: 'evidence',
      model: null,
      tokens: { workspace: 9, read: 100 },
    });
    expect(asked.answer.citations.length).toBeGreaterThan(0);
    expect(asked.answer.citations.every((citation) => citation.verified)).toBe(true);
  });

  it('gives every span as its exact slice of the file with its own lines', async () => {
    const { answer } = await ask({ tokenBudget: 5000 });
    const lines = handbook.split('\n');
    expect(answer.evidence.length).toBeGreaterThan(10);
    for (const span of answer.evidence) {
      expect(span.text).toBe(handbook.slice(span.start, span.end));
      expect(lines.slice(span.startLine - 1, span.endLine).join('\n')).toContain(span.text.trimEnd());
    }
  });

  it('puts a selection first and takes nothing of it twice', async () => {
    const text = handbook.slice(0, 400);
    const { answer } = await ask({
      selection: { path: handbookPath, startOffset: 0, endOffset: 400, startLine: 0, text },
    });
    expect(answer.evidence[0]).toMatchObject({ id: 'S1', start: 0, end: 400, startLine: 1, text });
    expect(answer.evidence.slice(1).every((span) => span.start >= 400)).toBe(true);
  });

  it.each([
    ['an empty question', { question: ' \n' }, {}, 'failed', 'The question is empty; write what you want to know.'],
    [
      'nothing found',
      {},
      { retriever: { retrieve: () => Promise.resolve([]) } },
      'evidence',
      'Nothing in the workspace fits the question; try other words, or rebuild the index.',
    ],
    [
      'a search that fails',
      {},
      { retriever: { retrieve: () => Promise.reject(new Error('The index is locked.')) } },
      'failed',
      'The search failed: The index is locked.',
    ],
    [
      'no model found',
      {},
      { openModel: () => Promise.resolve({ model: null, problem: 'Ollama does not answer; start it.' }) },
      'evidence',
      'Ollama does not answer; start it.',
    ],
  ])('says in one sentence: %s', async (_name, request, ports, outcome, message) => {
    expect((await ask(request, ports)).answer).toMatchObject({ outcome, message });
  });

  it('works without the critic on the whole passages', async () => {
    const { answer, events } = await ask(
      {},
      { compressor: { compress: () => Promise.reject(new Error('The worker ended.')) } },
    );
    expect(answer.evidence.length).toBeGreaterThan(0);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'stepFailed', stage: 'compress' }));
  });

  it('searches with a part of ten thousand words and says so', async () => {
    const { answer, events } = await ask({ question: 'word '.repeat(10_000) });
    expect(answer.evidence.length).toBeGreaterThan(0);
    expect(events).toContainEqual(
      expect.objectContaining({
        kind: 'stepFailed',
        message: 'The question has 10000 words; search and critic used the first 256 of them.',
      }),
    );
  });
});

describe('a model that fails', () => {
  it('leaves the evidence and the reason when it is down', async () => {
    const { answer } = await ask({}, opened(faultyModel(() => new ModelError('unreachable', 'The model is down.'))));
    expect(answer).toMatchObject({ outcome: 'evidence', mode: 'evidence', message: 'The model is down.' });
    expect(answer.citations.some((citation) => citation.verified)).toBe(true);
  });

  it('keeps and checks what it had written when it breaks off', async () => {
    const model = faultyModel(() => '');
    const breaking = {
      ...model,
      chat: (_request: ChatRequest, { onText }: { onText?: (text: string) => void }) => {
        onText?.('It sails "at most 5 minutes" [S2].');
        return Promise.reject(new ModelError('stalled', 'The model stalled.'));
      },
    };
    const { answer } = await ask({}, opened(breaking));
    expect(answer).toMatchObject({
      outcome: 'failed',
      mode: 'single',
      message: 'The model stalled. The answer stops there.',
    });
    expect(answer.citations).toMatchObject([{ quote: 'at most 5 minutes', verified: true }]);
  });

  it('keeps evidence and text when the question is cancelled in the answer', async () => {
    const controller = new AbortController();
    const model = faultyModel(() => 'Half an answer');
    const onEvent = (event: { kind: string }): void => {
      if (event.kind === 'answerDelta') controller.abort();
    };
    const { answer } = await ask({}, opened(model), { signal: controller.signal, onEvent });
    expect(answer).toMatchObject({
      outcome: 'cancelled',
      answer: 'Half an answer',
      message: 'The question was cancelled. What was found by then is kept.',
    });
    expect(answer.evidence.length).toBeGreaterThan(0);
  });

  it('keeps the ranking so far when it is cancelled while the critic reads', async () => {
    const controller = new AbortController();
    const compress = (texts: readonly { id: string }[], { onRanked }: { onRanked?: (progress: never) => void }) => {
      const spans = [{ contextId: texts[0]?.id ?? '', startOffset: 0, endOffset: 5, score: 1, tokens: 1 }];
      onRanked?.({ spans, passagesRead: 1, passagesTotal: 9 } as never);
      controller.abort();
      return Promise.reject(new CancelledError());
    };
    const { answer } = await ask({}, { compressor: { compress } }, { signal: controller.signal });
    expect(answer).toMatchObject({ outcome: 'cancelled', evidence: [{ id: 'S1', text: '# Han' }] });
  });

  it('says that a question is too long for the window', async () => {
    const { answer } = await ask({ question: 'word '.repeat(10_000) }, opened(faultyModel(() => 'never asked')));
    expect(answer.message).toBe(
      'The question is too long for a window of 2048 tokens; shorten it, or choose a larger window or model.',
    );
    expect(answer.evidence.length).toBeGreaterThan(0);
  });
});

describe('a fold', () => {
  const fold = { mode: 'fold', tokenBudget: 3500, maxHops: 2 } as const;

  it('asks again with the problem named, then skips the chunk and says so', async () => {
    const prompts: string[] = [];
    const model = faultyModel((request, call) => {
      prompts.push(request.messages[0]?.content ?? '');
      if (isFinal(request)) return 'It waits "at most 5 minutes" [S2].';
      return call <= 3 ? 'no json' : json(`fact ${call}`, firstId(request));
    });
    const asked = await ask(fold, opened(model));
    expect(prompts[1]).toContain('the reply is not a JSON object');
    expect(
      steps(asked)
        .map((step) => step.outcome)
        .slice(0, 3),
    ).toEqual(['skipped', 'updated', 'updated']);
    expect(steps(asked).length).toBeGreaterThanOrEqual(4);
    expect(asked.answer).toMatchObject({ outcome: 'answered', mode: 'fold' });
    expect(asked.answer.message).toMatch(/could not be used in 1 of \d+ steps/);
    expect(asked.answer.citations).toMatchObject([{ verified: true, spanId: 'S2' }]);
  });

  it('follows the plan once and shows format wishes to the last prompt only', async () => {
    const queries: string[] = [];
    const prompts: string[] = [];
    const model = faultyModel((request) => {
      prompts.push(request.messages.map((message) => message.content).join('\n'));
      return isFinal(request) ? 'It waits “at most 5 minutes”.' : json('a fact', firstId(request), 'shaft repairs');
    });
    const retrieve = (query: string) => {
      queries.push(query);
      return Promise.resolve([]);
    };
    const selection = { path: handbookPath, startOffset: 0, endOffset: handbook.length, startLine: 0, text: handbook };
    const question = 'How long does the Heron wait? Answer in one word.';
    await ask({ ...fold, question, selection }, { ...opened(model), retriever: { retrieve } });
    expect(queries).toEqual(['How long does the Heron wait?', 'shaft repairs']);
    expect(prompts.map((prompt) => prompt.includes('in one word'))).toEqual(
      prompts.map((_prompt, idx) => idx === prompts.length - 1),
    );
  });

  it('replays from its trace without a model, and a changed reply shows', async () => {
    const model = faultyModel((request, call) =>
      isFinal(request) ? 'Done.' : call === 2 ? 'bad' : json(`fact ${call}`, firstId(request)),
    );
    const { events } = await ask(fold, opened(model));
    const replay = replayFold(events);
    expect(replay.differences).toEqual([]);
    const memories = replay.parts.flatMap((part) => part.states.map((state) => state.memory));
    expect(memories).toEqual(steps({ events } as Asked).map((step) => step.after));
    const forged = events.map((event) =>
      event.kind === 'modelReplied' ? { ...event, reply: event.reply.replace('fact 1', 'fact 99') } : event,
    );
    expect(replayFold(forged).differences[0]).toContain('Step 1 ');
  });

  it('speaks in tags to a QwenLong model', async () => {
    const model = faultyModel(
      (request) =>
        request.messages[0]?.content.includes('<section>')
          ? 'Updated memory:\n<memory>a fact [S1]</memory><plan>p</plan>'
          : 'Done.',
      'ollama:qwenlong-l1.5',
      8192,
    );
    const asked = await ask(fold, opened(model));
    expect(steps(asked)[0]?.after).toEqual({ lines: [{ text: 'a fact', spanIds: ['S1'] }], plan: 'p' });
    expect(asked.answer.answer).toBe('Done.');
  });
});

/** What the best spans name is searched, too, before any model; and its passages are ranked together with the first ones. */
import { expect, test } from 'vitest';
import { findBridge } from '../../../server/src/answer/bridge-passages';
import type { AnswerPorts } from '../../../server/src/answer/ports';
import type { Passage, Retriever } from '../../../server/src/retrieve/retriever';
import { ask } from './question-bench';

function passage(path: string, text: string): Passage {
  return { path, text, startOffset: 0, endOffset: text.length, startLine: 0, endLine: 0, heading: '', score: 1, sources: ['text'] }; // prettier-ignore
}

const bridge = passage('bridge.md', 'Old Bridge lies at the Arn.');
const river = passage('river.md', 'The Arn ends in the Mellow sea.');
const sea = passage('sea.md', 'The Mellow sea is salty.');
const all = [bridge, river, sea];

/** Finds by whole words. */
function searching(queries: string[]): Retriever {
  return {
    retrieve: (query, { limit }) => {
      queries.push(query);
      const words = query.match(/\p{L}+/gu) ?? [];
      const found = all.filter(({ text }) => words.some((word) => /^\p{Lu}/u.test(word) && text.includes(word)));
      return Promise.resolve(found.slice(0, limit));
    },
  };
}

const signal = new AbortController().signal;
const unread = { limit: 10, isRead: (): boolean => false, signal };

test('searches names and numbers that the question has not, of the three best spans, each once', async () => {
  const queries: string[] = [];
  const best = [
    'It is the Arn, not the old Tal.',
    'Old Bridge lies there.',
    'It is the Arn, not the old Tal.',
    '第七 Sea 1904.',
    'Never Searched.',
  ];
  const found = await findBridge(searching(queries), {
    question: 'Where does the river at Old Bridge end?',
    best,
    ...unread,
  });
  expect(queries).toEqual(['It Arn Tal']);
  expect(found).toEqual({ query: 'It Arn Tal', passages: [bridge, river] });
  const nothing = { question: 'Where is Old Bridge?', best: ['Old Bridge lies there.'], ...unread };
  expect(await findBridge(searching(queries), nothing)).toBeNull();
});

test('takes from each list in turn, within the limit, and passes over what was read', async () => {
  const lists: Readonly<Record<string, readonly Passage[]>> = { Arn: [bridge, river], Mellow: [sea, river] };
  const retriever: Retriever = { retrieve: (query) => Promise.resolve(lists[query] ?? []) };
  const asked = { question: 'which?', best: ['the Arn', 'the Mellow'], signal };
  const take = async (limit: number, read: readonly Passage[]): Promise<readonly string[] | undefined> =>
    (await findBridge(retriever, { ...asked, limit, isRead: (one) => read.includes(one) }))?.passages.map(
      ({ path }) => path,
    );
  expect(await take(9, [])).toEqual(['bridge.md', 'sea.md', 'river.md']);
  expect(await take(2, [])).toEqual(['bridge.md', 'sea.md']);
  expect(await take(2, [bridge])).toEqual(['sea.md', 'river.md']);
});

function keepingAll(mayWiden: boolean, calls: number[]): AnswerPorts['compressor'] {
  return {
    compress: (texts) => {
      calls.push(texts.length);
      const spans = texts.map(({ id, text }) => ({ contextId: id, startOffset: 0, endOffset: text.length, score: text.includes('Arn') ? 1 : 0.5, tokens: 5 })); // prettier-ignore
      return Promise.resolve({
        spans,
        tokensRead: 10 * texts.length,
        tokensKept: 5 * texts.length,
        mayWiden,
        problem: null,
      });
    },
  };
}

test('the evidence of a question holds what its first evidence names, read together and counted once', async () => {
  const [queries, calls]: [string[], number[]] = [[], []];
  const question = 'Where does the river at Old Bridge end?';
  const asked = { question, mode: 'evidence', tokenBudget: 400 } as const;
  const { answer, events } = await ask(asked, { retriever: searching(queries), compressor: keepingAll(true, calls) });
  expect(queries).toEqual(['Where does the river at Old Bridge end?', 'Arn']);
  expect(answer.evidence.map(({ path }) => path)).toEqual(['bridge.md', 'river.md']);
  expect(calls).toEqual([1, 2]);
  expect(answer.tokens).toMatchObject({ read: 20, kept: 10 });
  expect(events.filter(({ kind }) => kind === 'compressionFinished')).toHaveLength(1);
  const searches = events.flatMap((event) => (event.kind === 'retrievalFinished' ? [event] : []));
  expect(searches.map(({ hop, query, hits }) => [hop, query, hits.length])).toEqual([
    [1, question, 1],
    [1, 'Arn', 2],
  ]);
});

test('is left out where reading again is dear or of no use', async () => {
  const [queries, calls]: [string[], number[]] = [[], []];
  const asked = { question: 'Where does the river at Old Bridge end?', mode: 'evidence' } as const;
  const { answer } = await ask(asked, { retriever: searching(queries), compressor: keepingAll(false, calls) });
  expect([queries.length, calls, answer.evidence.length]).toEqual([1, [1], 1]);
});

test('a second reading that fails leaves the first as it was judged', async () => {
  const first = keepingAll(true, []).compress;
  let calls = 0;
  const compress: typeof first = async (texts, options) => {
    calls += 1;
    if (calls > 1) throw new Error('The critic ended.');
    return { ...(await first(texts, options)), strength: 0.1 };
  };
  const asked = { question: 'Where does the river at Old Bridge end?', mode: 'auto' } as const;
  const { answer, events } = await ask(asked, { retriever: searching([]), compressor: { compress } });
  expect(calls).toBe(2);
  expect(answer.tokens).toMatchObject({ read: 10, kept: 5 });
  expect(answer.message).toContain('The evidence is too weak to answer from');
  const finished = events.flatMap((event) => (event.kind === 'compressionFinished' ? event.passages : []));
  expect(finished.map(({ path, kept }) => [path, kept.length])).toEqual([
    ['bridge.md', 1],
    ['river.md', 0],
  ]);
});

test('a second search that fails leaves the evidence of the first, and says so', async () => {
  const first = searching([]);
  const retriever: Retriever = {
    retrieve: (query, options) =>
      query === 'Arn' ? Promise.reject(new Error('The disk is gone.')) : first.retrieve(query, options),
  };
  const asked = { question: 'Where does the river at Old Bridge end?', mode: 'evidence' } as const;
  const { answer, events } = await ask(asked, { retriever, compressor: keepingAll(true, []) });
  expect(answer.evidence.map(({ path }) => path)).toEqual(['bridge.md']);
  expect(events).toContainEqual(
    expect.objectContaining({ kind: 'stepFailed', message: 'A further search failed: The disk is gone.' }),
  );
});

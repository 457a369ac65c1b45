/** What the best spans name is searched, too, before any model; and its passages are ranked together with the first ones. */
import { expect, test } from 'vitest';
import { newNames } from '../../../server/src/answer/bridge-names';
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
const isRead = (): boolean => false;

test('searches the names that the question has not, each alone and once', async () => {
  const queries: string[] = [];
  const searched = new Set<string>();
  const best = [
    'It is the Arn, not the old Tal.',
    'Old Bridge lies there.',
    'The Arn rises at Upper Tal, south of Old Bridge, in May 1904.',
    'A. B. Carr drew it.',
    'Never Searched.',
  ];
  const question = 'Where does the river at Old Bridge end?';
  const found = await findBridge(searching(queries), { question, best, limit: 10, searched, isRead, signal });
  expect(queries).toEqual(['Arn', 'Tal', 'Upper Tal', 'A. B. Carr']);
  expect(found).toEqual({ query: queries.join(' | '), passages: [bridge, river] });
  // The next hop asks for what is new in its best spans.
  const next = ['The Arn ends in the Mellow sea.'];
  const further = await findBridge(searching(queries), { question, best: next, limit: 10, searched, isRead, signal });
  expect(further?.query).toBe('Mellow');
  expect(
    await findBridge(searching(queries), { question, best: next, limit: 10, searched, isRead, signal }),
  ).toBeNull();
});

test('finds names by how they are written', () => {
  const names = (text: string): readonly string[] => newNames(text, 'Who wrote the Old Song?');
  expect(names("He played in A Beautiful Mind and at the University of the North Sea with Anna O'Hara.")).toEqual([
    'Beautiful Mind',
    'University of the North Sea',
    "Anna O'Hara",
  ]);
  expect(names('The song, old as it is, was sung.')).toEqual([]);
  expect(names('In the U.S. it ran. During Prohibition it did not. C/2014 Q2 came on 7 May 1904.')).toEqual([
    'U.S',
    'Prohibition',
    'Q2',
  ]);
  expect(newNames('《红楼梦》的作者是曹雪芹，生于江宁。', '作者是谁？')).toEqual([
    '红楼梦',
    '红楼梦 的作者是曹雪芹 生于江宁',
  ]);
});

test('takes from each list in turn, within the limit, and passes over what was read', async () => {
  const lists: Readonly<Record<string, readonly Passage[]>> = { Arn: [bridge, river], Mellow: [sea, river] };
  const retriever: Retriever = { retrieve: (query) => Promise.resolve(lists[query] ?? []) };
  const asked = { question: 'which?', best: ['the Arn', 'the Mellow'], signal };
  const take = async (limit: number, read: readonly Passage[]): Promise<readonly string[] | undefined> => {
    const options = { ...asked, limit, searched: new Set<string>(), isRead: (one: Passage) => read.includes(one) };
    return (await findBridge(retriever, options))?.passages.map(({ path }) => path);
  };
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
  expect(queries).toEqual(['Where does the river at Old Bridge end?', 'Arn', 'Mellow']);
  expect(answer.evidence.map(({ path }) => path)).toEqual(['bridge.md', 'river.md', 'sea.md']);
  expect(calls).toEqual([1, 2, 3]);
  expect(answer.tokens).toMatchObject({ read: 30, kept: 15 });
  expect(events.filter(({ kind }) => kind === 'compressionFinished')).toHaveLength(1);
  const searches = events.flatMap((event) => (event.kind === 'retrievalFinished' ? [event] : []));
  expect(searches.map(({ hop, query, hits }) => [hop, query, hits.length])).toEqual([
    [1, question, 1],
    [1, 'Arn', 2],
    [1, 'Mellow', 3],
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

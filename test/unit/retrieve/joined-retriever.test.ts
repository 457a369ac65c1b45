/** Passages of several folders in one list: which come first, whose they are, and what a folder that fails leaves. */
import { expect, test } from 'vitest';
import { createJoinedRetriever, type SearchedRoot } from '../../../server/src/retrieve/joined-retriever';
import type { Passage } from '../../../server/src/retrieve/retriever';
import { CancelledError } from '../../../server/src/util/cancelled';

const { signal } = new AbortController();

function passage(path: string, score: number): Passage {
  const text = `${path} ${score}`;
  return {
    path,
    score,
    text,
    startOffset: 0,
    endOffset: text.length,
    startLine: 0,
    endLine: 0,
    heading: '',
    sources: [],
  };
}

function root(name: string, found: readonly Passage[] | Error, realPath = `/real/${name}`): SearchedRoot {
  const retrieve = async (): Promise<readonly Passage[]> => {
    if (found instanceof Error) throw found;
    return found;
  };
  return { name, realPath, toToldPath: (inside) => `${name}/${inside}`, retrieve };
}

async function search(roots: readonly SearchedRoot[], limit = 10): Promise<{ paths: string[]; problems: string[] }> {
  const problems: string[] = [];
  const retriever = createJoinedRetriever(roots, (message) => problems.push(message));
  const passages = await retriever.retrieve('words', { limit, signal });
  return { paths: passages.map(({ path, score }) => `${path} ${score}`), problems };
}

test('the best of all folders lead, and one path in two folders stays two files', async () => {
  const web = root('web', [passage('src/a.ts', 9), passage('src/b.ts', 3)]);
  const api = root('api', [passage('src/a.ts', 7), passage('src/c.ts', 5)]);
  expect(await search([web, api])).toEqual({
    paths: ['web/src/a.ts 9', 'api/src/a.ts 7', 'api/src/c.ts 5', 'web/src/b.ts 3'],
    problems: [],
  });
  expect((await search([web, api], 2)).paths).toEqual(['web/src/a.ts 9', 'api/src/a.ts 7']);
});

test('of equal scores the better rank comes first, then the folder that was named first', async () => {
  const web = root('web', [passage('a', 2), passage('b', 1)]);
  const api = root('api', [passage('c', 1), passage('d', 1)]);
  expect((await search([web, api])).paths).toEqual(['web/a 2', 'api/c 1', 'web/b 1', 'api/d 1']);
});

test('a folder inside of another keeps its files for itself, unless it cannot be searched', async () => {
  const outer = root('outer', [passage('inner/x.md', 3), passage('inner-2/x.md', 2)], '/real/outer');
  const inner = root('inner', [passage('x.md', 1)], '/real/outer/inner');
  expect((await search([outer, inner])).paths).toEqual(['outer/inner-2/x.md 2', 'inner/x.md 1']);
  const broken = root('inner', new Error('The index is damaged.'), '/real/outer/inner');
  expect((await search([outer, broken])).paths).toEqual(['outer/inner/x.md 3', 'outer/inner-2/x.md 2']);
});

test('a folder that fails is told once, and the others are found', async () => {
  const problems: string[] = [];
  const roots = [root('web', new Error('The index is damaged.')), root('api', [passage('a', 1)])];
  const retriever = createJoinedRetriever(roots, (message) => problems.push(message));
  for (const query of ['one', 'two']) {
    expect((await retriever.retrieve(query, { limit: 5, signal })).map(({ path }) => path)).toEqual(['api/a']);
  }
  expect(problems).toEqual(['The folder web could not be searched, so it is left out: The index is damaged.']);
});

test('fails with the first reason when all folders fail', async () => {
  const roots = [root('web', new Error('One.')), root('api', new Error('Two.'))];
  await expect(search(roots)).rejects.toThrow('One.');
});

test('all folders are asked at the same time, and a cancelled search is no failure of theirs', async () => {
  const stop = new AbortController();
  let waiting = 0;
  const hanging = (name: string): SearchedRoot => ({
    ...root(name, []),
    retrieve: (_query, options) =>
      new Promise((_resolve, reject) => {
        waiting += 1;
        options.signal.addEventListener('abort', () => reject(new CancelledError()));
      }),
  });
  const problems: string[] = [];
  const retriever = createJoinedRetriever([hanging('web'), root('api', []), hanging('docs')], (message) =>
    problems.push(message),
  );
  const running = retriever.retrieve('words', { limit: 5, signal: stop.signal });
  expect(waiting).toBe(2);
  stop.abort();
  await expect(running).rejects.toThrow(CancelledError);
  expect(problems).toEqual([]);
});

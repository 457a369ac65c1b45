/** Retrieval over a real project: the file that answers a question is among what is read for it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createVectorIndex } from '../../../server/src/index/vector-index';
import { createMeaningSearch } from '../../../server/src/retrieve/meaning-search';
import { createRetriever } from '../../../server/src/retrieve/fused-retriever';
import { CancelledError } from '../../../server/src/util/cancelled';
import { fastifyFolder, noAbort, openWorkspace, workerFile, type Workspace } from '../workspace/workspace-fixture';

const embeddings = { tableFolder: 'models/static', criticFolder: 'models/critic' };
const vectors = createVectorIndex({ workerFile: workerFile('vector'), ...embeddings });
let workspace: Workspace;
beforeAll(async () => {
  workspace = await openWorkspace(fastifyFolder, { embeddings });
  await workspace.index();
});
afterAll(() => Promise.all([vectors.dispose(), workspace[Symbol.asyncDispose]()]));

const questions: readonly (readonly [question: string, answeredIn: RegExp])[] = [
  ['How does Fastify generate request ids?', /req-id-gen-factory\.js$|Logging\.md$/],
  ['What is the default body limit?', /docs\/Reference\/Server\.md$/],
  ['How do I register a plugin with a prefix?', /Plugins\.md$|Routes\.md$/],
  ['In which order are the hooks called in the request lifecycle?', /Lifecycle\.md$/],
  ['How can I decorate the request object?', /Decorators\.md$/],
  ['What happens when an error is thrown in a handler?', /Errors\.md$/],
  ['How is a 404 handler set?', /lib\/four-oh-four\.js$|Server\.md$/],
  ['Which function compiles the validation schema of a route?', /validation\.js$|Validation-and-Serialization\.md$/],
  ['Where is the content type parser implemented?', /lib\/content-type-parser\.js$/],
  ['How does `setErrorHandler` work?', /fastify\.js$|Server\.md$|Errors\.md$/],
  ['How does Fastify recommend to deploy serverless?', /Serverless\.md$/],
  ['Why is prototype poisoning dangerous?', /Prototype-Poisoning\.md$/],
  ['How do I use HTTP2?', /HTTP2\.md$|Server\.md$/],
  ['Which logger is used and how do I turn it on?', /Logging\.md$/],
  ['How do I validate the query string of a request?', /Validation-and-Serialization\.md$/],
  ['What does reply.send accept?', /Reply\.md$/],
  ['How do I log with pino?', /Logging\.md$/],
  ['如何设置 bodyLimit?', /Server\.md$|Routes\.md$/],
];

describe('retrieval', () => {
  it('ranks a file that answers among the first for nearly all questions, and reads it for each', async () => {
    const ranks: Record<string, number> = {};
    const retriever = createRetriever(workspace.store, createMeaningSearch(workspace.store, vectors));
    for (const [question, answeredIn] of questions) {
      const passages = await retriever.retrieve(question, { limit: 40, signal: noAbort });
      expect(passages.length).toBeLessThanOrEqual(40);
      ranks[question] = passages.findIndex(({ path }) => answeredIn.test(path)) + 1;
    }
    expect(Object.entries(ranks).filter(([, rank]) => rank === 0)).toEqual([]);
    const found = Object.values(ranks);
    expect(found.filter((rank) => rank <= 5).length / found.length).toBeGreaterThan(0.85);
    expect(found.reduce((sum, rank) => sum + 1 / rank, 0) / found.length, JSON.stringify(ranks)).toBeGreaterThan(0.58);
  });

  it('gives the same passages again, best first, each once', async () => {
    const retriever = createRetriever(workspace.store);
    const [first, again] = [
      await retriever.retrieve('body limit', { limit: 40, signal: noAbort }),
      await retriever.retrieve('body limit', { limit: 40, signal: noAbort }),
    ];
    expect(again).toEqual(first);
    const scores = first.map(({ score }) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(new Set(first.map(({ path, startOffset }) => `${path}:${startOffset}`)).size).toBe(first.length);
  });

  it('finds nothing for a question without words, and survives one of ten thousand words', async () => {
    const retriever = createRetriever(workspace.store);
    expect(await retriever.retrieve('?!', { limit: 5, signal: noAbort })).toEqual([]);
    const long = 'How does the request logger work with children '.repeat(1_250);
    expect((await retriever.retrieve(long, { limit: 5, signal: noAbort })).length).toBe(5);
  });

  it('stops when it is cancelled', async () => {
    const signal = AbortSignal.abort();
    await expect(createRetriever(workspace.store).retrieve('hooks', { limit: 5, signal })).rejects.toThrow(
      CancelledError,
    );
  });
});

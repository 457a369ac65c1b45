/** Neighbours as a source of retrieval, over a real index: what words alone do not find, behind what they find. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { chunkQuick } from '../../../server/src/chunk/chunk-quick';
import { createRetriever } from '../../../server/src/retrieve/fused-retriever';
import { UnsavedTexts } from '../../../server/src/retrieve/unsaved-texts';
import { noAbort, openWorkspace, type Workspace } from '../workspace/workspace-fixture';

const shop = join(import.meta.dirname, '../../fixtures/code/shop');
let workspace: Workspace;
beforeAll(async () => {
  workspace = await openWorkspace(shop);
  await workspace.index();
});
afterAll(() => workspace[Symbol.asyncDispose]());

/** The answer is in the functions that the lines with these words call. */
const question = 'How is the amount over all entries reduced?';

it('brings in what the best hit calls, through its imports, and not a function of the same name', async () => {
  const passages = await createRetriever(workspace.store).retrieve(question, { limit: 10, signal: noAbort });
  expect(passages[0]?.path).toBe('src/basket.ts');
  const byGraph = passages.filter(({ sources }) => sources.includes('neighbour'));
  const byGraphAlone = byGraph.filter(({ sources }) => sources.length === 1);
  expect(byGraphAlone.map(({ path }) => path)).toContain('src/util/format.ts');
  expect(byGraph.map(({ path }) => path)).toEqual(
    expect.arrayContaining(['src/store/prices.ts', 'src/util/format.ts']),
  );
  expect(byGraph.map(({ path }) => path)).not.toContain('src/legacy.ts');
  for (const { text, path, startOffset, endOffset } of byGraph) {
    expect(text).toBe(readFileSync(join(shop, path), 'utf8').slice(startOffset, endOffset));
  }
  const scores = passages.map(({ score }) => score);
  expect(scores).toEqual([...scores].sort((one, other) => other - one));
});

it('follows no saved names of a text that is not saved, and leads to none', async () => {
  const unsaved = new UnsavedTexts(chunkQuick);
  const retriever = createRetriever(unsaved.over(workspace.store));
  const paths = async (): Promise<readonly string[]> =>
    (await retriever.retrieve(question, { limit: 10, signal: noAbort })).map(({ path }) => path);
  unsaved.set('src/store/prices.ts', 'export const nothing = 0;\n');
  expect(await paths()).not.toContain('src/store/prices.ts');
  expect(await paths()).toContain('src/util/format.ts');
  unsaved.set('src/basket.ts', 'Here the amount over all entries is reduced.\n');
  expect(await paths()).not.toContain('src/util/format.ts');
});

it('answers one list a place in order, bounded, for any place', async () => {
  const whole = { path: 'src/basket.ts', startOffset: 0, endOffset: 10_000 };
  const missing = { path: 'src/missing.ts', startOffset: 0, endOffset: 10 };
  const [none = [], some = []] = await workspace.store.neighbours([missing, whole], 2);
  expect(none).toEqual([]);
  expect(some).toHaveLength(2);
  for (const { score, chunk } of some) {
    expect(score).toBeGreaterThan(0);
    expect(chunk.path).not.toBe('src/basket.ts');
  }
});

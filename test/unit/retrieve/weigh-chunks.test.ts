/** What a chunk is worth for a question, and what the search makes of it over a real index. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { StoredChunk } from '../../../server/src/index/index-store';
import { createRetriever } from '../../../server/src/retrieve/fused-retriever';
import { readAskedKinds, weighChunks } from '../../../server/src/retrieve/weigh-chunks';
import { noAbort, openWorkspace, type Workspace } from '../workspace/workspace-fixture';

const anything = readAskedKinds('Where does the harbour stand?');

/** A chunk of ten lines; the first of a file has number 0. */
function chunk(path: string, number: number, score: number): StoredChunk {
  const place = {
    startOffset: 400 * number,
    endOffset: 400 * number + 380,
    startLine: 11 * number,
    endLine: 11 * number + 9,
  };
  return { id: number, path, ...place, heading: '', text: `${path} ${number}`, score };
}

function order(chunks: readonly StoredChunk[], asked = anything): readonly string[] {
  return weighChunks(chunks, asked).map(({ text }) => text);
}

test('a file that answers as a whole comes before a lone chunk that repeats the question', () => {
  const lone = [chunk('lone.ts', 0, 10), chunk('lone.ts', 20, 1), chunk('lone.ts', 40, 1)];
  const whole = [chunk('whole.ts', 0, 9), chunk('whole.ts', 20, 9), chunk('whole.ts', 40, 8)];
  expect(order([...lone, ...whole]).slice(0, 4)).toEqual(['whole.ts 0', 'whole.ts 20', 'whole.ts 40', 'lone.ts 0']);
});

test('a file of one chunk is not worth less for being small', () => {
  const large = [chunk('large.ts', 0, 9), chunk('large.ts', 20, 8), chunk('large.ts', 40, 7)];
  expect(order([...large, chunk('small.ts', 0, 10)])[0]).toBe('small.ts 0');
});

test('the chunk beside a good one comes before an equal one far away, across no gap and no file', () => {
  const chunks = [chunk('a.ts', 0, 10), chunk('a.ts', 1, 4), chunk('a.ts', 3, 4), chunk('a.ts', 9, 4)];
  expect(order(chunks)).toEqual(['a.ts 0', 'a.ts 1', 'a.ts 3', 'a.ts 9']);
  expect(weighChunks(chunks, anything).map(({ score }) => score)).toEqual([18, 15, 10, 10]);
});

test('tests count less unless they are asked for, and documents where only code is', () => {
  const chunks = [chunk('tests/test_lamp.py', 0, 10), chunk('docs/lamp.md', 0, 9), chunk('src/lamp.py', 0, 8)];
  const [inTest, inDocument, inSource] = ['tests/test_lamp.py 0', 'docs/lamp.md 0', 'src/lamp.py 0'];
  expect(order(chunks, readAskedKinds('How is the lamp lit?'))).toEqual([inDocument, inSource, inTest]);
  expect(order(chunks, readAskedKinds('Which method lights the lamp?'))).toEqual([inSource, inTest, inDocument]);
  expect(order(chunks, readAskedKinds('Which test lights the lamp?'))).toEqual([inTest, inDocument, inSource]);
  expect(order(chunks, readAskedKinds('哪个方法点亮了灯？'))[0]).toBe(inSource);
});

const filler = (name: string): string =>
  Array.from({ length: 12 }, (_, line) => `${name}_${line} = load_${name}(${line})  # ${'settings '.repeat(6)}`).join(
    '\n',
  );

let workspace: Workspace;
beforeAll(async () => {
  const crane = (name: string, does: string): string =>
    `def ${name}(crane):\n    """The crane ${does}."""\n${filler(name).replace(/^/gm, '    ')}\n`;
  // Among so few files alone every word would be a common one.
  const others = Array.from({ length: 20 }, (_, number) => [`other_${number}.py`, filler(`other_${number}`)]);
  workspace = await openWorkspace({
    ...Object.fromEntries(others),
    'machines.py': [
      crane('lift', 'lifts a container off a barge'),
      crane('swing', 'swings its arm with the container'),
      crane('lower', 'lowers the container onto the quay'),
      crane('park', 'parks its arm at night'),
    ].join('\n\n'),
    'api.py': `"""JSON"""\n\nJSON = 1\n${filler('api')}\n`,
    'harbour.md': `# Harbour\n\nThe crane moves a container to the quay.\n\n${'The harbour has a wall and a mole, and its basin is nine metres deep. '.repeat(14)}\n`,
    'notes.py': `"""A container, a crane: words of the harbour."""\n${filler('notes')}\n`,
  });
  await workspace.index();
});
afterAll(() => workspace[Symbol.asyncDispose]());

const search = async (question: string, limit = 6): Promise<readonly string[]> => {
  const passages = await createRetriever(workspace.store).retrieve(question, { limit, signal: noAbort });
  return passages.map(({ path, heading }) => `${path} ${heading}`);
};

test('the functions of the file that answers come before the document that says it in the same words', async () => {
  const [first] = await workspace.store.searchText('functions crane move container barge quay', 1);
  expect(first?.path).toBe('harbour.md');
  const found = await search('Which functions of the crane move a container from the barge to the quay?');
  expect(found[0]).toMatch(/^machines\.py/);
});

test('an abbreviation in capitals is a word like others and no name of code', async () => {
  const found = await search('Which function lowers a container that came as JSON onto the quay?', 1);
  expect(found[0]).toMatch(/^machines\.py/);
});

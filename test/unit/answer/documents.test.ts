/** Documents out of the real index, without a search: in order, by a part of their path, and by a name of code. */
import { expect, it } from 'vitest';
import { createDocuments } from '../../../server/src/session/documents';
import { openWorkspace } from '../workspace/workspace-fixture';

it('lists and gives files whole, the end of a path, and what defines and uses a name', async () => {
  const text = '# Retries\n\nA failing job is tried four times.\n\n# Dead jobs\n\nThen it is put aside.\n';
  await using workspace = await openWorkspace({
    'docs/retries.md': text,
    'docs/notes.md': 'Nothing here.\n',
    'src/queue.ts': 'export function runJob(job: string): string {\n  return job;\n}\n',
    'src/main.ts': "import { runJob } from './queue';\n\nrunJob('first');\n",
  });
  await workspace.index();
  const documents = createDocuments(workspace.store);
  const paths = async (...chosen: string[]) => (await documents.list(chosen)).map(({ path }) => path);
  expect(await paths()).toEqual(['docs/notes.md', 'docs/retries.md', 'src/main.ts', 'src/queue.ts']);
  expect(await paths('./docs/', 'docs/retries.md', 'none')).toEqual(['docs/notes.md', 'docs/retries.md']);
  const passages = await documents.passages('retries.md');
  expect(passages.map((passage) => text.slice(passage.startOffset, passage.endOffset))).toEqual(
    passages.map((passage) => passage.text),
  );
  expect(
    passages
      .map((passage) => passage.text)
      .join('')
      .replaceAll(/\s/g, ''),
  ).toBe(text.replaceAll(/\s/g, ''));
  expect((await documents.symbol('runJob')).map(({ path }) => path)).toEqual(['src/queue.ts', 'src/main.ts']);
  expect(await documents.symbol('noSuchName')).toEqual([]);
  expect(await documents.passages('nowhere.md')).toEqual([]);
});

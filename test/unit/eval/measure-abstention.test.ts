/** The curve of answering and abstaining with a made-up judge, and going on after a stop. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { measureAbstention, type AbstentionParts } from '../../../server/src/eval/measure-abstention';
import { createNodeFileSystem } from '../../../server/src/platform/node-file-system';
import { temporaryFolder, writeFiles } from '../workspace/workspace-fixture';

const [lamp, bridge] = ['The lamp keeper is Tamsin.', 'The bridge was built in 1871.'];

function record(id: string, question: string, gold: string, answer: string, task = 'qa'): object {
  const context = `# ${id}\n\nA village lies at the sea.\n\n${gold}`;
  const start = context.indexOf(gold);
  const range = [start, start + gold.length];
  return { id, set: 'small', task, lang: 'en', question, context, gold: [range], gold_unit: 'sentence', answers: [answer] }; // prettier-ignore
}

const records = [
  record('lamp', 'Who keeps the lamp?', lamp, 'Tamsin'),
  record('bridge', 'When was the bridge built?', bridge, '1871'),
  record('claim', 'The sea is near.', 'The sea is near.', 'sea', 'claim'),
];

test('counts what is answered with the gold and left without it, and asks nothing twice', async () => {
  await using temporary = await temporaryFolder();
  const { path: folder } = temporary;
  await writeFiles(folder, { 'small.jsonl.gz': gzipSync(records.map((one) => `${JSON.stringify(one)}\n`).join('')) });
  const asked: string[] = [];
  const parts: AbstentionParts = {
    fileSystem: createNodeFileSystem(),
    clock: { nowMs: () => 0, wallMs: () => 0 },
    version: '1',
    criticFingerprint: async () => 'critic',
    threshold: 0.5,
    judge: async (question, texts) => {
      asked.push(question);
      const isLamp = question.includes('lamp');
      const strength = texts.includes(isLamp ? lamp : bridge) ? (isLamp ? 0.65 : 0.45) : isLamp ? 0.55 : 0.1;
      return { strength, critic: 0.5 };
    },
  };
  const resumeFile = join(folder, 'log.jsonl');
  const request = { folder, sets: ['small'], seed: 1, resumeFile, signal: new AbortController().signal };
  const rows = await measureAbstention(request, parts);
  expect(rows.map(({ threshold, answered, abstained }) => [threshold, answered, abstained])).toEqual([
    [0.3, 1, 0.5],
    [0.4, 1, 0.5],
    [0.5, 0.5, 0.5],
    [0.6, 0.5, 1],
    [0.7, 0, 1],
  ]);
  // Of the four pairs 0.65 and 0.45 over 0.55 and 0.1 three are in order; the critic's values are all the same.
  expect(rows[2]).toMatchObject({ set: 'small', n: 2, isOwn: true, auc: 0.75, criticAuc: 0.5 });
  expect(asked).toHaveLength(4);
  expect(await measureAbstention(request, parts)).toEqual(rows);
  expect(asked).toHaveLength(4);
  await measureAbstention(request, { ...parts, version: '2' });
  expect(asked).toHaveLength(8);
});

/** Other contexts for a question: the nearest one that holds none of its answers. */
import { beforeAll, expect, test } from 'vitest';
import { readRecords, type EvidenceRecord } from '../../../server/src/eval/read-records';
import { indexContexts } from '../../../server/src/eval/swapped-contexts';
import { createNodeFileSystem } from '../../../server/src/platform/node-file-system';
import { createDataFolder, readAnswerLines } from '../../support/evidence-fixtures';

let records: readonly EvidenceRecord[];
beforeAll(async () => {
  records = await readRecords(createNodeFileSystem(), createDataFolder({ own: readAnswerLines() }), 'own');
});

function findOther(id: string, among = records): string | undefined {
  const record = among.find((one) => one.id === id);
  return record && indexContexts(among)(record)?.id;
}

test('a swapped context never holds an answer, nor is it the question’s own', () => {
  const found = indexContexts(records);
  const asked = records.filter(({ answers }) => answers.length > 0 && !/^(yes|no)$/i.test(answers[0] ?? ''));
  expect(asked.length).toBeGreaterThan(6);
  for (const record of asked) {
    const context = found(record)?.context.toLowerCase() ?? record.context;
    expect(context, record.id).not.toBe(record.context);
    for (const answer of record.answers) expect(context, record.id).not.toContain(answer.toLowerCase());
  }
});

test.each([
  // The list is nearest and holds the answer in capitals.
  ['lamp', 'sold'],
  // Passes over the same text under another question.
  ['built', 'open'],
  ['repair', 'bridge'],
])('for %s the nearest of the others is %s', (id, other) => {
  expect(findOther(id)).toBe(other);
});

test('the own context stays out where the answer is in other words, under whatever question it stands', () => {
  const freely = records.map((record) => ({ ...record, answers: ['three decades ago'] }));
  expect(findOther('boats', freely)).toBe('open');
});

test('there is none where every other context holds an answer', () => {
  const holding = records.filter(({ id }) => id === 'lamp' || id === 'list');
  expect(findOther('lamp', holding)).toBeUndefined();
  expect(findOther('list', holding)).toBe('lamp');
});

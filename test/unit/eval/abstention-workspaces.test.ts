/** Small workspaces with their gold and without it: what is taken out, and what stays. */
import { expect, it } from 'vitest';
import { indexWorkspaces } from '../../../server/src/eval/abstention-workspaces';

const gold = 'The bridge at Corrie was built in 1871.';
const context = `# Corrie\n\nCorrie is a village.\n\n${gold} It is old.\n\n# Trade\nThe bridge of 1871 carries cattle.`;
const start = context.indexOf(gold);
const record = {
  question: 'When was the bridge at Corrie built?',
  lang: 'en',
  answers: ['1871'],
  context,
  gold: [{ start, end: start + gold.length }],
};
const other = (text: string) => ({ ...record, context: text, question: 'x', answers: ['none'], gold: [] });

it('takes out every paragraph with gold or an answer, and keeps the near misses of the nearest contexts', () => {
  const near = 'The bridge at Aldmouth was built in 1902.';
  const records = [
    record,
    other('Cattle graze here.'),
    other(near),
    other('The bridge at Corrie, built in 1871, fell.'),
  ];
  const { answerable, unanswerable } = indexWorkspaces(records, 1)(record);
  expect(answerable).toEqual([
    '# Corrie\n\nCorrie is a village.',
    `${gold} It is old.`,
    '# Trade\nThe bridge of 1871 carries cattle.',
    near,
  ]);
  expect(unanswerable).toEqual(['# Corrie\n\nCorrie is a village.', near]);
});

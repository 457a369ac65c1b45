// Reads labelled training records with the product's own code, for `fit_answers.mjs`: the ranked sentences of each context
// and the critic's value of each token. One JSON object a record goes to `OUT/<set>.jsonl`; a run that was stopped goes on.
// Usage: node training/read_answers.mjs --data DIR --out OUT --sets hotpot=160,cmrc2018=300   (after `node scripts/build.mjs`)
import { parseArgs } from 'node:util';
import { createCritic, loadModule } from '../scripts/critic-load.mjs';
import { readSets } from './read-sets.mjs';

const flags = { data: { type: 'string' }, out: { type: 'string' }, sets: { type: 'string' } };
const { values: options } = parseArgs({ options: flags });
/** Sentences of a record that are kept, and UTF-16 units of a context that is read at all. */
const [keptUnits, maxContextLength] = [16, 20_000];

const product = await loadModule([
  "export * from './server/src/critic/onnx-critic';",
  "export * from './server/src/critic/extract-answer';",
  "export * from './server/src/eval/seeded-random';",
]);
const critic = createCritic(product, 1);
const sets = { ...options, part: 'train', sampleItems: product.sampleItems };
await readSets(sets, (all) => ({ records: all.filter(isUsable), toRow: readRecord }));
await critic.dispose();

/** May be shipped, is answered in words of its text, and is short enough to be read. */
function isUsable({ ships, answers, context }) {
  return ships === true && context.length <= maxContextLength && answers.some((answer) => context.includes(answer));
}

async function readRecord({ id, set, lang, question, answers, context }) {
  const passages = [{ id: 'text', text: context }];
  const signal = new AbortController().signal;
  const { unitScores, texts } = await product.readForAnswer({ critic, question, passages, signal });
  const { starts, ends, logits } = texts[0].labelled;
  const values = Array.from(starts, (_, token) => {
    const [begin, inside, outside, end] = logits.subarray(4 * token, 4 * token + 4);
    return Math.round(1e4 * (Math.max(begin, inside, end) - outside)) / 1e4;
  });
  const units = unitScores.filter(({ isHeading }, rank) => rank < keptUnits || isHeading);
  return { id, set, lang, question, answers, context, units, starts: [...starts], ends: [...ends], values };
}

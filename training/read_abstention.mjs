// Reads labelled training records as small workspaces, with the product's own code, for `fit_abstention.mjs`: what the
// evidence looks like with the gold in it, and with the paragraphs of the gold taken out and the near misses left in.
// One JSON object a record goes to `OUT/<set>.jsonl`; a run that was stopped goes on.
// Usage: node training/read_abstention.mjs --data DIR --part train --out OUT --sets hotpot=60,cmrc2018=60
//        (after `node scripts/build.mjs`)
import { parseArgs } from 'node:util';
import { createCritic, loadModule } from '../scripts/critic-load.mjs';
import { readSets } from './read-sets.mjs';

const flags = {
  data: { type: 'string' },
  part: { type: 'string', default: 'train' },
  out: { type: 'string' },
  sets: { type: 'string' },
};
const { values: options } = parseArgs({ options: flags });
/** Contexts beside the record's own, the nearest by BM25; UTF-16 units of a context that is read at all. */
const [neighbours, maxContextLength] = [2, 9_000];

const product = await loadModule([
  "export * from './server/src/critic/onnx-critic';",
  "export * from './server/src/critic/evidence-strength';",
  "export * from './server/src/critic/extract-answer';",
  "export * from './server/src/eval/abstention-workspaces';",
  "export * from './server/src/eval/seeded-random';",
]);
const critic = createCritic(product, 1);
const signal = new AbortController().signal;
await readSets({ ...options, sampleItems: product.sampleItems }, (all) => {
  const records = all.filter(isUsable).map(toRecord);
  const build = product.indexWorkspaces(records, neighbours);
  return { records, toRow: (record) => readRecord(record, build(record)) };
});
await critic.dispose();

async function readRecord({ id, lang, question }, { answerable, unanswerable }) {
  const read = async (texts) => {
    const passages = texts.map((text, place) => ({ id: String(place), text }));
    const { unitScores } = await product.readForAnswer({ critic, question, passages, signal });
    return product.strengthFigures(question, unitScores, texts);
  };
  return { id, lang, with: await read(answerable), without: await read(unanswerable) };
}

/** Answered in words of its text and short; what may not ship is never fitted on. */
function isUsable({ ships, answers, context, gold }) {
  const mayServe = ships === true || options.part !== 'train';
  const hasAnswer = answers.some((answer) => context.includes(answer));
  return mayServe && gold.length > 0 && context.length <= maxContextLength && hasAnswer;
}

/** Offsets of the file count code points. */
function toRecord(record) {
  const points = Array.from(record.context);
  const at = (offset) => points.slice(0, offset).join('').length;
  return { ...record, gold: record.gold.map(([start, end]) => ({ start: at(start), end: at(end) })) };
}

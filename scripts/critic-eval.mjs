// Measures how much gold evidence survives compression, for BM25, late interaction and their sum.
// Usage: node scripts/critic-eval.mjs FOLDER SET... [--records 30]
// FOLDER holds SET.jsonl.gz; a record has question, context, lang, gold_unit and gold ([start, end] in code points).
// Printed: mean gold recall / share of records with all gold kept, in percent, at 10% and 20% of the characters;
// a gold range counts when more than half of it is kept.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { createCritic, loadCritic } from './critic-load.mjs';

const args = process.argv.slice(2);
const at = args.indexOf('--records');
const count = at < 0 ? 30 : Number(args.splice(at, 2)[1]);
const [folder, ...sets] = args;
const ratios = [0.1, 0.2];
const ways = {
  BM25: (unit) => unit.bm25Score,
  'late interaction': (unit) => unit.criticScore,
  both: (unit) => unit.score,
};

const critic = await loadCritic();
const onnx = createCritic(critic, 2);
console.log(`| set | records | ${Object.keys(ways).join(' | ')} | tokens | seconds |`);
console.log(
  `|---|---|${Object.keys(ways)
    .map(() => '---|')
    .join('')}---|---|`,
);
for (const set of sets) console.log(await measureSet(set));
await onnx.dispose();

async function measureSet(set) {
  const lines = gunzipSync(await readFile(join(folder, `${set}.jsonl.gz`)))
    .toString('utf8')
    .trim()
    .split('\n');
  // Evenly spread: neighbouring records of some sets share one context.
  const size = Math.min(count, lines.length);
  const records = Array.from({ length: size }, (_, index) =>
    JSON.parse(lines[Math.floor((index * lines.length) / size)]),
  );
  const results = Object.fromEntries(Object.keys(ways).map((way) => [way, ratios.map(() => ({ recall: 0, all: 0 }))]));
  const started = performance.now();
  let tokens = 0;
  for (const record of records) {
    const { units, tokensRead } = await rankRecord(record);
    tokens += tokensRead;
    for (const [way, value] of Object.entries(ways)) {
      ratios.forEach((ratio, place) => {
        const found = recall(record, keepBest(units, value, ratio * record.context.length));
        results[way][place].recall += found;
        results[way][place].all += found === 1 ? 1 : 0;
      });
    }
  }
  const percent = (value) => Math.round((100 * value) / records.length);
  const cells = Object.values(results).map((way) =>
    way.map(({ recall, all }) => `${percent(recall)}/${percent(all)}`).join(', '),
  );
  return `| ${set} | ${records.length} | ${cells.join(' | ')} | ${tokens} | ${((performance.now() - started) / 1000).toFixed(0)} |`;
}

async function rankRecord(record) {
  const { question, context } = record;
  const granularity = ['sentence', 'span'].includes(record.gold_unit) ? 'sentence' : 'line';
  const signal = new AbortController().signal;
  const result = await critic.compressPassages({
    critic: onnx,
    question,
    instruction: '',
    passages: [{ id: 'context', text: context }],
    granularity,
    tokenBudget: 1,
    signal,
  });
  return { units: result.unitScores.filter((unit) => unit.isKeepable), tokensRead: result.tokensRead };
}

/** Units from the best down, equal ones in the order of the text; one that exceeds the budget is skipped, but the first is always kept. */
function keepBest(units, value, budget) {
  const kept = [];
  let used = 0;
  for (const unit of [...units].sort(
    (left, right) => value(right) - value(left) || left.startOffset - right.startOffset,
  )) {
    const size = unit.endOffset - unit.startOffset;
    if (kept.length > 0 && used + size > budget) continue;
    kept.push(unit);
    used += size;
  }
  return kept;
}

function recall(record, kept) {
  const places = utf16Places(record.context);
  const found = record.gold.filter(([start, end]) => {
    const [first, last] = [places[start], places[end]];
    const covered = kept.reduce(
      (sum, unit) => sum + Math.max(0, Math.min(last, unit.endOffset) - Math.max(first, unit.startOffset)),
      0,
    );
    return 2 * covered > last - first;
  });
  return found.length / record.gold.length;
}

function utf16Places(text) {
  const places = [0];
  for (const letter of text) places.push(places.at(-1) + letter.length);
  return places;
}

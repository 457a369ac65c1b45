// Fits the weights of `server/src/critic/answer-weights.ts` on what `read_answers.mjs` has read: a log-linear model over the
// candidates of a question, by the likelihood of its answers, where a candidate counts as its F1. All figures are fitted, the
// most telling ones kept and fitted again. Prints F1 on held-out records (three folds) for some temperatures, with --groups
// also with each group of figures left out, and the weights fitted on all records.
// English is fitted with `--without coverage`: records of several hops teach that a sentence answers the better the less of the
// question it holds, which is wrong elsewhere.
// Usage: node training/fit_answers.mjs --read OUT --lang en|zh [--keep 24] [--without a,b] [--groups]
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadModule } from '../scripts/critic-load.mjs';

const flags = {
  read: { type: 'string' },
  lang: { type: 'string' },
  keep: { type: 'string', default: '24' },
  without: { type: 'string', default: '' },
  groups: { type: 'boolean' },
};
const { values: options } = parseArgs({ options: flags });
const product = await loadModule([
  "export * from './server/src/critic/choose-answer';",
  "export * from './server/src/critic/answer-figures';",
  "export * from './server/src/eval/answer-f1';",
]);
const names = product.answerFigures;
const width = names.length;
const folds = 3;
const temperatures = [0.01, 0.5, 1];
/** Steps of the descent, pull of the weights towards 0, candidates of a record after the first steps. */
const [steps, decay, firstSteps, keptCandidates] = [120, 3e-4, 15, 150];
const groups = {
  rank: ['below', 'logRank', 'probability', 'coverage', 'askedHead', 'linked'],
  form: ['fitPerson', 'fitTime', 'fitPlace', 'fitNumber', 'misfit', 'name', 'number'],
  length: ['logWords', 'long', 'whole', 'briefKind'],
  asked: ['asked', 'askedEdge', 'askedChoice', 'choice', 'askedLeft', 'slotLeft', 'slotRight'],
  noun: ['nounIn', 'nounNear'],
  value: ['value', 'support'],
  edges: ['markRight', 'attribute', 'splitName', 'innerMarks', 'copula'],
};

const records = await readRecords();
const without = options.without.split(',');
const everything = names.map((name) => !without.includes(name));
const spread = spreadOf(records);
const kept = keepTelling(fit(records, everything), Number(options.keep));
if (options.groups) measure('all figures', everything);
measure(`${options.keep} figures`, kept);
if (options.groups) {
  for (const [group, left] of Object.entries(groups)) {
    measure(
      `without ${group}`,
      kept.map((is, at) => is && !left.includes(names[at])),
    );
  }
}
const weights = fit(records, kept);
for (const [at, name] of names.entries()) if (kept[at]) console.log(`  ${name}: ${Number(weights[at].toFixed(2))},`);

async function readRecords() {
  const found = [];
  for (const file of (await readdir(options.read)).filter((name) => name.endsWith('.jsonl')).sort()) {
    for (const line of (await readFile(join(options.read, file), 'utf8')).split('\n').filter((text) => text !== '')) {
      const reading = JSON.parse(line);
      const isYesNo = reading.answers.every((answer) => /^\s*(yes|no)\W*$/i.test(answer));
      if (reading.lang === options.lang && !isYesNo) found.push(describe(reading, found.length % folds));
    }
  }
  return found;
}

/** `x`: one row of figures a candidate; `f1`: one number a candidate; `sentence`: F1 of the best sentence. */
function describe({ set, lang, question, answers, context, units, starts, ends, values }, fold) {
  const logits = new Float32Array(4 * values.length);
  values.forEach((value, token) => (logits[4 * token + 1] = value));
  // JSON has no -Infinity, which is the score of a heading.
  const ranked = units.map((unit) => ({ ...unit, score: unit.score ?? -Infinity }));
  const found = product.describeCandidates(question, ranked, [{ text: context, labelled: { starts, ends, logits } }]);
  const x = new Float32Array(found.length * width);
  found.forEach(({ figures }, at) => x.set(figures, at * width));
  const texts = found.map(({ startOffset, endOffset }) => context.slice(startOffset, endOffset));
  const scoreOf = (text) => product.scoreAnswer(text, answers, lang).f1;
  const sentence = scoreOf(context.slice(ranked[0].startOffset, ranked[0].endOffset));
  return { set, fold, texts, x, f1: Float32Array.from(texts, scoreOf), sentence };
}

function scoresOf({ x, f1 }, weights) {
  const scores = new Float64Array(f1.length);
  for (let row = 0; row < f1.length; row++) {
    for (let column = 0; column < width; column++) scores[row] += weights[column] * x[row * width + column];
  }
  return scores;
}

function toShares(scores) {
  const peak = scores.reduce((most, score) => Math.max(most, score), -Infinity);
  const odds = scores.map((score) => Math.exp(score - peak));
  const sum = odds.reduce((total, one) => total + one, 0);
  return odds.map((one) => one / sum);
}

/** Adam on all records at once; figures outside of `mask` keep the weight 0. */
function fit(set, mask) {
  const [weights, first, second] = [0, 0, 0].map(() => new Float64Array(width));
  let usable = set.filter(({ f1 }) => f1.some((one) => one > 0));
  for (let step = 1; step <= steps; step++) {
    if (step === firstSteps) usable = usable.map((record) => keepBest(record, weights));
    const slope = new Float64Array(width);
    for (const record of usable) addSlope(record, weights, slope);
    const rate = 0.25 * (1 - step / (steps + 1));
    for (let at = 0; at < width; at++) {
      if (!mask[at]) continue;
      const own = slope[at] / usable.length + decay * weights[at];
      first[at] = 0.8 * first[at] + 0.2 * own;
      second[at] = 0.98 * second[at] + 0.02 * own * own;
      const [mean, square] = [first[at] / (1 - 0.8 ** step), second[at] / (1 - 0.98 ** step)];
      weights[at] -= (rate * mean) / (Math.sqrt(square) + 1e-6);
    }
  }
  return weights;
}

/** The slope of -log of the sum over candidates of their share times their F1. */
function addSlope(record, weights, slope) {
  const { x, f1 } = record;
  const shares = toShares(scoresOf(record, weights));
  const expected = Math.max(
    1e-9,
    shares.reduce((sum, share, row) => sum + share * f1[row], 0),
  );
  for (let row = 0; row < shares.length; row++) {
    const pull = shares[row] * (1 - f1[row] / expected);
    if (Math.abs(pull) < 1e-5) continue;
    for (let column = 0; column < width; column++) slope[column] += pull * x[row * width + column];
  }
}

/** The candidates that matter once the weights are roughly known. */
function keepBest(record, weights) {
  const scores = scoresOf(record, weights);
  const limit = [...scores].sort((one, other) => other - one)[Math.min(keptCandidates, scores.length - 1)];
  const rows = [...scores.keys()].filter((row) => scores[row] >= limit || record.f1[row] > 0.6);
  const x = new Float32Array(rows.length * width);
  rows.forEach((row, at) => x.set(record.x.subarray(row * width, (row + 1) * width), at * width));
  return { x, f1: Float32Array.from(rows, (row) => record.f1[row]) };
}

/** The `count` figures whose weight times spread is greatest. */
function keepTelling(weights, count) {
  const told = names.map((_, at) => Math.abs(weights[at]) * spread[at]);
  const limit = [...told].sort((one, other) => other - one)[Math.min(count, width) - 1];
  return told.map((one) => one > 0 && one >= limit);
}

function spreadOf(set) {
  const [sum, squares] = [new Float64Array(width), new Float64Array(width)];
  let rows = 0;
  for (const { x, f1 } of set) {
    rows += f1.length;
    x.forEach((value, at) => {
      sum[at % width] += value;
      squares[at % width] += value * value;
    });
  }
  return sum.map((total, at) => Math.sqrt(Math.max(0, squares[at] / rows - (total / rows) ** 2)));
}

function measure(label, mask) {
  const rows = new Map();
  for (let fold = 0; fold < folds; fold++) {
    const weights = fit(
      records.filter((record) => record.fold !== fold),
      mask,
    );
    for (const record of records.filter((one) => one.fold === fold)) {
      const scores = [...scoresOf(record, weights)];
      const chosen = temperatures.map((temperature) => product.mostAgreed(record.texts, scores, temperature));
      const found = [record.sentence, Math.max(0, ...record.f1), ...chosen.map((place) => record.f1[place] ?? 0)];
      for (const key of [record.set, 'together']) rows.set(key, [...(rows.get(key) ?? []), found]);
    }
  }
  for (const [set, found] of rows) {
    const means = found[0].map((_, at) => (100 * found.reduce((sum, one) => sum + one[at], 0)) / found.length);
    const [sentence, best, ...rest] = means.map((mean) => mean.toFixed(1));
    console.log(
      `${label.padEnd(16)} ${set.padEnd(15)} ${found.length} records, sentence ${sentence}, best candidate ${best}, ` +
        `F1 at temperature ${temperatures.join(', ')}: ${rest.join(', ')}`,
    );
  }
}

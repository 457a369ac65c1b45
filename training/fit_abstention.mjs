// Fits the chance that evidence answers, on what `read_abstention.mjs` read of training records: a logistic of a few figures,
// cross-validated in five parts. Prints the area under the curve beside that of the critic's value alone, and the curve.
// Usage: node training/fit_abstention.mjs OUT-OF-TRAIN [OUT-OF-DEV]
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const names = ['best', 'second', 'lead', 'coverage', 'passage'];
const [trainFolder, devFolder] = process.argv.slice(2);
const train = await readCases(trainFolder);
const held = Array.from({ length: 5 }, (_unused, part) => {
  const model = fit(train.filter((_case, idx) => (idx >> 1) % 5 !== part));
  return train.filter((_case, idx) => (idx >> 1) % 5 === part).map((one) => ({ ...one, p: predict(model, one) }));
}).flat();
const model = fit(train);
console.log(
  'weights',
  Object.fromEntries(names.map((name, idx) => [name, round(model.weights[idx])])),
  'offset',
  round(model.offset),
);
report('train, held out', held);
if (devFolder)
  report(
    'dev',
    (await readCases(devFolder)).map((one) => ({ ...one, p: predict(model, one) })),
  );

async function readCases(folder) {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).sort();
  const rows = [];
  for (const file of files) rows.push(...(await readFile(join(folder, file), 'utf8')).split('\n').filter(Boolean).map(JSON.parse)); // prettier-ignore
  return rows.flatMap((row) => [
    { set: row.set, figures: row.with, isPositive: true },
    { set: row.set, figures: row.without, isPositive: false },
  ]);
}

/** Gradient descent on the log loss, each set with the same weight, with a small penalty on the weights. */
function fit(cases) {
  const counts = Map.groupBy(cases, ({ set }) => set);
  const weights = names.map(() => 0);
  let offset = 0;
  for (let round = 0; round < 20_000; round += 1) {
    const slopes = names.map((_name, idx) => 1e-3 * weights[idx]);
    let lift = 0;
    for (const one of cases) {
      const share = 1 / (counts.size * counts.get(one.set).length);
      const error = share * (predict({ weights, offset }, one) - (one.isPositive ? 1 : 0));
      names.forEach((name, idx) => (slopes[idx] += error * one.figures[name]));
      lift += error;
    }
    slopes.forEach((slope, idx) => (weights[idx] -= 2 * slope));
    offset -= 2 * lift;
  }
  return { weights, offset };
}

function predict({ weights, offset }, { figures }) {
  const sum = names.reduce((total, name, idx) => total + weights[idx] * figures[name], offset);
  return 1 / (1 + Math.exp(-sum));
}

function report(title, cases) {
  for (const set of ['all', ...new Set(cases.map((one) => one.set))]) {
    const own = set === 'all' ? cases : cases.filter((one) => one.set === set);
    const [a, b] = [area(own, (one) => one.p), area(own, (one) => one.figures.best)];
    console.log(`${title}: ${set}, ${own.length / 2} records, AUC ${a.toFixed(3)}, critic alone ${b.toFixed(3)}`);
  }
  console.log('threshold  answered of the answerable  abstained without gold   (95% interval of each)');
  for (let threshold = 0.3; threshold < 0.71; threshold += 0.05) {
    const share = (isPositive, test) => {
      const own = cases.filter((one) => one.isPositive === isPositive);
      return interval(own.filter(test).length, own.length);
    };
    const answered = share(true, ({ p }) => p >= threshold);
    const abstained = share(false, ({ p }) => p < threshold);
    console.log(`${threshold.toFixed(2)}       ${answered}          ${abstained}`);
  }
}

function area(cases, valueOf) {
  const split = (isPositive) => cases.filter((one) => one.isPositive === isPositive).map(valueOf);
  const [positives, negatives] = [split(true), split(false)];
  let won = 0;
  for (const one of positives) for (const other of negatives) won += one > other ? 1 : one === other ? 0.5 : 0;
  return won / (positives.length * negatives.length);
}

/** Wilson's interval. */
function interval(hits, count) {
  const [share, z] = [hits / count, 1.96];
  const middle = (share + (z * z) / (2 * count)) / (1 + (z * z) / count);
  const half = (z * Math.sqrt((share * (1 - share)) / count + (z * z) / (4 * count * count))) / (1 + (z * z) / count);
  return `${(100 * share).toFixed(1)}% (${(100 * (middle - half)).toFixed(0)} to ${(100 * (middle + half)).toFixed(0)})`;
}

function round(value) {
  return Math.round(100 * value) / 100;
}

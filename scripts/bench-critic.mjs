// Prints the critic's speed on fastify's pages: tokens a second with one and two workers, the forward pass's share of the
// workers' time, further hops against the first, BM25 over the same units, peak memory. With --long instead: time and
// memory of compressing 1,000,000 tokens (or TOKENS) and a tenth of them, as the product does it: as many workers unless
// --workers says otherwise, and all passes unless --one-pass is given. Run it on an idle machine; on a busy one the time
// of all threads, which is printed too, says more than the clock.
// Usage: node scripts/bench-critic.mjs [--long [TOKENS] [--workers N] [--one-pass]]   (after `node scripts/build.mjs`)
import { readdir, readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createCritic, loadCritic } from './critic-load.mjs';

const questions = ['How do I set the body limit of a route?', 'Which hook runs before validation?'];
const flags = { long: { type: 'boolean' }, workers: { type: 'string' }, 'one-pass': { type: 'boolean' } };
const { values: options, positionals } = parseArgs({ options: flags, allowPositionals: true });
const signal = new AbortController().signal;
const critic = await loadCritic();
const texts = await readTexts();
if (options.long) await benchLong(Number(positionals[0] ?? 1_000_000));
else await benchSpeed();

async function benchSpeed() {
  const contexts = texts
    .filter(({ id }) => id.endsWith('.md'))
    .map(({ id, text }) => ({ id, text: text.slice(0, 2500) }));
  const rates = [];
  for (const workers of [1, 2]) {
    const onnx = createCritic(critic, workers);
    await warmUp(onnx, workers);
    const first = await label(onnx, questions[0], contexts);
    rates.push(first.rate);
    console.log(`${workers} worker${workers > 1 ? 's' : ''}: ${first.tokens} tokens`);
    console.log(`  hop 1: ${first.rate.toFixed(0)} tokens/s (${first.cpuRate.toFixed(0)} a CPU second)`);
    console.log(`  forward pass: ${percent(first.runShare)} of the workers' time (at least 90% asked for)`);
    const followUp = await label(onnx, questions[1], contexts);
    console.log(
      `  another question: ${(followUp.seconds / first.seconds).toFixed(3)} of hop 1's time` +
        ` (units encoded again: ${followUp.encoded})`,
    );
    const [, second, third] = await timeHops(onnx, contexts);
    console.log(
      `  hops 2 and 3 with what was found: ${(second / first.seconds).toFixed(3)} and ` +
        `${(third / first.seconds).toFixed(3)} of hop 1's time (at most 0.3 asked for)`,
    );
    const bm25Seconds = timeBm25(contexts);
    console.log(`  BM25 over the same units: ${(first.seconds / bm25Seconds).toFixed(0)} times as fast as hop 1`);
    console.log(`  peak memory: ${megabytes(peakBytes())} MB`);
    await onnx.dispose();
  }
  console.log(`two workers against one, hop 1: ${(rates[1] / rates[0]).toFixed(2)}`);
}

/** Seconds of each pass over contexts that are known. */
async function timeHops(onnx, contexts) {
  const seconds = [];
  const timed = async (work) => {
    const started = performance.now();
    const result = await work();
    seconds[seconds.length - 1] += (performance.now() - started) / 1000;
    return result;
  };
  const observed = {
    label: (request, options) => {
      seconds.push(0);
      return timed(() => onnx.label(request, options));
    },
    keepsStates: true,
    loadHead: () => onnx.loadHead(),
    countTokens: (texts, stop) => onnx.countTokens(texts, stop),
    dispose: () => onnx.dispose(),
  };
  const asked = { instruction: '', question: questions[0], granularity: 'sentence', tokenBudget: 2000, signal };
  await critic.compressPassages({ ...asked, critic: observed, passages: contexts });
  return seconds;
}

async function benchLong(tokens) {
  const workers = Number(options.workers ?? Math.min(2, availableParallelism()));
  const onnx = createCritic(critic, workers);
  await warmUp(onnx, workers);
  console.log(`${workers} worker(s), models loaded: ${megabytes(process.memoryUsage.rss())} MB`);
  const passSeconds = timePasses(onnx);
  const text = makeLongText();
  const short = await compressLong(onnx, takeTokens(text, tokens / 10), passSeconds);
  const long = await compressLong(onnx, takeTokens(text, tokens), passSeconds);
  for (const [name, clock] of [
    ['time', 'seconds'],
    ['time of all threads', 'cpuSeconds'],
  ]) {
    // The texts are cut by their length, so they are not ten to one in tokens exactly.
    const ratio = (10 * long[clock] * short.tokens) / (short[clock] * long.tokens);
    console.log(`10 times the text takes ${ratio.toFixed(2)} times the ${name} (at most 11 asked for)`);
  }
  await onnx.dispose();
}

async function compressLong(onnx, passages, passSeconds) {
  passSeconds.length = 0;
  const startedCpu = process.cpuUsage();
  const started = performance.now();
  const result = await critic.compressPassages({
    critic: onnx,
    question: questions[0],
    instruction: '',
    passages,
    granularity: 'sentence',
    tokenBudget: 2000,
    signal,
    onRanked: reportProgress,
    ...(options['one-pass'] ? { followsHops: false } : {}),
  });
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(startedCpu);
  const [tokens, cpuSeconds] = [result.tokensRead, (user + system) / 1e6];
  process.stderr.write('\n');
  console.log(
    `${tokens} tokens, ${result.unitScores.length} units, ${passages.length} passages: ${seconds.toFixed(1)} s ` +
      `(${cpuSeconds.toFixed(1)} s of all threads), ${result.tokensKept} tokens kept`,
  );
  console.log(`  passes: ${passSeconds.map((pass) => `${pass.toFixed(1)} s`).join(', ')}`);
  console.log(`  peak memory so far: ${megabytes(peakBytes())} MB (under 700 asked for)`);
  return { tokens, seconds, cpuSeconds };
}

/** Fills a list with the seconds of each pass from now on. */
function timePasses(onnx) {
  const seconds = [];
  const label = onnx.label.bind(onnx);
  onnx.label = async (...request) => {
    const started = performance.now();
    const labelled = await label(...request);
    seconds.push((performance.now() - started) / 1000);
    return labelled;
  };
  return seconds;
}

function reportProgress({ passagesRead, passagesTotal }) {
  process.stderr.write(`\r${passagesRead} of ${passagesTotal} passages `);
}

/** Fastify's files, documentation and code mixed, without an end: every round after the first with other words. */
function* makeLongText() {
  // Coprime to the number of files: each comes once a round, and any stretch of the text is like any other.
  const step = 41;
  for (let place = 0; ; place += step) {
    const round = Math.floor(place / step / texts.length);
    const { id, text } = texts[place % texts.length];
    yield { id: `${round} ${id}`, text: round === 0 ? text : text.replace(/\b\w{5,}\b/g, `$&${round}`) };
  }
}

/** The next files, the last one cut, so that no state is known from what was taken before. */
function takeTokens(text, tokens) {
  const passages = [];
  // About 2.95 characters of these files are a token.
  for (let left = Math.ceil(2.95 * tokens); left > 0;) {
    const { id, text: whole } = text.next().value;
    passages.push({ id, text: whole.slice(0, left) });
    left -= whole.length;
  }
  return passages;
}

async function readTexts() {
  const found = [];
  for (const folder of ['docs/Reference', 'docs/Guides', 'lib', 'test']) {
    const path = join('node_modules/fastify', folder);
    const names = (await readdir(path)).filter((name) => /\.(md|js)$/.test(name)).sort();
    for (const name of names) found.push({ id: `${folder}/${name}`, text: await readFile(join(path, name), 'utf8') });
  }
  return found;
}

/** Loads the models, so that only reading is timed. */
async function warmUp(onnx, workers) {
  const lines = Array.from({ length: 4 * workers }, (_, index) => ({
    id: `${index}`,
    text: `${index} ${'x '.repeat(800)}`,
  }));
  await label(onnx, 'warm up', lines);
}

async function label(onnx, question, contexts) {
  const before = onnx.statistics;
  const startedCpu = process.cpuUsage();
  const started = performance.now();
  const labelled = await onnx.label({ instruction: '', question, contexts }, { signal });
  const seconds = (performance.now() - started) / 1000;
  const tokens = labelled.reduce((sum, context) => sum + context.starts.length, 0);
  // Of all threads; tells a slow critic from a busy machine.
  const { user, system } = process.cpuUsage(startedCpu);
  const after = onnx.statistics;
  return {
    tokens,
    seconds,
    rate: tokens / seconds,
    cpuRate: tokens / ((user + system) / 1e6),
    encoded: after.unitsEncoded - before.unitsEncoded,
    runShare: (after.runMs - before.runMs) / (after.busyMs - before.busyMs),
  };
}

/** Seconds to cut the contexts into units, count their words and score them; the best of five. */
function timeBm25(contexts) {
  const times = Array.from({ length: 5 }, () => {
    const started = performance.now();
    const units = contexts.flatMap(({ text }) =>
      critic.cutUnits(text, 'sentence').map(({ startOffset, endOffset }) => text.slice(startOffset, endOffset)),
    );
    const asked = critic.askedWords(questions[0]);
    critic.scoreBm25(
      asked,
      units.map((unit) => critic.createBm25Entry(unit, asked)),
    );
    return (performance.now() - started) / 1000;
  });
  return Math.min(...times);
}

/** Resident, of the whole process with its workers. */
function peakBytes() {
  return process.resourceUsage().maxRSS * 1024;
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(0);
}

function percent(share) {
  return `${(100 * share).toFixed(1)}%`;
}

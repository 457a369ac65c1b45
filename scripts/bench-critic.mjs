// Prints the critic's speed on fastify's pages: tokens a second with one and two workers, the forward pass's share of the
// workers' time, further hops against the first, BM25 over the same units, peak memory. With --long also: memory and time
// of 100,000 and 1,000,000 tokens of text. Run it on an idle machine.
// Usage: node scripts/bench-critic.mjs [--long [TOKENS]]   (after `node scripts/build.mjs`)
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCritic, loadCritic } from './critic-load.mjs';

const questions = ['How do I set the body limit of a route?', 'Which hook runs before validation?'];
const longFlag = process.argv.indexOf('--long');
const signal = new AbortController().signal;
const critic = await loadCritic();
const texts = await readTexts();
if (longFlag < 0) await benchSpeed();
else await benchLong(Number(process.argv[longFlag + 1] ?? 1_000_000));

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
      `  hops 2 and 3 with what was found, joint reading included: ${(second / first.seconds).toFixed(3)} and ` +
        `${(third / first.seconds).toFixed(3)} of hop 1's time (at most 0.3 asked for)`,
    );
    const bm25Seconds = timeBm25(contexts);
    console.log(`  BM25 over the same units: ${(first.seconds / bm25Seconds).toFixed(0)} times as fast as hop 1`);
    console.log(`  peak memory: ${megabytes(peakBytes())} MB`);
    await onnx.dispose();
  }
  console.log(`two workers against one, hop 1: ${(rates[1] / rates[0]).toFixed(2)}`);
}

/** Seconds of each pass over contexts that are known: late interaction and the joint reading of the best candidates. */
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
    reread: (request, options) => timed(() => onnx.reread(request, options)),
    loadHead: () => onnx.loadHead(),
    countTokens: (texts, stop) => onnx.countTokens(texts, stop),
    dispose: () => onnx.dispose(),
  };
  const asked = { instruction: '', question: questions[0], granularity: 'sentence', tokenBudget: 2000, signal };
  await critic.compressPassages({ ...asked, critic: observed, passages: contexts });
  return seconds;
}

async function benchLong(tokens) {
  const onnx = createCritic(critic, 2);
  await warmUp(onnx, 2);
  const seconds = [];
  for (const size of [tokens / 10, tokens]) {
    const passages = makeLongText(size);
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
    });
    seconds.push((performance.now() - started) / 1000 / result.tokensRead);
    process.stderr.write('\n');
    console.log(
      `${result.tokensRead} tokens: ${((performance.now() - started) / 1000).toFixed(1)} s, ${result.tokensKept} kept, ` +
        `peak memory ${megabytes(peakBytes())} MB (under 700 asked for)`,
    );
  }
  const ratio = (10 * seconds[1]) / seconds[0];
  console.log(`10 times the text takes ${ratio.toFixed(2)} times the time (at most 11 asked for)`);
  await onnx.dispose();
}

function reportProgress({ passagesRead, passagesTotal }) {
  process.stderr.write(`\r${passagesRead} of ${passagesTotal} passages `);
}

/** Fastify's files again and again as passages of one file each, every round with other names, so that no state is known. */
function makeLongText(tokens) {
  const passages = [];
  // About 3.3 characters of this text are a token.
  let left = 3.3 * tokens;
  for (let round = 0; left > 0; round++) {
    for (const { id, text } of texts) {
      if (left <= 0) break;
      const varied = text.replace(/\b(\w{5,})\b/g, `$1${tokens}x${round}`).slice(0, Math.ceil(left));
      left -= varied.length;
      passages.push({ id: `${round} ${id}`, text: varied });
    }
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
    critic.scoreBm25(questions[0], units.map(critic.createBm25Entry));
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

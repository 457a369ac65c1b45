// Prints the critic's speed: tokens a second with one and two workers, cold and from the cache, on fastify's pages.
// Usage: node scripts/bench-critic.mjs   (after `node scripts/build.mjs`)
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCritic, loadCritic } from './critic-load.mjs';

const folder = 'node_modules/fastify/docs/Reference';
const names = (await readdir(folder)).filter((name) => name.endsWith('.md')).sort();
const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
const contexts = texts.map((text, index) => ({ id: names[index], text: text.slice(0, 2500) }));
const questions = ['How do I set the body limit of a route?', 'Which hook runs before validation?'];

const critic = await loadCritic();
const rates = [];
for (const workers of [1, 2]) {
  const onnx = createCritic(critic, workers);
  // Loads the models, so that only reading is timed.
  await label(
    onnx,
    'warm up',
    Array.from({ length: 4 * workers }, (_, index) => ({ id: `${index}`, text: `Line ${index} ${'x '.repeat(800)}` })),
  );
  const cold = await label(onnx, questions[0], contexts);
  const cached = await label(onnx, questions[1], contexts);
  rates.push(cold.rate);
  console.log(
    `${workers} worker${workers > 1 ? 's' : ''}: ${cold.tokens} tokens, cold ${cold.rate.toFixed(0)} tokens/s (${cold.cpuRate.toFixed(0)} a CPU second), cached ${cached.rate.toFixed(0)} tokens/s` +
      ` (${(cached.rate / cold.rate).toFixed(1)} times as fast; units encoded again: ${cached.encoded})`,
  );
  await onnx.dispose();
}
console.log(`two workers against one, cold: ${(rates[1] / rates[0]).toFixed(2)}`);

async function label(onnx, question, list) {
  const before = onnx.statistics.unitsEncoded;
  const startedCpu = process.cpuUsage();
  const started = performance.now();
  const labelled = await onnx.label(
    { instruction: '', question, contexts: list },
    { signal: new AbortController().signal },
  );
  const tokens = labelled.reduce((sum, context) => sum + context.starts.length, 0);
  const seconds = (performance.now() - started) / 1000;
  // Of all threads; tells a slow critic from a busy machine.
  const { user, system } = process.cpuUsage(startedCpu);
  const cpuRate = tokens / ((user + system) / 1e6);
  return { cpuRate, tokens, rate: tokens / seconds, encoded: onnx.statistics.unitsEncoded - before };
}

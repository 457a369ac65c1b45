// Prints how fast texts are embedded (MB of UTF-8 a second of one thread, on code, on English and on Chinese) and how
// long one question's scan of all vectors takes at 50,000, 200,000 and 500,000 chunks, with its ratio to a plain double
// loop over the same vectors. On a busy machine the processor's time, which is printed too, says more than the clock.
// Usage: node scripts/bench-vectors.mjs [COUNT…]
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { loadModule } from './critic-load.mjs';

const { loadStaticEmbedder, VectorSet } = await loadModule([
  "export * from './server/src/workers/static-folder';",
  "export * from './server/src/index/vector-set';",
]);
const searches = 60;
const counts = process.argv.slice(2).map(Number);
const started = performance.now();
const embedder = await loadStaticEmbedder(resolve('models/static'), resolve('models/critic'));
console.log(`table and tokenizer loaded in ${(performance.now() - started).toFixed(0)} ms`);
const code = await readChunks('node_modules/typescript/lib', /^(_tsc|typescript)\.js$/);
benchEmbedding('code', code);
benchEmbedding('English', await readChunks('node_modules', /^(readme|changelog|history)\.md$/i));
benchEmbedding('Chinese', await readChunks('node_modules/typescript/lib/zh-cn', /\.json$/));
for (const count of counts.length > 0 ? counts : [50_000, 200_000, 500_000]) await benchScan(count);

function benchEmbedding(name, chunks) {
  const vector = new Int8Array(embedder.dimensions);
  const bytes = chunks.reduce((sum, chunk) => sum + Buffer.byteLength(chunk), 0);
  const { seconds, cpuSeconds } = timeSync(() => {
    for (const chunk of chunks) embedder.embedInto(chunk, vector);
  });
  console.log(
    `embedding ${name}: ${megabytes(bytes / seconds)} MB/s, ${megabytes(bytes / cpuSeconds)} MB a second of the processor ` +
      `(${megabytes(bytes)} MB, ${chunks.length} chunks; at least 3 asked for)`,
  );
}

async function benchScan(count) {
  const { dimensions } = embedder;
  const set = new VectorSet(dimensions);
  const vectors = fillVectors(count);
  const scales = new Float32Array(count).fill(1 / 128 / Math.sqrt(dimensions));
  set.put(
    Float64Array.from({ length: count }, (_, id) => id),
    vectors,
    scales,
  );
  const times = [];
  const cpu = process.cpuUsage();
  for (let search = 0; search < searches; search++) {
    const query = vectors.slice(search * dimensions, (search + 1) * dimensions);
    const from = performance.now();
    const [best] = await set.search(query, scales[0], 50);
    times.push(performance.now() - from);
    if (best.id !== search) throw new Error(`Vector ${search} did not find itself but ${best.id}.`);
  }
  const cpuMs = cpuSecondsSince(cpu) * 1000;
  times.sort((a, b) => a - b);
  const plain = Math.min(...[1, 2, 3].map(() => timePlainLoop(vectors, count)));
  const [p50, p95, scanCpuMs] = [times[searches >> 1], times[Math.floor(searches * 0.95)], cpuMs / searches];
  console.log(
    `scan of ${count} vectors of ${dimensions} (${megabytes(count * dimensions)} MB): p50 ${p50.toFixed(1)} ms, ` +
      `p95 ${p95.toFixed(1)} ms, ${scanCpuMs.toFixed(1)} ms of the processor (at most 30 asked for at 200000); ` +
      `plain double loop ${plain.toFixed(1)} ms of the processor, ${(plain / scanCpuMs).toFixed(1)} times as long`,
  );
}

/** Milliseconds of the processor for the dot products alone, without keeping the best. */
function timePlainLoop(vectors, count) {
  const { dimensions } = embedder;
  const query = vectors.slice(0, dimensions);
  const products = new Int32Array(count);
  const cpu = process.cpuUsage();
  for (let row = 0; row < count; row++) {
    let sum = 0;
    for (let idx = 0; idx < dimensions; idx++) sum += query[idx] * vectors[row * dimensions + idx];
    products[row] = sum;
  }
  return cpuSecondsSince(cpu) * 1000;
}

/** The same on every run: a linear congruential generator. */
function fillVectors(count) {
  const vectors = new Int8Array(count * embedder.dimensions);
  let state = 1;
  for (let idx = 0; idx < vectors.length; idx++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    vectors[idx] = state >> 24;
  }
  return vectors;
}

/** The files of a folder and its subfolders, in pieces of about 1,000 characters that end with a line. */
async function readChunks(folder, pattern) {
  const names = (await readdir(folder, { recursive: true })).filter((name) => pattern.test(name.split(/[\\/]/).at(-1)));
  const chunks = [];
  for (const name of names.sort()) {
    const text = await readFile(join(folder, name), 'utf8');
    for (let start = 0; start < text.length;) {
      const line = text.indexOf('\n', start + 1000);
      const end = line < 0 || line > start + 2000 ? start + 1000 : line + 1;
      chunks.push(text.slice(start, end));
      start = end;
    }
  }
  return chunks;
}

function timeSync(work) {
  const cpu = process.cpuUsage();
  const from = performance.now();
  work();
  return { seconds: (performance.now() - from) / 1000, cpuSeconds: cpuSecondsSince(cpu) };
}

function cpuSecondsSince(start) {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

function megabytes(bytes) {
  return (bytes / 1e6).toFixed(1);
}

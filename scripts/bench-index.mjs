// Lets the built server index a folder as an editor does, and prints how long it takes until the first file, all text and all
// structure can be searched, how large the index is, how much memory the server took and how long its own thread was busy
// at one piece; then a restart without changes, one edited file, a tenth of the folder, and 200 searches. Reading the files
// and searching them with ripgrep, in the same run, are the baselines.
// Usage: node scripts/build.mjs && node scripts/bench-index.mjs [FOLDER] [--json]
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { benchSearch } from './bench-search.mjs';
import { startServer } from './bench-server.mjs';

const maxBusyMs = 50;
const run = promisify(execFile);
const root = await realpath(process.argv.slice(2).find((word) => !word.startsWith('--')) ?? 'node_modules/fastify');
const work = await mkdtemp(join(tmpdir(), 'longfold-bench-'));
try {
  const read = await readBaseline();
  const whole = await indexFolder(root, join(work, 'home'));
  const restart = await indexFolder(root, join(work, 'home'), editOne);
  const tenth = await indexFolder(await copyTenth(), join(work, 'tenth-home'));
  const search = await benchSearch({ home: join(work, 'home'), file: whole.file, root });
  report({ root, read, whole, restart, tenth, search });
} finally {
  await rm(work, { recursive: true, force: true });
}

/** One life of the server, from `initialized`, which starts the indexing, to a ready index. */
async function indexFolder(folder, home, afterwards) {
  const server = await startServer(folder, home);
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const since = { text: 0 };
  server.onStatus(({ phase }) => {
    if (phase === 'symbols') since.text ||= seconds();
  });
  const first = waitForFirstChunk(home).then(seconds);
  const { filesIndexed, filesSkipped, chunks } = await server.index();
  const all = seconds();
  const firstSeconds = await first;
  const loop = await server.loop();
  const peakBytes = await server.peakBytes();
  const file = await server.indexFile();
  const extra = afterwards ? await afterwards(server, file) : {};
  await server.stop();
  const indexBytes = await sizeWithJournal(file);
  const textSeconds = since.text || all;
  const facts = { filesIndexed, filesSkipped, chunks, indexBytes, peakBytes, file };
  return { firstSeconds, textSeconds, seconds: all, ...facts, ...loop, ...extra };
}

async function sizeWithJournal(file) {
  const sizes = [file, `${file}-wal`].map((name) =>
    stat(name).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

/** Asks the index file itself, as a search would. */
async function waitForFirstChunk(home) {
  for (;;) {
    const names = await readdir(home, { recursive: true }).catch(() => []);
    const name = names.find((found) => found.endsWith('index.sqlite'));
    if (name && countRows(join(home, name), 'SELECT count(*) AS rows FROM chunks') > 0) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function countRows(file, sql, ...values) {
  try {
    const database = new DatabaseSync(file, { readOnly: true });
    const { rows } = database.prepare(sql).get(...values);
    database.close();
    return rows;
  } catch {
    // In the middle of being made.
    return 0;
  }
}

/** Milliseconds from the event of an edited file until a search finds its new word. */
async function editOne(server, file) {
  const database = new DatabaseSync(file, { readOnly: true });
  const find = database.prepare('SELECT count(*) AS rows FROM words WHERE words MATCH ?');
  const { path } = database.prepare("SELECT path FROM files WHERE state = 'indexed' AND size < 50000 LIMIT 1").get();
  const before = await readFile(join(root, path));
  const times = [];
  try {
    for (let turn = 0; turn < 5; turn++) {
      const word = `edited${turn}word`;
      await writeFile(join(root, path), `${before.toString()}\n${word}\n`);
      const started = performance.now();
      await server.changed(path);
      while (find.get(word).rows === 0) await new Promise((resolve) => setTimeout(resolve, 2));
      times.push(performance.now() - started);
    }
  } finally {
    await writeFile(join(root, path), before);
    database.close();
  }
  return { editMs: times.sort((one, other) => one - other)[2] };
}

async function listFiles() {
  const { stdout } = await run('find', [root, '-type', 'f', '-not', '-path', '*/.git/*'], { maxBuffer: 2 ** 28 });
  return stdout.split('\n').filter((path) => path !== '');
}

async function copyTenth() {
  const target = join(work, 'tenth');
  for (const path of (await listFiles()).filter((_, place) => place % 10 === 0)) {
    const copy = join(target, path.slice(root.length));
    await mkdir(dirname(copy), { recursive: true });
    await cp(path, copy);
  }
  return target;
}

/** Seconds to read every file once, and bytes. */
async function readBaseline() {
  let bytes = 0;
  const files = await listFiles();
  const started = performance.now();
  for (const path of files) bytes += (await readFile(path)).length;
  return { seconds: (performance.now() - started) / 1000, bytes, files: files.length };
}

function report(figures) {
  const { read, whole, restart, tenth, search } = figures;
  const longestCpuMs = Math.max(whole.longestCpuMs, restart.longestCpuMs);
  if (longestCpuMs > maxBusyMs) process.exitCode = 1;
  if (process.argv.includes('--json')) {
    console.log(JSON.stringify(figures));
    return;
  }
  const [megabytes, seconds] = [(bytes) => (bytes / 1e6).toFixed(0), (value) => value.toFixed(2)];
  console.log(`${root}: ${read.files} files, ${megabytes(read.bytes)} MB, read once in ${seconds(read.seconds)} s`);
  console.log(`${whole.filesIndexed} indexed, ${whole.filesSkipped} not; ${whole.chunks} chunks`);
  console.log(
    `searchable: first file ${seconds(whole.firstSeconds)} s (at most 1), all text ${seconds(whole.textSeconds)} s (at most 60, ` +
      `${(whole.textSeconds / read.seconds).toFixed(1)} times reading), symbols and vectors ${seconds(whole.seconds)} s (at most 360)`,
  );
  console.log(
    `index ${megabytes(whole.indexBytes)} MB, ${(whole.indexBytes / read.bytes).toFixed(2)} times the files (at most 1.2); ` +
      `server's memory at most ${megabytes(whole.peakBytes)} MB (600 allowed)`,
  );
  console.log(`restart without changes: ready in ${seconds(restart.seconds)} s (at most 2)`);
  console.log(`an edited file: found ${restart.editMs.toFixed(0)} ms after its event (at most 200)`);
  console.log(
    `ten times the files take ${(whole.textSeconds / tenth.textSeconds).toFixed(1)} times the time for text, ` +
      `${(whole.seconds / tenth.seconds).toFixed(1)} times for everything (at most 11)`,
  );
  console.log(
    `${search.queries} searches: p50 ${search.p50.toFixed(0)} ms, p95 ${search.p95.toFixed(0)} ms (at most 100)` +
      (search.ripgrepMs ? `; ripgrep for one word: ${search.ripgrepMs.toFixed(0)} ms` : ''),
  );
  for (const [name, life] of Object.entries({ whole, restart })) {
    console.log(
      `${name}, inside the server: longest synchronous section ${life.longestCpuMs.toFixed(1)} ms of processor time ` +
        `(bound ${maxBusyMs} ms); longest gap between two turns of the loop ${life.longestGapMs.toFixed(1)} ms; ` +
        `loop delay max ${life.delayMaxMs.toFixed(1)} ms, 99th percentile ${life.delayP99Ms.toFixed(1)} ms`,
    );
  }
}

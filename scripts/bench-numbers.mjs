// Asks the small test model the committed questions about numbers and prints how many it gets right when it writes the
// calculation and the program works it out, and how many alone. The program itself is exact on all of them: that is a test.
// Usage: npm run bench:numbers [-- --every 4] [--window 4096] [--alone] [--verbose]; dist/ and the test model are needed, minutes
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleBench, root, valueOf } from './bench-bundle.mjs';

const [every, windowTokens] = [Number(valueOf('--every') ?? 1), Number(valueOf('--window') ?? 4096)];
const [isAlone, isVerbose] = ['--alone', '--verbose'].map((flag) => process.argv.includes(flag));
// Beside the workers, where the bundle finds what stays outside of it.
const work = await mkdtemp(join(root, 'dist/bench-'));
try {
  const bundle = join(work, 'bench.mjs');
  const bundled = { testsFolder: 'test/support', external: ['node-llama-cpp', 'pdfjs-dist'] };
  await bundleBench('test/support/numeric-model-bench.ts', bundle, bundled);
  const { benchNumbers } = await import(bundle);
  const rows = [];
  const onRow = (row) => {
    rows.push(row);
    if (isVerbose) console.log(JSON.stringify(row));
  };
  await benchNumbers({ workersFolder: join(root, 'dist/workers'), windowTokens, every, isAlone, onRow });
  report(rows);
} finally {
  await rm(work, { recursive: true, force: true });
}

function report(rows) {
  const count = (test) => rows.filter(test).length;
  const seconds = rows.reduce((sum, row) => sum + row.seconds, 0);
  console.log(`${rows.length} questions, ${(seconds / Math.max(1, rows.length)).toFixed(1)} s each`);
  console.log(`right with a calculation of the model: ${count((row) => row.isRight)}`);
  console.log(`calculations that could be run: ${count((row) => row.computed !== null)}`);
  console.log(`left out with a sentence: ${count((row) => row.problem !== null)}`);
  console.log(`questions that the rule takes for numeric: ${count((row) => row.isRecognised)}`);
  if (isAlone) console.log(`right without a calculator, to four digits: ${count((row) => row.isRightAlone)}`);
}

// Reads synthetic documents of 128K, 1M and 4M tokens whole with a rule-based reader in place of the model and prints
// whether all planted facts are in memory and the answers exact, how the process grows, and what the bookkeeping takes
// beside a model that writes 20 tokens a second. With --model instead: how many lines of the small test model's memory name
// a span of their prompt, with the reply's grammar and without it (minutes; dist/ is needed).
// Usage: npm run bench:fold [-- --tokens 128000,1000000] [--json], or npm run bench:fold -- --model [--window 2048] [--questions 3]
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleBench, root, valueOf } from './bench-bundle.mjs';

const bundled = { testsFolder: 'test/unit/answer', external: ['node-llama-cpp'] };
const isChild = process.argv.includes('--child');
const sizes = (valueOf('--tokens') ?? '128000,1000000,4000000').split(',').map(Number);
const [maxGrowth, maxShare, minNamed] = [100, 0.02, 0.95];

if (isChild) await runOne();
else if (process.argv.includes('--model')) await runModel();
else await runAll();

/** Each size in a process of its own, so that growth is of that size alone. */
async function runAll() {
  const work = await mkdtemp(join(tmpdir(), 'longfold-fold-'));
  try {
    const bundle = join(work, 'fold-bench.mjs');
    await bundleBench('test/support/fold-bench.ts', bundle, bundled);
    const rows = sizes.map((tokens) =>
      JSON.parse(
        execFileSync(
          process.execPath,
          ['--expose-gc', import.meta.filename, '--child', '--bundle', bundle, '--tokens', String(tokens)],
          { encoding: 'utf8', maxBuffer: 1 << 24 },
        ),
      ),
    );
    report(rows);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function runOne() {
  const bundle = valueOf('--bundle');
  const { benchFold } = await import(bundle);
  // The first run compiles; its growth is the language's and not the reading's.
  await benchFold(64_000, 131_072, 1, `${bundle}.warm.jsonl`);
  const row = await benchFold(sizes[0], 131_072, 2, `${bundle}.${sizes[0]}.jsonl`);
  process.stdout.write(JSON.stringify(row));
}

async function runModel() {
  const work = await mkdtemp(join(tmpdir(), 'longfold-fold-'));
  try {
    const bundle = join(work, 'fold-model-bench.mjs');
    await bundleBench('test/support/fold-model-bench.ts', bundle, bundled);
    const { benchGrammar } = await import(bundle);
    const [windowTokens, questions] = [Number(valueOf('--window') ?? 2048), Number(valueOf('--questions') ?? 3)];
    const rows = await benchGrammar(join(root, 'dist/workers/llama.process.js'), windowTokens, questions);
    for (const { grammar, lines, named, replies, readable, seconds } of rows) {
      console.log(
        `${grammar ? 'with' : 'without'} grammar: ${named} of ${lines} memory lines (${((100 * named) / Math.max(1, lines)).toFixed(1)}%) ` +
          `name a span that stood in the prompt; ${readable} of ${replies} replies could be read; ${seconds.toFixed(0)} s`,
      );
    }
    const constrained = rows.find((row) => row.grammar);
    if (!constrained || constrained.named / constrained.lines < minNamed) process.exitCode = 1;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function report(rows) {
  const checked = rows.map((row) => {
    const share = row.outsideSeconds / row.generatedSeconds;
    const isGood = row.factsKept === row.facts && row.isExact && row.grownMegabytes < maxGrowth && share <= maxShare;
    return { ...row, share, isGood };
  });
  if (process.argv.includes('--json')) console.log(JSON.stringify(checked, null, 2));
  else {
    for (const row of checked) {
      console.log(
        `${row.tokens} tokens, ${row.steps} steps in ${row.seconds.toFixed(1)} s: ${row.factsKept} of ${row.facts} facts in memory, ` +
          `answers ${row.isExact ? 'exact' : 'WRONG'}; grew ${row.grownMegabytes} MB at most (${row.keptMegabytes} MB stay), ` +
          `trace ${row.traceMegabytes} MB; outside the model ${row.outsideSeconds.toFixed(2)} s, ` +
          `${(100 * row.share).toFixed(2)}% of ${row.generatedSeconds.toFixed(0)} s at 20 tokens a second: ${row.isGood ? 'good' : 'NOT GOOD'}`,
      );
    }
  }
  if (checked.some((row) => !row.isGood)) process.exitCode = 1;
}

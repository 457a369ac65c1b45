// Bundles every entry into dist/. Native modules and grammars stay outside the bundles.
// Usage: node scripts/build.mjs [--minify] [--watch] [--outdir FOLDER]; --minify leaves out the test suites
import { build, context } from 'esbuild';
import { existsSync } from 'node:fs';
import { cp, mkdir, readdir } from 'node:fs/promises';

const minify = process.argv.includes('--minify');
const outdirFlag = process.argv.indexOf('--outdir');
const dist = outdirFlag > 0 ? process.argv[outdirFlag + 1] : 'dist';
const external = [
  'vscode',
  'onnxruntime-node',
  'node-llama-cpp',
  'web-tree-sitter',
  '@vscode/tree-sitter-wasm',
  '@cursorless/tree-sitter-wasms',
  // Large, and loaded by the first PDF only: inside the bundle every extract worker would start more slowly.
  'pdfjs-dist',
];
const node = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  external,
  minify,
  sourcemap: !minify,
  logLevel: 'warning',
};
const browser = { bundle: true, platform: 'browser', target: 'es2022', format: 'iife', minify, logLevel: 'warning' };

const workers = (await readdir('server/src/workers')).filter((name) => /\.(worker|process)\.ts$/.test(name));
const jobs = [
  { ...node, entryPoints: { extension: 'extension/src/extension.ts' }, outdir: dist },
  { ...node, entryPoints: { server: 'server/src/main.ts' }, outdir: dist },
  { ...node, entryPoints: { cli: 'server/src/main-cli.ts' }, outdir: dist, banner: { js: '#!/usr/bin/env node' } },
  {
    ...node,
    entryPoints: Object.fromEntries(workers.map((name) => [name.replace(/\.ts$/, ''), `server/src/workers/${name}`])),
    outdir: `${dist}/workers`,
  },
  { ...browser, entryPoints: { chat: 'media/chat/chat.ts', trace: 'media/trace/trace.ts' }, outdir: `${dist}/media` },
]
  .map((job) => ({
    ...job,
    entryPoints: Object.fromEntries(Object.entries(job.entryPoints).filter(([, file]) => existsSync(file))),
  }))
  .filter((job) => Object.keys(job.entryPoints).length > 0);

// The suites that run inside VS Code: those whose name starts with `installed-` need the VSIX, those with `roots-` a window of
// two folders; the activation test fits the first two.
const suiteFiles = process.argv.includes('--minify')
  ? []
  : (await readdir('test/vscode')).filter((name) => name.endsWith('.vscode-test.ts'));
const suite = (name, files) => ({
  ...node,
  stdin: {
    contents: `${files.map((file) => `import './${file}';`).join('\n')}\nexport { runTests as run } from './suite-runner';\n`,
    resolveDir: 'test/vscode',
    loader: 'ts',
  },
  outfile: `${dist}/test/${name}.js`,
});
if (suiteFiles.length > 0) {
  jobs.push(
    suite(
      'vscode-suite',
      suiteFiles.filter((name) => !/^(installed|roots)-/.test(name)),
    ),
    suite(
      'vscode-installed-suite',
      suiteFiles.filter((name) => /^(installed-|activation\.)/.test(name)),
    ),
    suite(
      'vscode-roots-suite',
      suiteFiles.filter((name) => name.startsWith('roots-')),
    ),
  );
}

if (process.argv.includes('--watch')) {
  for (const job of jobs) await (await context(job)).watch();
} else {
  await Promise.all(jobs.map((job) => build(job)));
}
await mkdir(`${dist}/media`, { recursive: true });
for (const folder of ['chat', 'trace']) {
  if (existsSync(`media/${folder}/${folder}.css`))
    await cp(`media/${folder}/${folder}.css`, `${dist}/media/${folder}.css`);
}

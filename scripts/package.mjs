// Makes longfold-<target>-<version>.vsix: stages a clean folder with the minified bundles and only the native files of
// one platform, then lets vsce pack it. Usage: node scripts/package.mjs [--target linux-x64]
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join, resolve } from 'node:path';
import { stageRuntimeModules, whyNotTarget } from './runtime-modules.mjs';

/** A package that grows past this has most likely taken in another platform's binaries. */
const budgetBytes = 80 * 1024 * 1024;
const root = resolve(import.meta.dirname, '..');
const targetFlag = process.argv.indexOf('--target');
const target = targetFlag > 0 ? process.argv[targetFlag + 1] : 'linux-x64';
const reason = whyNotTarget(target);
if (reason !== undefined) stop(reason);

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const file = join(root, `longfold-${target}-${manifest.version}.vsix`);
const stage = mkdtempSync(join(tmpdir(), 'longfold-package-'));
// Also after stop(), which ends the process where it stands.
process.once('exit', () => rmSync(stage, { recursive: true, force: true }));
stageFiles();
pack();
checkSize();

function stageFiles() {
  run('checking the model for', process.execPath, ['scripts/critic-manifest.mjs'], root);
  run('building', process.execPath, ['scripts/build.mjs', '--minify', '--outdir', join(stage, 'dist')], root);
  for (const name of ['README.md', 'CHANGELOG.md', 'LICENSE', 'NOTICE', 'package.nls.json']) copy(name);
  for (const name of ['l10n', 'models/critic', 'models/static']) copy(name);
  copy('media', (source) => !['.ts', '.json'].includes(extname(source)));
  say(`native modules of ${target}`);
  // Not at the top: vsce leaves out a top-level node_modules when it is told to look for no dependencies itself, and
  // with looking it takes every platform's files. Node finds the packages here from every bundle in dist/.
  try {
    stageRuntimeModules(root, join(stage, 'dist', 'node_modules'), target);
  } catch (err) {
    stop(err.message);
  }
  const { devDependencies, dependencies, optionalDependencies, scripts, ...kept } = manifest;
  // vsce refuses a private package; "private" only guards against npm publish.
  writeFileSync(join(stage, 'package.json'), `${JSON.stringify({ ...kept, private: undefined }, undefined, 2)}\n`);
}

function pack() {
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const repository = manifest.repository === undefined ? ['--allow-missing-repository'] : [];
  const flags = [
    '--target',
    target,
    '--no-dependencies',
    '--skip-license',
    ...repository,
    '--no-rewrite-relative-links',
  ];
  run('packing', process.execPath, [vsce, 'package', ...flags, '--out', file], stage);
}

function checkSize() {
  const sizeBytes = statSync(file).size;
  const megabytes = (bytes) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
  if (sizeBytes > budgetBytes) {
    stop(
      `${file} has ${megabytes(sizeBytes)}, over its budget of ${megabytes(budgetBytes)}: see what "unzip -lv" lists.`,
    );
  }
  say(`${file}: ${megabytes(sizeBytes)} (budget ${megabytes(budgetBytes)})`);
}

function copy(name, filter = () => true) {
  const from = join(root, name);
  if (!existsSync(from)) return;
  mkdirSync(join(stage, name, '..'), { recursive: true });
  cpSync(from, join(stage, name), { recursive: true, filter });
}

function run(what, command, args, cwd) {
  say(what);
  const done = spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...process.env, VSCE_TESTS: '1' } });
  if (done.status !== 0)
    stop(`${done.stdout}${done.stderr}\nStopped while ${what} the package (exit code ${done.status}).`);
}

function say(text) {
  console.log(`package: ${text}`);
}

function stop(text) {
  console.error(text);
  process.exit(1);
}

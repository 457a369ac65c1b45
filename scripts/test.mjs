// The CI tier: sets up what the tests need, then runs every check and counts. Usage: npm test [-- --no-vscode]
// Ends with one line "N passed, N failed"; the exit code is not 0 when anything failed. Logs go to test-results/.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const results = join(root, 'test-results');
const bin = (name) => join(root, 'node_modules', '.bin', name);
const node = process.execPath;
let passed = 0;
let failed = 0;

rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });
process.env.PATH = `${join(root, 'node_modules', '.bin')}:${process.env.PATH}`;

check('set-up', [node, 'scripts/setup-tests.mjs'], { isFatal: true });
check('model', [node, 'scripts/fetch-model.mjs'], { isFatal: true });
check('build', [node, 'scripts/build.mjs'], { isFatal: true });
check('typecheck', [bin('tsc'), '-b']);
check('lint', [bin('eslint'), '.']);
check('dead code', [bin('knip')]);
check('format', [bin('prettier'), '--check', '--log-level', 'warn', '.']);
suite(
  'unit and protocol tests',
  [bin('vitest'), 'run', '--reporter=default', '--reporter=json', '--outputFile=test-results/vitest.json'],
  {
    file: 'vitest.json',
    read: (report) => ({ passed: report.numPassedTests, failed: report.numFailedTests + notRun(report) }),
  },
);
if (!process.argv.includes('--no-vscode')) {
  check('package', [node, 'scripts/package.mjs']);
  suite('VS Code, from this folder', [node, 'test/vscode/run.mjs', 'dev'], {
    file: 'vscode-dev.json',
    read: (counts) => counts,
  });
  suite('VS Code, a window of two folders', [node, 'test/vscode/run.mjs', 'roots'], {
    file: 'vscode-roots.json',
    read: (counts) => counts,
  });
  suite('VS Code, a session on the page', [node, 'test/vscode/run-pages.mjs'], {
    file: 'vscode-pages.json',
    read: (counts) => counts,
  });
  suite('VS Code, the installed VSIX', [node, 'test/vscode/run.mjs', 'installed'], {
    file: 'vscode-installed.json',
    read: (counts) => counts,
  });
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

function run(name, [command, ...args]) {
  const startedMs = performance.now();
  console.log(`\n== ${name}`);
  const done = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: process.env });
  console.log(
    `== ${name}: ${done.status === 0 ? 'ok' : 'failed'}, ${Math.round((performance.now() - startedMs) / 1000)} s`,
  );
  return done.status === 0;
}

/** One check counts as one test. */
function check(name, command, { isFatal = false } = {}) {
  const isOk = run(name, command);
  if (isOk) passed += 1;
  else failed += 1;
  if (isOk || !isFatal) return;
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(1);
}

/** A suite counts its tests itself, in a file; one that wrote none has failed. */
function suite(name, command, { file, read }) {
  const isOk = run(name, command);
  const path = join(results, file);
  const counts = existsSync(path) ? read(JSON.parse(readFileSync(path, 'utf8'))) : { passed: 0, failed: 1 };
  passed += counts.passed;
  failed += !isOk && counts.failed === 0 ? 1 : counts.failed;
}

/** Files that broke before their first test, and tests that were skipped: neither proves anything. */
function notRun(report) {
  const broken = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  return broken.length + report.numPendingTests + report.numTodoTests;
}

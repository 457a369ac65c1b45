// Runs the suite inside a real VS Code (code-server in Chromium) and prints each test as it ends.
// Usage: node test/vscode/run.mjs dev | roots | installed [--vsix FILE]
//   dev        the extension from this folder (build it first)
//   roots      the same in a window of two folders
//   installed  the VSIX, installed as a user does it; nothing of this folder is loaded but the suite
// Writes test-results/vscode-<which>.json ({ passed, failed }) and, after a failure, a picture beside it.
import { spawnSync } from 'node:child_process';
import { cpSync, createWriteStream, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { codeServerFolder, modelsFolder } from '../../scripts/cache-folders.mjs';
import { startVsCode } from '../support/vscode-server.ts';

const summaryPrefix = 'longfold-suite ';
const suiteTimeoutMs = 10 * 60_000;
const root = resolve(import.meta.dirname, '..', '..');
const results = join(root, 'test-results');
const which = process.argv[2];
const suites = { dev: 'vscode-suite', roots: 'vscode-roots-suite', installed: 'vscode-installed-suite' };
if (!Object.hasOwn(suites, which ?? '')) {
  console.error('usage: node test/vscode/run.mjs dev|roots|installed [--vsix FILE]');
  process.exit(2);
}
process.exit(await main());

async function main() {
  mkdirSync(results, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), 'longfold-suite-'));
  const workspace = join(scratch, 'workspace');
  cpSync(join(root, 'test', 'fixtures', 'sample-workspace'), workspace, { recursive: true });
  try {
    return await runSuite(which === 'roots' ? makeRoots(workspace, scratch) : workspace, scratch);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** A window of two folders with a file of the same path in both. */
function makeRoots(workspace, scratch) {
  const courier = join(scratch, 'courier');
  mkdirSync(join(courier, 'docs'), { recursive: true });
  writeFileSync(join(courier, 'docs', 'retries.md'), '# Couriers\n\nA courier carries 35 parcels at most.\n');
  const folders = [
    { path: workspace, name: 'sample' },
    { path: courier, name: 'Couriers' },
  ];
  const file = join(scratch, 'two.code-workspace');
  writeFileSync(file, JSON.stringify({ folders }));
  return file;
}

async function runSuite(workspace, scratch) {
  const extensionsFolder = join(scratch, 'extensions');
  if (which === 'installed') installVsix(vsixFile(), extensionsFolder, scratch);
  let summary = { passed: 0, failed: 1 };
  // The page's console holds VS Code's own lines too; the suite's begin with "ok" or "not ok" (a failure's stack follows).
  const consoleLog = createWriteStream(join(results, `vscode-${which}-console.log`));
  const vscode = await startVsCode({
    workspace,
    extensionsFolder,
    developmentExtension: which === 'installed' ? join(root, 'test', 'vscode', 'probe') : root,
    suite: join(root, 'dist', 'test', `${suites[which]}.js`),
    env: {
      LONGFOLD_HOME: join(scratch, 'home'),
      LONGFOLD_TEST_WORKSPACE: workspace,
      LONGFOLD_TEST_EXTENSIONS: extensionsFolder,
      LONGFOLD_TEST_MODELS: modelsFolder,
    },
    logFile: join(results, `vscode-${which}-server.log`),
    onLine: (line) => {
      const at = line.indexOf(summaryPrefix);
      if (at >= 0) summary = JSON.parse(line.slice(at + summaryPrefix.length));
      else if (/^(not )?ok /.test(line)) console.log(line);
      consoleLog.write(`${line}\n`);
    },
  });
  try {
    const code = await Promise.race([vscode.suiteExit, after(suiteTimeoutMs)]);
    if (code === undefined) console.error(`The suite did not end within ${suiteTimeoutMs / 60_000} minutes.`);
    if (code !== 0) {
      summary = { ...summary, failed: Math.max(1, summary.failed) };
      await vscode.page.screenshot({ path: join(results, `vscode-${which}-failed.png`) });
      cpSync(join(vscode.dataFolder, 'data', 'logs'), join(results, `vscode-${which}-logs`), { recursive: true });
    }
    writeFileSync(join(results, `vscode-${which}.json`), `${JSON.stringify(summary)}\n`);
    console.log(`${which}: ${summary.passed} passed, ${summary.failed} failed`);
    return code === 0 && summary.failed === 0 ? 0 : 1;
  } finally {
    await vscode.stop();
  }
}

function vsixFile() {
  const at = process.argv.indexOf('--vsix');
  if (at > 0) return resolve(process.argv[at + 1]);
  const found = readdirSync(root).find((name) => /^longfold-linux-x64-.*\.vsix$/.test(name));
  if (found === undefined) throw new Error('No longfold-linux-x64-*.vsix here: run "npm run package" first.');
  return join(root, found);
}

function installVsix(file, extensionsFolder, scratch) {
  const args = [join(codeServerFolder, 'out', 'node', 'entry.js'), '--install-extension', file];
  const folders = ['--extensions-dir', extensionsFolder, '--user-data-dir', join(scratch, 'install-data')];
  // A config file of its own: code-server would otherwise write one to the user's home.
  const config = ['--config', join(scratch, 'code-server.yaml')];
  const run = spawnSync(process.execPath, [...args, ...folders, ...config], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`Installing ${file} failed:\n${run.stdout}${run.stderr}`);
}

function after(ms) {
  return new Promise((done) => setTimeout(() => done(undefined), ms).unref());
}

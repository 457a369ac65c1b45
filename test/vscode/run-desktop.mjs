// Runs the suites in desktop VS Code, which @vscode/test-electron downloads. Not part of `npm test`.
// Usage: node test/vscode/run-desktop.mjs dev | installed [--vsix FILE] [--version stable|1.116.0]
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { downloadAndUnzipVSCode, resolveCliArgsFromVSCodeExecutablePath, runTests } from '@vscode/test-electron';
import { modelsFolder } from '../../scripts/cache-folders.mjs';
import { desktopLaunch } from './desktop-launch.mjs';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { vsix: { type: 'string' }, version: { type: 'string', default: 'stable' } },
});
const which = positionals[0] ?? 'dev';
if (!['dev', 'installed'].includes(which) || (which === 'installed' && values.vsix === undefined)) {
  console.error('usage: node test/vscode/run-desktop.mjs dev | installed --vsix FILE [--version stable|1.116.0]');
  process.exit(2);
}
const root = resolve(import.meta.dirname, '..', '..');
const scratch = mkdtempSync(join(tmpdir(), 'longfold-desktop-'));
const workspace = join(scratch, 'workspace');
cpSync(join(root, 'test', 'fixtures', 'sample-workspace'), workspace, { recursive: true });
try {
  const launch = desktopLaunch({ root, which, scratch, workspace, models: modelsFolder, version: values.version });
  const vscodeExecutablePath = await downloadAndUnzipVSCode(values.version);
  if (which === 'installed') install(vscodeExecutablePath, resolve(values.vsix));
  process.exitCode = await runTests({ ...launch, vscodeExecutablePath });
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function install(vscodeExecutablePath, vsix) {
  const [cli, ...args] = resolveCliArgsFromVSCodeExecutablePath(vscodeExecutablePath, { reuseMachineInstall: true });
  const folders = ['--user-data-dir', join(scratch, 'data'), '--extensions-dir', join(scratch, 'extensions')];
  const run = spawnSync(cli, [...args, ...folders, '--install-extension', vsix], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (run.status !== 0) throw new Error(`Installing ${vsix} failed with exit code ${run.status}.`);
}

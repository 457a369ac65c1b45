/** The arguments for desktop VS Code, which these tests cannot download, and the address for the one in the browser. */
import { expect, test } from 'vitest';
import { workbenchUrl } from '../../support/vscode-server';
import { desktopLaunch } from '../../vscode/desktop-launch.mjs';

const folders = { root: '/repo', scratch: '/scratch', workspace: '/scratch/workspace', models: '/models' };

test('desktop VS Code runs the same suite beside the extension of this folder', () => {
  expect(desktopLaunch({ ...folders, which: 'dev', version: '1.116.0' })).toEqual({
    version: '1.116.0',
    extensionDevelopmentPath: '/repo',
    extensionTestsPath: '/repo/dist/test/vscode-suite.js',
    launchArgs: [
      '/scratch/workspace',
      '--user-data-dir',
      '/scratch/data',
      '--extensions-dir',
      '/scratch/extensions',
      '--disable-workspace-trust',
      '--skip-welcome',
      '--skip-release-notes',
      '--disable-telemetry',
      '--disable-updates',
    ],
    extensionTestsEnv: {
      LONGFOLD_HOME: '/scratch/home',
      LONGFOLD_TEST_WORKSPACE: '/scratch/workspace',
      LONGFOLD_TEST_EXTENSIONS: '/scratch/extensions',
      LONGFOLD_TEST_MODELS: '/models',
    },
  });
});

test('for the installed VSIX nothing of this folder is loaded but the suite and an empty extension', () => {
  const launch = desktopLaunch({ ...folders, which: 'installed' });
  expect([launch.extensionDevelopmentPath, launch.extensionTestsPath]).toEqual([
    '/repo/test/vscode/probe',
    '/repo/dist/test/vscode-installed-suite.js',
  ]);
});

test('the workbench in the browser is told the folder, the extension and the suite', () => {
  const url = new URL(workbenchUrl(8000, { workspace: '/w s', developmentExtension: '/ext', suite: '/suite.js' }));
  expect([url.origin, url.searchParams.get('folder'), JSON.parse(url.searchParams.get('payload') ?? '')]).toEqual([
    'http://localhost:8000',
    '/w s',
    [
      ['extensionDevelopmentPath', 'vscode-remote://localhost:8000/ext'],
      ['extensionTestsPath', 'vscode-remote://localhost:8000/suite.js'],
    ],
  ]);
});

test('a workspace file is opened as a window of its folders', () => {
  const url = new URL(workbenchUrl(8000, { workspace: '/w/two.code-workspace' }));
  expect([url.searchParams.get('workspace'), url.searchParams.get('folder')]).toEqual(['/w/two.code-workspace', null]);
});

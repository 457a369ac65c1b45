// What the desktop runner asks of @vscode/test-electron, as a pure function: the same suites as in the browser.
import { join } from 'node:path';

/**
 * @param {{ root: string, which: 'dev' | 'installed', scratch: string, workspace: string, models: string, version?: string }} options
 *   absolute folders; `scratch` is temporary and takes VS Code's data, `models` has the small model
 */
export function desktopLaunch({ root, which, scratch, workspace, models, version = 'stable' }) {
  const isDev = which === 'dev';
  return {
    version,
    extensionDevelopmentPath: isDev ? root : join(root, 'test', 'vscode', 'probe'),
    extensionTestsPath: join(root, 'dist', 'test', isDev ? 'vscode-suite.js' : 'vscode-installed-suite.js'),
    launchArgs: [
      workspace,
      '--user-data-dir',
      join(scratch, 'data'),
      '--extensions-dir',
      join(scratch, 'extensions'),
      '--disable-workspace-trust',
      '--skip-welcome',
      '--skip-release-notes',
      '--disable-telemetry',
      '--disable-updates',
    ],
    extensionTestsEnv: {
      LONGFOLD_HOME: join(scratch, 'home'),
      LONGFOLD_TEST_WORKSPACE: workspace,
      LONGFOLD_TEST_EXTENSIONS: join(scratch, 'extensions'),
      LONGFOLD_TEST_MODELS: models,
    },
  };
}

/**
 * Starts a real VS Code: the server and workbench inside code-server, opened in Chromium. Everything lives in a
 * temporary folder and is stopped and deleted by `stop()`, also when this process gets a signal.
 * Imports no other TypeScript file, so that plain Node can load it.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { codeServerFolder, codeServerMarker } from '../../scripts/cache-folders.mjs';

export type ColorTheme = 'light' | 'dark';

export interface VsCodeOptions {
  /** Absolute path of the folder that VS Code opens, or of a `.code-workspace` file. */
  readonly workspace: string;
  /** Absolute path of an extension to run from its source folder. */
  readonly developmentExtension?: string;
  /** Absolute path of a CommonJS file that exports `run()`; it runs in the extension host. Needs an extension above. */
  readonly suite?: string;
  /** Absolute path of a folder of installed extensions; without it none is installed. */
  readonly extensionsFolder?: string;
  readonly theme?: ColorTheme;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Environment of the server, and so of the extension host and all that it starts. */
  readonly env?: Readonly<Record<string, string>>;
  readonly size?: { readonly width: number; readonly height: number };
  /** Absolute path; the server's own output goes there. */
  readonly logFile?: string;
  /** Each line that the suite prints on its console. */
  readonly onLine?: (line: string) => void;
}

export interface VsCode {
  readonly page: Page;
  /** Holds VS Code's data, its logs below `data/logs`. */
  readonly dataFolder: string;
  /** Settles with the suite's exit code: 0 when `run()` resolved. */
  readonly suiteExit: Promise<number>;
  readonly stop: () => Promise<void>;
}

const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const themeNames: Readonly<Record<ColorTheme, string>> = { light: 'Default Light Modern', dark: 'Default Dark Modern' };

/** Nothing here is needed by a test, and each part would ask for the network or cover the picture. */
const quietSettings = {
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'security.workspace.trust.enabled': false,
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'window.autoDetectColorScheme': false,
  'git.openRepositoryInParentFolders': 'never',
};

/** Resolves once the workbench is on the page. Throws one sentence if VS Code is not installed or does not start. */
export async function startVsCode(options: VsCodeOptions): Promise<VsCode> {
  if (!existsSync(codeServerMarker)) throw new Error('VS Code is not set up for tests: run "npm run setup:tests".');
  const dataFolder = await mkdtemp(join(tmpdir(), 'longfold-vscode-'));
  await writeSettings(dataFolder, options);
  const port = await findFreePort();
  const server = startServer(port, dataFolder, options);
  let browser: Browser | undefined;
  const killNow = (): void => killGroup(server, 'SIGKILL');
  const onSignal = (): void => {
    killNow();
    process.exit(130);
  };
  process.once('exit', killNow).once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const stop = async (): Promise<void> => {
    process.off('exit', killNow).off('SIGINT', onSignal).off('SIGTERM', onSignal);
    await browser?.close();
    await stopServer(server);
    await rm(dataFolder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await waitForServer(port, server);
    browser = await chromium.launch({ executablePath: browserPath(), args: chromiumFlags });
    const page = await browser.newPage({ viewport: options.size ?? { width: 1400, height: 900 } });
    const automation = await exposeAutomation(page, options.onLine);
    await page.goto(workbenchUrl(port, options));
    await page.waitForSelector('.monaco-workbench .part.statusbar', { timeout: 120_000 });
    return { page, dataFolder, suiteExit: automation.code, stop };
  } catch (err) {
    await stop();
    throw err;
  }
}

/** The query string that tells the workbench what to open, to load and to run. Exported for its unit test. */
export function workbenchUrl(
  port: number,
  options: Pick<VsCodeOptions, 'workspace' | 'developmentExtension' | 'suite'>,
): string {
  const remote = (path: string): string => `vscode-remote://localhost:${port}${path}`;
  const payload: [string, string][] = [];
  if (options.developmentExtension !== undefined) {
    payload.push(['extensionDevelopmentPath', remote(options.developmentExtension)]);
  }
  if (options.suite !== undefined) payload.push(['extensionTestsPath', remote(options.suite)]);
  const kind = options.workspace.endsWith('.code-workspace') ? 'workspace' : 'folder';
  const query = new URLSearchParams({ [kind]: options.workspace, payload: JSON.stringify(payload) });
  return `http://localhost:${port}/?${query.toString()}`;
}

/** The browser that Debian and Ubuntu install, or the one the environment names. */
function browserPath(): string {
  const found = [process.env['LONGFOLD_CHROMIUM'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
    (path) => path !== undefined && existsSync(path),
  );
  if (found === undefined) throw new Error('No Chromium found: install it, or set LONGFOLD_CHROMIUM to its path.');
  return found;
}

async function writeSettings(dataFolder: string, options: VsCodeOptions): Promise<void> {
  const theme = { 'workbench.colorTheme': themeNames[options.theme ?? 'dark'] };
  const text = JSON.stringify({ ...quietSettings, ...theme, ...options.settings }, undefined, 2);
  for (const scope of ['User', 'Machine']) {
    await mkdir(join(dataFolder, 'data', scope), { recursive: true });
    await writeFile(join(dataFolder, 'data', scope, 'settings.json'), text);
  }
}

function startServer(port: number, dataFolder: string, options: VsCodeOptions): ChildProcess {
  const args = [
    join(codeServerFolder, 'lib', 'vscode', 'out', 'server-main.js'),
    ...['--host', '127.0.0.1', '--port', String(port), '--without-connection-token'],
    ...['--accept-server-license-terms', '--enable-smoke-test-driver', '--disable-telemetry'],
    ...['--disable-workspace-trust', '--server-data-dir', dataFolder],
    ...['--extensions-dir', options.extensionsFolder ?? join(dataFolder, 'extensions')],
  ];
  // Its own process group, so that the extension host and the language server end with it.
  const child = spawn(process.execPath, args, {
    detached: true,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = options.logFile === undefined ? undefined : createWriteStream(options.logFile);
  for (const stream of [child.stdout, child.stderr]) {
    if (log) stream.pipe(log, { end: false });
    else stream.resume();
  }
  return child;
}

async function waitForServer(port: number, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    if (server.exitCode !== null) throw new Error(`VS Code's server stopped with exit code ${server.exitCode}.`);
    const answer = await fetch(`http://127.0.0.1:${port}/version`).catch(() => undefined);
    if (answer?.ok === true) return;
    await new Promise((done) => setTimeout(done, 100));
  }
  throw new Error("VS Code's server did not answer within a minute.");
}

/** The workbench calls these two functions of the page when it runs a suite: console lines, then the exit code. */
async function exposeAutomation(
  page: Page,
  onLine: VsCodeOptions['onLine'],
): Promise<{ readonly code: Promise<number> }> {
  await page.exposeFunction('codeAutomationLog', (_type: string, args: readonly unknown[]) => {
    onLine?.(args.map(String).join(' '));
  });
  let settle: (code: number) => void = () => undefined;
  const code = new Promise<number>((resolve) => (settle = resolve));
  await page.exposeFunction('codeAutomationExit', (value: number) => settle(value));
  return { code };
}

async function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode === null) {
    const closed = new Promise<void>((done) => server.once('close', () => done()));
    killGroup(server, 'SIGTERM');
    const timer = setTimeout(() => killGroup(server, 'SIGKILL'), 3000);
    await closed;
    clearTimeout(timer);
  }
  killGroup(server, 'SIGKILL');
}

function killGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // The group has ended already.
  }
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

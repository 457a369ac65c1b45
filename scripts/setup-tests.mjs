// Installs what the tests need and npm does not bring: a browser and headers from Debian, a real VS Code (the one
// inside the npm package code-server), the small model. Safe to run again: each part is skipped when it is there.
// Usage: node scripts/setup-tests.mjs
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { codeServerInstall, codeServerMarker, codeServerVersion, testCacheFolder } from './cache-folders.mjs';

const root = resolve(import.meta.dirname, '..');
const nodeHome = dirname(dirname(process.execPath));
/** The browser and its fonts (Chinese text in pictures), then the headers that code-server's native modules need. */
const debianPackages = [
  'chromium',
  'fonts-noto-cjk',
  'make',
  'g++',
  'python3',
  'libkrb5-dev',
  'libsecret-1-dev',
  'libx11-dev',
  'libxkbfile-dev',
];

await mkdir(testCacheFolder, { recursive: true });
await installDebianPackages();
await installCodeServer();
await fetchModel();

async function installDebianPackages() {
  const missing = debianPackages.filter((name) => !isDebianPackageThere(name));
  if (missing.length === 0) return say('Debian packages: present');
  const hasApt = spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0;
  if (!hasApt || process.getuid?.() !== 0) {
    if (existsSync('/usr/bin/chromium') && existsSync(codeServerMarker)) return;
    stop(
      `The tests need ${missing.join(', ')}. Install them (on Debian: sudo apt-get install ${missing.join(' ')}) and start again.`,
    );
  }
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await runLogged('Debian package lists', 'apt-get', ['update'], { env, log: 'apt.log' });
  await runLogged(
    `Debian packages ${missing.join(' ')}`,
    'apt-get',
    ['install', '-y', '--no-install-recommends', ...missing],
    { env, log: 'apt.log' },
  );
}

function isDebianPackageThere(name) {
  const answer = spawnSync('dpkg-query', ['-W', '-f', '${Status}', name], { encoding: 'utf8' });
  return answer.stdout?.includes('install ok installed') ?? false;
}

async function installCodeServer() {
  if (existsSync(codeServerMarker)) return say(`VS Code (code-server ${codeServerVersion}): present`);
  if (!existsSync(join(nodeHome, 'include', 'node', 'node.h'))) {
    stop(`VS Code's native modules need Node's headers, which are not beside ${process.execPath}: run "npm ci" first.`);
  }
  // One folder for each try: an interrupted install is never mistaken for a whole one, nor disturbed by a second one.
  const staging = `${codeServerInstall}.${process.pid}`;
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { recursive: true });
  await writeFile(join(staging, 'package.json'), '{ "private": true }\n');
  // code-server builds native modules, so its own scripts must run even where .npmrc says otherwise.
  const options = ['--ignore-scripts=false', '--no-audit', '--no-fund', '--omit=dev'];
  await runLogged(
    `VS Code (code-server ${codeServerVersion}), 2 to 4 minutes`,
    'npm',
    ['install', ...options, `code-server@${codeServerVersion}`],
    {
      cwd: staging,
      log: 'code-server.log',
      env: {
        PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
        npm_config_nodedir: nodeHome,
        npm_config_ignore_scripts: 'false',
        // That of the npm around this script names its own Node, and code-server's install believes it.
        npm_config_user_agent: undefined,
        PUPPETEER_SKIP_DOWNLOAD: '1',
      },
    },
  );
  await writeFile(join(staging, 'complete'), `${codeServerVersion}\n`);
  await rm(codeServerInstall, { recursive: true, force: true });
  await rename(staging, codeServerInstall);
}

async function fetchModel() {
  const script = join(root, 'scripts', 'fetch-model.mjs');
  if (existsSync(script)) await runLogged('small language model', process.execPath, [script], { log: 'model.log' });
}

/** Runs a command with its output in a log, says every ten seconds that it still runs, and stops the set-up if it fails. */
async function runLogged(what, command, args, { env = {}, cwd = root, log }) {
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const logFile = join(testCacheFolder, log);
  const output = await open(logFile, 'a');
  say(`${what}: starting`);
  const timer = setInterval(() => say(`${what}: ${seconds()} s`), 10_000);
  const code = await new Promise((done) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', output.fd, output.fd],
    });
    child.on('error', () => done(-1));
    child.on('close', done);
  });
  clearInterval(timer);
  await output.close();
  if (code !== 0) {
    const tail = (await readFile(logFile, 'utf8')).split('\n').slice(-25).join('\n');
    stop(`${tail}\nSetting up "${what}" failed (exit code ${code}). The whole log is in ${logFile}.`);
  }
  say(`${what}: done in ${seconds()} s`);
}

function say(text) {
  process.stdout.write(`set-up: ${text}\n`);
}

function stop(text) {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

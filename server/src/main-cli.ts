/** Entry of the command line. Starts itself again on Node 24 when this Node has no node:sqlite. */
import { spawn } from 'node:child_process';
import {
  createConnection,
  ProposedFeatures,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import manifest from '../../package.json';
import { parseSettings } from '../../protocol/settings';
import type { Application } from './application';
import { exitCodes, type ExitCode } from './cli/exit-codes';
import { runCli } from './cli/program';
import { createTerminal } from './cli/terminal';
import { composeApplication } from './compose';
import { startLanguageServer } from './lsp/language-server';
import { createKeyboard } from './platform/keyboard';
import { findNewerNode } from './platform/find-newer-node';
import { missingRuntimeParts } from './platform/runtime-check';

/** Set for the second start, so that a Node that still lacks something does not start itself for ever. */
const restartedVariable = 'LONGFOLD_RESTARTED';

void main();

async function main(): Promise<void> {
  // The warning that node:sqlite is experimental is no news for the user of a released command.
  process.removeAllListeners('warning');
  const missing = missingRuntimeParts();
  if (missing === null) {
    await runHere();
    return;
  }
  const node = process.env[restartedVariable] === undefined ? findNewerNode(__filename, process.env) : null;
  if (node === null) {
    process.stderr.write(`${missing}\n`);
    process.exitCode = exitCodes.failed;
    return;
  }
  restartOn(node);
}

function restartOn(node: string): void {
  const child = spawn(node, [__filename, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, [restartedVariable]: '1' },
  });
  // The terminal sends Ctrl-C to both; this process waits for the other's exit code.
  process.on('SIGINT', () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('error', (error) => {
    process.stderr.write(`Node 24 at ${node} could not be started: ${error.message}\n`);
    process.exitCode = exitCodes.failed;
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? exitCodes.cancelled : exitCodes.failed);
  });
}

async function runHere(): Promise<void> {
  const stop = new AbortController();
  const onSignal = (): void => {
    // The first Ctrl-C stops the work and keeps what is stored, the second ends the process at once.
    if (stop.signal.aborted) process.exit(exitCodes.cancelled);
    stop.abort();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  const terminal = createTerminal(process.stdout, process.stderr, process.env);
  const logger = { info: (): void => undefined, warn: terminal.note, error: terminal.note };
  let application: Application | undefined;
  const compose = (): Application =>
    (application ??= composeApplication({ logger, env: process.env, distFolder: __dirname }));
  const { settings, problems } = settingsFromEnvironment(process.env);
  for (const problem of problems) terminal.note(problem);
  const code = await runCli(process.argv.slice(2), {
    context: {
      application: compose,
      terminal,
      keyboard: process.stdin.isTTY && process.stderr.isTTY ? createKeyboard(process.stdin) : null,
      settings,
      signal: stop.signal,
      workingFolder: process.cwd(),
    },
    version: manifest.version,
    serve: () => serve(compose(), stop.signal),
  });
  await application?.dispose();
  process.exitCode = code;
  // Native sessions may hold the process for seconds after the last line of output.
  process.stdout.write('', () => process.exit(code));
}

/**
 * The command line's configuration: `LONGFOLD_MODEL`, `OLLAMA_HOST`, `LONGFOLD_OPENAI_URL` (a server with OpenAI's API,
 * whose key is `LONGFOLD_API_KEY`), `LONGFOLD_ALLOW_REMOTE_HOSTS` (1: hosts on other machines, too), the models folder,
 * `LONGFOLD_CRITIC_URL`, which makes the server there the critic, and `LONGFOLD_CRITIC_DEVICE`; flags of a command win.
 */
function settingsFromEnvironment(variables: NodeJS.ProcessEnv): ReturnType<typeof parseSettings> {
  // One that is empty is not set.
  const env = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''));
  const ollamaUrl = toAddress(env['OLLAMA_HOST']);
  const criticUrl = toAddress(env['LONGFOLD_CRITIC_URL']);
  return parseSettings({
    model: {
      use: env['LONGFOLD_MODEL'],
      ollamaUrl,
      openaiUrl: toAddress(env['LONGFOLD_OPENAI_URL']),
      allowRemoteHosts:
        env['LONGFOLD_ALLOW_REMOTE_HOSTS'] === undefined ? undefined : isYes(env['LONGFOLD_ALLOW_REMOTE_HOSTS']),
      folder: env['LONGFOLD_MODELS'],
      threads: env['LONGFOLD_MODEL_THREADS'] === undefined ? undefined : Number(env['LONGFOLD_MODEL_THREADS']),
    },
    critic: {
      device: env['LONGFOLD_CRITIC_DEVICE'],
      ...(criticUrl === undefined ? {} : { backend: 'remote', url: criticUrl }),
    },
  });
}

/** A host and port without `http://` are an address, too. */
function toAddress(host: string | undefined): string | undefined {
  if (host === undefined) return undefined;
  return host.includes('://') ? host : `http://${host}`;
}

function isYes(value: string): boolean {
  return value === '1' || value === 'true';
}

function serve(application: Application, signal: AbortSignal): Promise<ExitCode> {
  const reader = new StreamMessageReader(process.stdin);
  const connection = createConnection(ProposedFeatures.all, reader, new StreamMessageWriter(process.stdout));
  return new Promise((resolve) => {
    startLanguageServer(connection, application);
    connection.onExit(() => resolve(exitCodes.ok));
    reader.onClose(() => resolve(exitCodes.ok));
    signal.addEventListener('abort', () => resolve(exitCodes.cancelled), { once: true });
  });
}

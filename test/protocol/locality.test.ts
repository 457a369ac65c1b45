/**
 * A whole question with every socket refused: in the real command line and server, with the small embedded model, and
 * where the system allows it inside a network name space that has no interface at all.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { AskResult } from '../../protocol/ask';
import type { OutboundLog } from '../../protocol/network';
import { runCli } from '../support/cli-process';
import { lastLine, line, startFaultServer } from '../support/ollama-fault-server';
import { copyFixture, temporaryHome } from '../support/server-process';
import { smallModelFile, smallModelFolder } from '../support/small-model';

/** A loaded machine takes its time to start a process and a model. */
const patient = { timeout: 300_000 };
const root = join(import.meta.dirname, '..', '..');
const cli = join(root, 'dist', 'cli.js');
const preload = join(root, 'test', 'support', 'no-network.cjs');
const question = 'How many times is a failing job tried?';
const hasNameSpaces = spawnSync('unshare', ['-rn', 'true']).status === 0;
const model = ['--model', `embedded:${smallModelFile}`, '--window', '2048'];

interface Watched {
  readonly env: Readonly<Record<string, string>>;
  readonly sockets: () => string;
}

/** Refuses every socket but those to `hosts`, in the process, its workers and its Node children. */
function refuseSockets(hosts: readonly string[] = []): Watched {
  const log = join(mkdtempSync(join(tmpdir(), 'longfold-sockets-')), 'log');
  const env = {
    NODE_OPTIONS: `--require=${preload}`,
    LONGFOLD_TEST_SOCKETS: log,
    LONGFOLD_TEST_HOSTS: hosts.join(','),
    LONGFOLD_MODELS: smallModelFolder(),
  };
  return { env, sockets: () => (existsSync(log) ? readFileSync(log, 'utf8') : '') };
}

test('the refusal of sockets itself bites: DNS, TCP, fetch, UDP and listening', () => {
  const { env, sockets } = refuseSockets();
  const tries = [
    "require('node:net').connect(80, '127.0.0.1')",
    "require('node:https').get('https://example.test')",
    "fetch('http://127.0.0.1:1')",
    "require('node:dns').lookup('example.test', () => {})",
    "require('node:dgram').createSocket('udp4')",
    "require('node:net').createServer().listen(0)",
  ];
  for (const script of tries) {
    expect(spawnSync(process.execPath, ['-e', script], { env: { ...process.env, ...env } }).status, script).not.toBe(0);
  }
  expect(sockets().trim().split('\n').length).toBeGreaterThanOrEqual(tries.length);
});

describe('a whole question without the network', () => {
  test.each([
    ['with evidence alone', ['--model', 'none']],
    ['with the embedded model', model],
  ])('%s', patient, async (_name, flags) => {
    const { env, sockets } = refuseSockets();
    const options = { home: temporaryHome(), cwd: copyFixture('sample-workspace'), env };
    const run = await runCli(['ask', question, '--json', ...flags], options);
    const result = JSON.parse(run.stdout) as AskResult;
    expect(result.evidence.some((span) => /four times/.test(span.text))).toBe(true);
    if (flags === model) expect(result).toMatchObject({ mode: 'single', model: `embedded:${smallModelFile}` });
    expect(sockets()).toBe('');
    const outbound = await runCli(['outbound', '--json'], options);
    expect((JSON.parse(outbound.stdout) as OutboundLog).records).toEqual([]);
  });

  test.skipIf(!hasNameSpaces)('in a name space without any network', patient, () => {
    const env = { ...process.env, LONGFOLD_HOME: temporaryHome(), LONGFOLD_MODELS: smallModelFolder() };
    const cwd = copyFixture('sample-workspace');
    const inside = (...args: readonly string[]) =>
      spawnSync('unshare', ['-rn', process.execPath, cli, ...args], {
        cwd,
        env,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    const index = inside('index');
    expect(index.stdout + inside('ledger', '--not-indexed').stdout).toMatch(/6 files indexed/);
    const run = inside('ask', question, '--json', ...model);
    const result = JSON.parse(run.stdout) as AskResult;
    expect(result, run.stderr).toMatchObject({ mode: 'single', model: `embedded:${smallModelFile}` });
    expect(result.citations.length + result.claims.length).toBeGreaterThan(0);
  });
});

test('the configured host alone is contacted, and the log says when, how much and what for', patient, async () => {
  const host = await startFaultServer({
    chat: (response) => response.end(line('A failing job is tried "four times" [S1].') + lastLine()),
  });
  try {
    const { env, sockets } = refuseSockets([host.url.host]);
    const options = {
      home: temporaryHome(),
      cwd: copyFixture('sample-workspace'),
      env: { ...env, OLLAMA_HOST: host.url.href },
    };
    await runCli(['ask', question, '--json', '--model', 'ollama:m'], options);
    expect(sockets()).toBe('');
    const { records } = JSON.parse((await runCli(['outbound', '--json'], options)).stdout) as OutboundLog;
    expect(records.length).toBeGreaterThan(0);
    for (const record of records) {
      expect(record).toMatchObject({ host: host.url.host, purpose: 'model host', outcome: 'answered' });
    }
    const chat = records.find(({ path }) => path === '/api/chat');
    expect(chat?.sentBytes).toBeGreaterThan(100);
    expect(chat?.receivedBytes).toBeGreaterThan(10);
  } finally {
    await host.close();
  }
});

test('a host on another machine is refused before anything is sent', patient, async () => {
  const { env, sockets } = refuseSockets();
  const options = { home: temporaryHome(), cwd: copyFixture('sample-workspace'), env: { ...env, OLLAMA_HOST: 'http://198.51.100.7:11434' } }; // prettier-ignore
  const run = await runCli(['ask', question, '--json', '--model', 'ollama:any'], options);
  expect(run.code).toBe(1);
  expect(run.stderr).toMatch(/198\.51\.100\.7:11434 is not on this machine/);
  expect(sockets()).toBe('');
});

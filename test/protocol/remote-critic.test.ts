/** The command line with a CPRS server as its critic, as users run it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AskResult } from '../../protocol/ask';
import { runCli, type CliRun } from '../support/cli-process';
import { startCprsServer, type CprsScript, type CprsServer } from '../support/cprs-server';
import { copyFixture, temporaryHome } from '../support/server-process';

const question = 'How long does the graveyard keep jobs?';
const script: { respond?: CprsScript['respond'] } = {};
let server: CprsServer;
let cwd: string;
beforeEach(async () => {
  server = await startCprsServer({
    respond: (response, send, request) => (script.respond ? script.respond(response, send, request) : send()),
  });
  cwd = copyFixture('sample-workspace');
});
afterEach(async () => {
  delete script.respond;
  await server.close();
});

const run = (...args: string[]): Promise<CliRun> => {
  const env = { LONGFOLD_CRITIC_URL: server.url.replace('http://', '') };
  return runCli(args, { home: temporaryHome(), cwd, env });
};

test('ask lets the server at LONGFOLD_CRITIC_URL choose the evidence, as exact slices', async () => {
  const { code, stdout } = await run('ask', question, '--model', 'none', '--json');
  const result = JSON.parse(stdout) as AskResult;
  expect(code).toBe(0);
  expect(server.requests.length).toBeGreaterThan(0);
  expect(server.requests[0]?.payload.input.messages[1]?.content).toContain('graveyard');
  expect(result.evidence.length).toBeGreaterThan(0);
  for (const span of result.evidence) {
    expect(readFileSync(join(cwd, span.path), 'utf8').slice(span.start, span.end)).toBe(span.text);
  }
});

test('ask goes on without a server that fails', async () => {
  script.respond = (response) => response.writeHead(500).end();
  const { code, stdout } = await run('ask', question, '--model', 'none', '--json');
  expect(code).toBe(0);
  expect((JSON.parse(stdout) as AskResult).evidence.length).toBeGreaterThan(0);
});

test('compress goes on by BM25 and says in one sentence that the server fails', async () => {
  script.respond = (response) => response.writeHead(500).end();
  const { code, stdout, stderr } = await run('compress', 'README.md', '--question', question);
  expect(code).toBe(0);
  expect(stdout.trim()).not.toBe('');
  expect(stderr.split('\n')[0]).toBe(
    `The critic cannot be used, so BM25 alone chose the evidence: The critic at ${server.url} refused the request with status 500 (no reason given); see its log, then ` +
      'ask again.',
  );
});

/** `longfold trace` on a recorded fold: shown, replayed without a model, its memory printed, and wrong orders refused. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runCli, type CliRun } from '../support/cli-process';
import { createFoldWorld, runWorld, type FoldRun } from '../support/fold-world';

const folder = mkdtempSync(join(tmpdir(), 'longfold-trace-'));
const file = join(folder, 'trace.jsonl');
let recorded: FoldRun;
beforeAll(async () => {
  recorded = await runWorld(await createFoldWorld({ seed: 11, chars: 40_000, mode: 'everything' }));
  writeFileSync(file, recorded.file);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const trace = (...args: readonly string[]): Promise<CliRun> =>
  runCli(['trace', ...args], { home: join(folder, 'home') });
const steps = () => recorded.events.filter((event) => event.kind === 'foldStepFinished');

test('shows a fold in lines, with what there was to read and why it ended', async () => {
  const { code, stdout } = await trace(file);
  expect(code).toBe(0);
  expect(stdout).toMatch(/fold: \d+ chunks, \d+ tokens, \d+ steps, about \d+ (?:s|min)/);
  expect(stdout).toMatch(/fold finished \(allRead\) after \d+ steps, 0 skipped/);
});

test('replays every step, and fails where one does not lead to what was recorded', async () => {
  const good = await trace(file, '--replay', '--json');
  expect([good.code, JSON.parse(good.stdout)]).toEqual([0, { steps: steps().length, differences: [] }]);
  const forged = join(folder, 'forged.jsonl');
  const reply = /("reply":"\{.*?)moored/;
  writeFileSync(forged, readFileSync(file, 'utf8').replace(reply, '$1lost'));
  const bad = await trace(forged, '--replay');
  expect(bad.code).toBe(1);
  expect(bad.stdout).toMatch(/Step \d+ of part 1: its memory is not the recorded one\./);
});

test('prints the memory after a step as lines that can be edited', async () => {
  const last = steps().at(-1);
  const { code, stdout } = await trace(file, '--memory-at', String(last?.step));
  expect(code).toBe(0);
  expect(stdout.trimEnd().split('\n')).toEqual(
    last?.after.lines.map((line) => `- ${line.text}${line.spanIds.map((id) => ` [${id}]`).join('')}`),
  );
});

test('looks up again what a reading of everything cited', async () => {
  const verified = recorded.answer.citations.filter((citation) => citation.verified);
  const { code, stdout } = await trace(file, '--workspace', folder);
  expect([code, verified.length > 0]).toEqual([0, true]);
  const [, today = ''] = stdout.split('Citations today\n');
  expect(today.match(/^  ⚠ logs\/\d+\.txt:\d+  "The /gm)).toHaveLength(verified.length);
});

test.each([
  [['--memory', 'm.txt'], 2, 'name the step to go on from with --fork STEP'],
  [['--resume', '--fork', '1'], 2, 'Use either --resume or --fork.'],
  [['--fork', 'one'], 2, 'The step "one" is not a whole number'],
  [['--memory-at', '999'], 1, 'there is no step 999 to go on from'],
])('refuses %s', async (args, code, message) => {
  const run = await trace(file, ...args);
  expect(run.code).toBe(code);
  expect(run.stderr).toContain(message);
});

/** Evaluations and extraction on the command line as users run them: documents, tables, going on, stopping. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { runCli, type CliRun } from '../support/cli-process';
import { createDataFolder, readAnswerLines, readRecordLines } from '../support/evidence-fixtures';
import { copyFixture, temporaryHome } from '../support/server-process';

let home: string;
let workspace: string;
beforeAll(() => {
  home = temporaryHome();
  workspace = copyFixture('sample-workspace');
});

const methods = ['bm25', 'critic', 'critic-2hop', 'random', 'oracle'];

const run = (...args: string[]): Promise<CliRun> => runCli(args, { home, cwd: workspace });

test('eval evidence measures through the critic, goes on from its file, and prints one document or a table', async () => {
  const data = createDataFolder({ own: readRecordLines().slice(0, 6), other: readRecordLines().slice(6) });
  const args = ['eval', 'evidence', '--data', data, '--sets', 'own', '--keep', '10,50', '--keep', '20'];
  args.push('--method', methods.join(), '--resume', join(home, 'results.jsonl'));
  const { code, stdout } = await run(...args, '--json');
  expect(code).toBe(0);
  const { rows } = JSON.parse(stdout) as { rows: Readonly<Record<string, unknown>>[] };
  expect(rows.map(({ set, method, keep, n }) => ({ set, method, keep, n }))).toEqual(
    methods.flatMap((method) => [10, 50, 20].map((keep) => ({ set: 'own', method, keep, n: 6 }))),
  );
  const recallOf = (name: string): number =>
    Number(rows.find(({ method, keep }) => method === name && keep === 20)?.recall);
  expect(recallOf('critic')).toBeGreaterThan(recallOf('random'));
  const again = await run(...args, '--json');
  expect(again.stdout).toBe(stdout);
  const table = await run(...args.slice(0, -2));
  expect(table.stdout).toMatch(/^\| set +\| method +\| keep \|/);
  expect(table.stdout.trim().split('\n').length).toBe(2 + rows.length);
});

test('eval answers measures through the critic, goes on from its file, and prints one document or a table', async () => {
  const data = createDataFolder({ own: readAnswerLines(), other: readRecordLines().slice(0, 3) });
  const args = ['eval', 'answers', '--data', data, '--resume', join(home, 'answers.jsonl')];
  const { code, stdout } = await run(...args, '--json');
  expect(code).toBe(0);
  const share = expect.toSatisfy((value: unknown) => typeof value === 'number' && value >= 0 && value <= 1);
  const figures = { f1: share, exactMatch: share, answered: share, abstained: share, auc: share, ece: share };
  expect(JSON.parse(stdout)).toEqual({
    rows: [{ set: 'own', n: 7, yesNo: { n: 2, accuracy: share }, ...figures }],
  });
  const again = await run(...args, '--json');
  expect(again.stdout).toBe(stdout);
  const table = await run(...args, '--sets', 'own');
  expect(table.stdout).toMatch(/^\| set +\| records \| +F1 \|/);
  expect(table.stdout.trim().split('\n').length).toBe(3);
});

test('extract prints the answer with its place, or says that there is none', async () => {
  const file = join(workspace, 'docs', 'retries.md');
  const question = 'How many attempts are made by default?';
  const { code, stdout } = await run('extract', question, file, join(workspace, 'README.md'), '--json');
  expect(code).toBe(0);
  const { answer, ...rest } = JSON.parse(stdout) as { answer: { start: number; end: number; text: string } };
  expect(rest).toEqual({ question, probability: expect.any(Number) });
  const text = readFileSync(file, 'utf8');
  const before = text.slice(0, answer.start).split('\n');
  const place = { line: before.length, column: (before.at(-1) ?? '').length + 1 };
  expect(answer).toEqual({ ...answer, path: file, ...place, text: text.slice(answer.start, answer.end) });
  expect(answer.text).toContain('four');
  const shown = await run('extract', question, file);
  expect(shown.stdout).toBe(`${file}:${place.line}:${place.column}\n${answer.text}\n`);
  const none = await run('extract', '谁写了这首诗？', file);
  expect(none).toMatchObject({ code: 3, stdout: '' });
  expect(none.stderr).toMatch(/^The text does not seem to hold an answer \(probability 0\.[0-4]\d\)\.$/m);
});

test('Ctrl-C stops an evaluation, says how to go on, and keeps what is measured', async () => {
  const data = createDataFolder({ own: readRecordLines() });
  const kept = join(home, 'kept.jsonl');
  const args = ['eval', 'evidence', '--data', data, '--method', 'critic', '--json', '--resume', kept];
  const stopped = await runCli(args, { home, cwd: workspace, interruptWhen: () => existsSync(kept) });
  expect(stopped).toMatchObject({ code: 130, stdout: '' });
  expect(stopped.stderr).toContain(`run the same command again to go on from ${kept}`);
  const before = readFileSync(kept, 'utf8');
  const done = await run(...args);
  expect(JSON.parse(done.stdout)).toMatchObject({ rows: [{ n: 64 }, { n: 64 }, { n: 64 }, { n: 64 }] });
  const after = readFileSync(kept, 'utf8');
  expect(after.startsWith(before)).toBe(true);
  expect(after.trim().split('\n').length).toBe(64);
});

test.each(['evidence', 'answers'])('eval %s has help', async (what) => {
  const { code, stdout } = await run('eval', what, '--help');
  expect(code).toBe(0);
  expect(stdout).toContain(`Usage: longfold eval ${what}`);
  expect(stdout).toContain('--json');
});

/** An evaluation over a committed repository with evidence made up by hand: figures, budget, baseline, going on. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { measureRepoQa, type RepoQaParts, type RepoQaRequest } from '../../../server/src/eval/measure-repo-qa';
import { rankLineChunks } from '../../../server/src/eval/line-chunks';
import { createNodeFileSystem } from '../../../server/src/platform/node-file-system';
import { temporaryFolder } from '../workspace/workspace-fixture';

const fixture = join(import.meta.dirname, '../../fixtures/repo-qa');
const dataFile = join(fixture, 'questions.json');
const paths = ['README.md', 'src/lamp.py', 'src/log_book.py', 'src/weather.py', 'tests/test_lamp.py'];

interface Slice {
  readonly path: string;
  /** 1-based, both included. */
  readonly lines: readonly [first: number, last: number];
  /** Left out at the start of the first line. */
  readonly skip?: number;
}

/** Evidence by a word of the question. */
const evidence: Readonly<Record<string, readonly Slice[]>> = {
  // Gold: lamp.py 17 to 22 but for the blank 20, weather.py 10 to 12: eight lines with ink.
  lights: [
    { path: 'README.md', lines: [1, 3] },
    { path: 'src/lamp.py', lines: [17, 18] },
    { path: 'src/lamp.py', lines: [18, 19] },
    { path: 'src/weather.py', lines: [10, 12], skip: 7 },
  ],
  // Gold: lamp.py 5, 6, 24 to 28: seven lines, each once although two ranges overlap.
  lens: [{ path: 'src/lamp.py', lines: [24, 28] }],
  // Gold: log_book.py 8 to 13 but for the blank 7 and 10; its file is the sixth.
  log: [
    ...[...paths.filter((path) => path !== 'src/log_book.py'), 'a.py'].map((path): Slice => ({ path, lines: [1, 1] })),
    { path: 'src/log_book.py', lines: [1, 16] },
  ],
};

function textOf(path: string): string {
  return path === 'a.py' ? 'nothing' : readFileSync(join(fixture, 'lighthouse', path), 'utf8');
}

function cut({ path, lines: [first, last], skip = 0 }: Slice): {
  path: string;
  start: number;
  end: number;
  text: string;
} {
  const text = textOf(path);
  const lines = text.split('\n');
  const start = lines.slice(0, first - 1).join('\n').length + (first > 1 ? 1 : 0) + skip;
  const end = lines.slice(0, last).join('\n').length;
  return { path, start, end, text: text.slice(start, end) };
}

function createParts(asked: string[] = [], more: Partial<RepoQaParts> = {}): RepoQaParts {
  return {
    fileSystem: createNodeFileSystem(),
    clock: { nowMs: () => 0, wallMs: () => 0 },
    version: '1',
    criticFingerprint: async () => 'model 1',
    openRepository: async () => ({
      fingerprint: 'index 1',
      paths,
      readText: async (path) => textOf(path),
      gather: async (question) => {
        asked.push(question);
        const name = Object.keys(evidence).find((word) => question.includes(word));
        return (evidence[name ?? ''] ?? []).map(cut);
      },
    }),
    // A token a word.
    countTokens: async (texts) => texts.map((text) => text.split(/\s+/).filter((word) => word !== '').length),
    ...more,
  };
}

function createRequest(more: Partial<RepoQaRequest> = {}): RepoQaRequest {
  const signal = new AbortController().signal;
  return { dataFile, reposFolder: fixture, methods: ['longfold'], budgets: [1000], seed: 1, signal, ...more };
}

test('counts gold lines with ink that lie whole in the evidence, and gold files among the first five', async () => {
  const asked: string[] = [];
  const rows = await measureRepoQa(createRequest(), createParts(asked));
  // Lamp 17 to 19 and weather 11 and 12, whose line 10 is cut: 5 of 8; then 5 of 7 and 5 of 5.
  expect(rows.length).toBe(1);
  expect(rows[0]).toMatchObject({ repo: 'harbour/lighthouse', method: 'longfold', budget: 1000, n: 3 });
  expect(rows[0]?.goldLines).toBeCloseTo((5 / 8 + 5 / 7 + 1) / 3, 12);
  // Both files of the first question, the one of the second, not the sixth file of the third.
  expect(rows[0]?.goldFiles5).toBeCloseTo((1 + 1 + 0) / 3, 12);
  // The issue of another commit is not asked.
  expect(asked.length).toBe(3);
});

test('what is over the budget is no evidence', async () => {
  const sizes = (evidence['lights'] ?? []).map(cut).map(({ text }) => text.split(/\s+/).filter(Boolean).length);
  const [readme = 0, first = 0, second = 0] = sizes;
  const one = createRequest({ sample: 3, budgets: [readme + first + second - 1, readme + first - 1] });
  const results: string[] = [];
  await using temporary = await temporaryFolder();
  const resumeFile = join(temporary.path, 'log.jsonl');
  await measureRepoQa({ ...one, resumeFile }, createParts());
  for (const line of readFileSync(resumeFile, 'utf8').trim().split('\n')) {
    const { id, budget, result } = JSON.parse(line) as {
      id: string;
      budget: number;
      result: { goldLines: number; tokens: number };
    };
    expect(result.tokens).toBeLessThanOrEqual(budget);
    if (id === 'dusk') results.push((8 * result.goldLines).toFixed(0));
  }
  // Without the slice that does not fit what is smaller still does: the weather's two lines.
  expect(results).toEqual(['4', '2']);
});

test('the baseline ranks chunks of 30 lines of Python files', async () => {
  const texts = new Map(paths.map((path) => [path, textOf(path)]));
  const chunks = rankLineChunks(texts)('When does the spare lamp hand over?');
  expect(chunks.map(({ path }) => path)).not.toContain('README.md');
  // 55 lines make two chunks, the second of which is about the spare lamp.
  const lamp = chunks.filter(({ path }) => path === 'src/lamp.py');
  expect(lamp.map(({ start }) => start)).toEqual([cut({ path: 'src/lamp.py', lines: [31, 31] }).start, 0]);
  expect(chunks[0]).toEqual(lamp[0]);
  for (const { path, start, end, text } of chunks) expect(textOf(path).slice(start, end)).toBe(text);
  const asked: string[] = [];
  const [row] = await measureRepoQa(createRequest({ methods: ['bm25'] }), createParts(asked));
  expect(row).toMatchObject({ goldLines: 1, goldFiles5: 1 });
  expect(asked).toEqual([]);
});

test('a second run asks only what is missing; another index or question is asked again', async () => {
  await using temporary = await temporaryFolder();
  const resumeFile = join(temporary.path, 'results.jsonl');
  const countAsked = async (request: Partial<RepoQaRequest>, parts: Partial<RepoQaParts> = {}): Promise<number> => {
    const asked: string[] = [];
    await measureRepoQa(createRequest({ resumeFile, ...request }), createParts(asked, parts));
    return asked.length;
  };
  expect(await countAsked({ sample: 1 })).toBe(1);
  expect(await countAsked({})).toBe(2);
  expect(await countAsked({ budgets: [1000, 50] })).toBe(3);
  expect(await countAsked({}, { criticFingerprint: async () => 'model 2' })).toBe(3);
  const changed = join(temporary.path, 'questions.json');
  writeFileSync(changed, readFileSync(dataFile, 'utf8').replace('How fast', 'How quickly'));
  expect(await countAsked({ dataFile: changed })).toBe(1);
});

test('a row for all questions follows those of several repositories', async () => {
  await using temporary = await temporaryFolder();
  const list = JSON.parse(readFileSync(dataFile, 'utf8')) as { id: string; repo: string }[];
  const two = list.map((question) => (question.id === 'log' ? { ...question, repo: 'harbour/station' } : question));
  const file = join(temporary.path, 'questions.json');
  writeFileSync(file, JSON.stringify(two));
  const fileSystem = createNodeFileSystem();
  const folders = [
    { name: 'lighthouse', kind: 'folder' as const },
    { name: 'station-abc1234', kind: 'folder' as const },
  ];
  const opened: string[] = [];
  const parts = createParts([], {
    fileSystem: { ...fileSystem, listFolder: async () => folders },
  });
  const openRepository: RepoQaParts['openRepository'] = (folder, signal) => {
    opened.push(folder);
    return parts.openRepository(folder, signal);
  };
  const rows = await measureRepoQa(createRequest({ dataFile: file }), { ...parts, openRepository });
  expect(opened).toEqual([join(fixture, 'lighthouse'), join(fixture, 'station-abc1234')]);
  expect(rows.map(({ repo, n }) => [repo, n])).toEqual([
    ['harbour/lighthouse', 2],
    ['harbour/station', 1],
    ['all', 3],
  ]);
  expect(rows[2]?.goldLines).toBeCloseTo((5 / 8 + 5 / 7 + 1) / 3, 12);
});

test.each([
  ['no list', '{}', /no JSON list/],
  ['a range without lines', '"end_line": 3', /record 1 .*"gold" has no lines/],
  ['lines that are not there', '"end_line": 900', /dusk asks about lines .*at commit abc1234/],
  ['a repository that is not there', 'harbour/mole', /no folder "mole": unpack harbour\/mole at commit abc1234/],
])('refuses %s with one sentence', async (_, what, message) => {
  await using temporary = await temporaryFolder();
  const file = join(temporary.path, 'questions.json');
  const whole = readFileSync(dataFile, 'utf8');
  const text = what.startsWith('"')
    ? whole.replace('"end_line": 22', what)
    : what === '{}'
      ? what
      : whole.replaceAll('harbour/lighthouse', what);
  writeFileSync(file, text);
  await expect(measureRepoQa(createRequest({ dataFile: file }), createParts())).rejects.toThrow(message);
});

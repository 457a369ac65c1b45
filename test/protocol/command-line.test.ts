/** The command line as users run it: one JSON document that matches its schema, exact slices, honest exit codes, bad input. */
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { Ajv } from 'ajv';
import { beforeAll, expect, test } from 'vitest';
import type { AskResult } from '../../protocol/ask';
import schema from '../../protocol/ask-result.schema.json';
import { runCli, type CliRun } from '../support/cli-process';
import { copyFixture, temporaryHome } from '../support/server-process';

const validate = new Ajv({ allErrors: true, strictTypes: false }).compile(schema);
let home: string;
let workspace: string;
beforeAll(() => {
  home = temporaryHome();
  workspace = copyFixture('sample-workspace');
});

const run = (...args: string[]): Promise<CliRun> => runCli(args, { home, cwd: workspace });

test('ask --json prints one document that matches its schema, with exact slices of the files', async () => {
  const { code, stdout } = await run(
    'ask',
    'How',
    'long',
    'does the graveyard keep jobs?',
    '--model',
    'none',
    '--json',
  );
  const result = JSON.parse(stdout) as AskResult;
  expect(validate(result), JSON.stringify(validate.errors)).toBe(true);
  expect(code).toBe(0);
  expect(result.evidence.length).toBeGreaterThan(0);
  for (const span of result.evidence) {
    const text = readFileSync(join(workspace, span.path), 'utf8');
    expect(text.slice(span.start, span.end)).toBe(span.text);
    expect(text.slice(0, span.start).split('\n').length).toBe(span.startLine);
    expect(text.slice(0, span.end).split('\n').length).toBe(span.endLine);
  }
  expect(result.evidence.some((span) => /seven days/.test(span.text) || /KEEP_DAYS/.test(span.text))).toBe(true);
  expect(result.tokens.kept).toBeGreaterThan(0);
  expect(result.tokens.read).toBeGreaterThanOrEqual(result.tokens.kept);
});

test('a device that the critic cannot use is one line, and what is kept is the same', async () => {
  const compress = (device: string): Promise<CliRun> => {
    const env = { LONGFOLD_CRITIC_DEVICE: device };
    return runCli(['compress', 'README.md', '--question', 'How long are jobs kept?'], { home, cwd: workspace, env });
  };
  const [cpu, cuda, unknown] = [await compress(''), await compress('cuda'), await compress('gpu')];
  expect([cuda.stdout, unknown.stdout]).toEqual([cpu.stdout, cpu.stdout]);
  expect(cuda.stderr).toMatch(
    /^The critic cannot use cuda \(.+\), so the CPU is used instead; .+\.\n\d+ of \d+ tokens kept\.\n$/,
  );
  expect(unknown.stderr).toBe(
    `The setting longfold.critic.device must be one of auto, cpu, webgpu, cuda, dml, coreml; cpu is used instead.\n${cpu.stderr}`,
  );
});

test('the schema refuses a verified citation without a place', () => {
  const citation = {
    path: null,
    start: null,
    end: null,
    startLine: null,
    endLine: null,
    spanId: null,
    quote: 'x',
    verified: true,
    problem: null,
  };
  const tokens = { workspace: 1, read: 1, kept: 1 };
  const result = {
    question: 'q',
    answer: 'a',
    outcome: 'answered',
    mode: 'single',
    model: 'm',
    evidence: [],
    claims: [],
    tokens,
    seconds: 1,
    trace: null,
    message: null,
  };
  expect(validate({ ...result, citations: [] })).toBe(true);
  expect(validate({ ...result, citations: [citation] })).toBe(false);
  const range = { path: 'boats.csv', start: 30, end: 32, startLine: 3, endLine: 3 };
  const operand = { ...range, name: 'boats.seats', text: '60', spanId: null };
  const computed = { form: 'query', calculation: 'SELECT 1', result: '60', operands: [operand], operandCount: 4 };
  expect(validate({ ...result, citations: [], computed })).toBe(true);
  expect(
    validate({ ...result, citations: [], computed: { ...computed, operands: [{ ...operand, path: null }] } }),
  ).toBe(false);
});

test('compress prints the kept slices of files with exact offsets', async () => {
  const file = join(workspace, 'docs', 'retries.md');
  const { code, stdout } = await run(
    'compress',
    file,
    '--question',
    'How many attempts are made by default?',
    '--budget',
    '64',
    '--json',
  );
  expect(code).toBe(0);
  const result = JSON.parse(stdout) as {
    spans: { start: number; end: number; text: string }[];
    tokens: { read: number; kept: number };
  };
  const text = readFileSync(file, 'utf8');
  expect(result.spans.map((span) => text.slice(span.start, span.end))).toEqual(result.spans.map((span) => span.text));
  expect(result.spans.some((span) => span.text.includes('four times'))).toBe(true);
  expect(result.tokens.kept).toBeLessThanOrEqual(64);
  expect(result.tokens.read).toBeGreaterThan(result.tokens.kept);
});

test('compress --granularity keyword prints a few words of the best sentences', async () => {
  const file = join(workspace, 'docs', 'retries.md');
  const question = 'How many attempts are made by default?';
  const args = ['--question', question, '--granularity', 'keyword', '--budget', '64', '--json'];
  const { code, stdout } = await run('compress', file, ...args);
  expect(code).toBe(0);
  const result = JSON.parse(stdout) as {
    spans: { start: number; end: number; text: string }[];
    tokens: { kept: number };
  };
  const text = readFileSync(file, 'utf8');
  expect(result.spans.length).toBeGreaterThan(1);
  expect(result.spans.map((span) => text.slice(span.start, span.end))).toEqual(result.spans.map((span) => span.text));
  for (const span of result.spans) expect(span.text.split(/\s+/).length).toBeLessThanOrEqual(12);
  expect(result.tokens.kept).toBeLessThanOrEqual(64);
});

test('compress keeps a share of what it reads, and only what is probable enough', async () => {
  const compress = async (
    ...args: readonly string[]
  ): Promise<{ code: number | null; spans: number; text: string; read: number; kept: number }> => {
    const question = ['--question', 'How many attempts are made by default?'];
    const { code, stdout } = await run(
      'compress',
      join(workspace, 'docs', 'retries.md'),
      ...question,
      ...args,
      '--json',
    );
    const result = JSON.parse(stdout) as { spans: { text: string }[]; tokens: { read: number; kept: number } };
    const text = result.spans.map((span) => span.text).join('\n');
    return { code, spans: result.spans.length, text, ...result.tokens };
  };
  const [tenth, half] = [await compress('--budget', '10%'), await compress('--budget', '50%')];
  expect(tenth.kept).toBeLessThanOrEqual(Math.ceil(tenth.read / 10));
  expect(half.kept).toBeGreaterThan(2 * tenth.kept);
  const about = ['--question', 'What about jobs?', '--budget', '30%', '--instruction'];
  expect((await compress(...about, 'Which error is never retried?')).text).toContain('PermanentError');
  expect((await compress(...about, 'the delay in milliseconds')).text).toContain('250 milliseconds');
  const [probable, all, none] = [
    await compress('--threshold', '0.2'),
    await compress(),
    await compress('--threshold', '1'),
  ];
  expect(probable.code).toBe(0);
  expect(probable.kept).toBeGreaterThan(0);
  expect(probable.kept).toBeLessThan(all.kept);
  expect(none).toMatchObject({ code: 3, spans: 0, kept: 0 });
});

const evidence = ['eval', 'evidence', '--data'];

test('search, index, ledger and trace print one JSON document each', async () => {
  const search = JSON.parse((await run('search', 'PermanentError', '--json')).stdout) as { hits: { path: string }[] };
  expect(search.hits[0]?.path).toBe('docs/retries.md');
  const index = JSON.parse((await run('index', '--json')).stdout) as { indexed: number };
  expect(index.indexed).toBe(6);
  const ledger = JSON.parse((await run('ledger', 'src', '--json')).stdout) as {
    files: { path: string; state: string }[];
  };
  expect(ledger.files.map((file) => file.path)).toEqual(['src/backoff.ts', 'src/graveyard.py', 'src/queue.ts']);
  const asked = JSON.parse(
    (await run('ask', 'What is Kettle?', '--model', 'none', '--json', '--trace', join(home, 't.jsonl'))).stdout,
  ) as AskResult;
  const trace = JSON.parse((await run('trace', asked.trace ?? '', '--json')).stdout) as { kind: string }[];
  expect(trace[0]?.kind).toBe('questionAsked');
  const page = await run('trace', asked.trace ?? '', '--html', join(home, 'trace.html'));
  expect(page.code).toBe(0);
  expect(readFileSync(join(home, 'trace.html'), 'utf8')).toMatch(/^<!doctype html>[\s\S]*What is Kettle\?/i);
});

test.each(['ask', 'index', 'compress', 'extract', 'search', 'ledger', 'trace', 'serve', 'forget'])(
  '%s has help',
  async (command) => {
    const { code, stdout } = await run(command, '--help');
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: longfold ${command}`);
    expect(stdout).toContain('--json');
  },
);

test.each([
  ['a missing folder', ['ask', 'What?', '--workspace', '/no/such/folder'], 1, /\/no\/such\/folder/],
  ['a file as workspace', ['index', 'README.md'], 1, /README\.md.*not a folder/],
  ['an empty question', ['ask', ' '], 2, /question is empty/],
  [
    'an unknown granularity',
    ['ask', 'What?', '--granularity', 'word'],
    2,
    /use one of keyword, sentence, paragraph, line, block, symbol/,
  ],
  ['a share of nothing', ['compress', 'README.md', '--question', 'What?', '--budget', '0%'], 2, /"0%" is no budget/],
  ['an improbable threshold', ['compress', 'README.md', '--question', 'What?', '--threshold', '2'], 2, /from 0 to 1/],
  ['an unknown model host', ['ask', 'What?', '--model', 'gpt'], 2, /ollama:NAME/],
  [
    'a model file that is not there',
    ['ask', 'What is Kettle?', '--model', 'embedded:none-such.gguf'],
    1,
    /none-such\.gguf/,
  ],
  ['a model of a server that is not set', ['ask', 'What is Kettle?', '--model', 'openai:m'], 1, /openaiUrl|OpenAI/i],
  ['a missing trace', ['trace', 'nothing.jsonl'], 1, /nothing\.jsonl/],
  ['a trace that is none', ['trace', 'README.md'], 1, /README\.md/],
  ['a missing file', ['compress', 'nothing.txt', '--question', 'What?'], 1, /nothing\.txt/],
  ['a file to extract from that is missing', ['extract', 'What?', 'nothing.txt'], 1, /nothing\.txt/],
  ['nothing to extract', ['extract', ' ', 'README.md'], 2, /question is empty/],
  ['a set that is not there', ['eval', 'answers', '--data', 'docs', '--sets', 'x'], 2, /no set "x"/],
  ['records that are not there', [...evidence, '/no/such/folder'], 1, /\/no\/such\/folder/],
  ['a folder without records', [...evidence, 'docs'], 2, /docs there are no sets/],
  ['an unknown set', [...evidence, 'docs', '--sets', 'x'], 2, /no set "x"/],
  ['an unknown method', [...evidence, 'docs', '--method', 'bm25,guess'], 2, /"guess" is no method: use one of bm25/],
  ['a share above the whole', [...evidence, 'docs', '--keep', '5,120'], 2, /"120" is no share to keep/],
  ['an empty sample', [...evidence, 'docs', '--sample', '0'], 2, /sample "0" is not a whole number/],
  ['eval without what', ['eval'], 2, /Usage: longfold eval/],
  ['an unknown command', ['explode'], 2, /unknown command/],
] as const)('%s gives one clear sentence and exit code', async (_name, args, code, sentence) => {
  const done = await run(...args);
  expect(done.stderr).toMatch(sentence);
  expect(done.stderr).not.toMatch(/\n\s+at /);
  expect(done.code).toBe(code);
});

test('an empty folder is answered with nothing found', async () => {
  const folder = join(home, 'empty');
  mkdirSync(folder);
  const done = await runCli(['ask', 'What is this?', '--model', 'none', '--json'], { home, cwd: folder });
  expect(done.code).toBe(3);
  expect(JSON.parse(done.stdout)).toMatchObject({ outcome: 'evidence', evidence: [] });
});

test('a question of 10,000 words is answered', async () => {
  const words = Array.from({ length: 10_000 }, (_, index) => (index % 7 === 0 ? 'attempts' : `word${index % 50}`)).join(
    ' ',
  );
  const done = await run('ask', words, '--model', 'none', '--json');
  expect(validate(JSON.parse(done.stdout))).toBe(true);
  expect(done.code).toBe(0);
});

test('Ctrl-C stops a first run of a large folder cleanly', async () => {
  const folder = join(home, 'large');
  mkdirSync(folder);
  for (let file = 0; file < 3_000; file += 1) {
    writeFileSync(
      join(folder, `f${file}.md`),
      `# File ${file}\n\n${`Sentence ${file} about queues and lamps. `.repeat(40)}\n`,
    );
  }
  symlinkSync('.', join(folder, 'loop'));
  const stopped = await runCli(['index', '--json'], { home, cwd: folder, interruptAfterMs: 600 });
  expect(stopped).toMatchObject({ code: 130, stdout: '' });
  const again = await runCli(['index', '--json'], { home, cwd: folder });
  expect(JSON.parse(again.stdout)).toMatchObject({ indexed: 3_000 });
});

test('starts itself again on the installed Node 24 when this Node has no SQLite', async () => {
  const done = await runCli(['index', '--json'], { home, cwd: workspace, node: systemNode() });
  expect(JSON.parse(done.stdout)).toMatchObject({ indexed: 6 });
});

/** The Node that the machine came with, which started `npm test`: the first one outside node_modules. */
function systemNode(): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  return folders.map((folder) => join(folder, 'node')).find((file) => existsSync(file)) ?? process.execPath;
}

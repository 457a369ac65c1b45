/** Each sentence of an answer gets one status: what its quotes, numbers, names, files and lines say about it. */
import { describe, expect, it } from 'vitest';
import type { EvidenceSpan } from '../../../protocol/evidence';
import { checkClaims } from '../../../server/src/answer/check-claims';
import { checkAnswer } from '../../../server/src/answer/check-answer';

function span(id: string, path: string, startLine: number, text: string): EvidenceSpan {
  const endLine = startLine + text.split('\n').length - 1;
  return { id, path, start: 0, end: text.length, startLine, endLine, text, score: 1 };
}

const evidence = [
  span('S1', 'docs/limits.md', 10, 'The server does not retry a request.\nIt holds 1,500 jobs, twelve of them at once,\nand its infor-\nmation is kept for 2.5 years.'),
  span('S2', 'docs/annual.md', 3, 'Revenue grew 12.5 percent to 1.2 million euros in March 2021. The board has three members.'),
  span('S3', 'src/queue.ts', 20, 'export function nextDelayMs(attempt: number) {\n  return this.queue.length * 2;\n}'),
  span('S4', 'docs/zh.md', 1, '去年收入增长百分之十二，共一百二十万元。队列最多容纳五百个任务，\n等待时间为３０秒。'),
]; // prettier-ignore
const known = { names: new Set(['drainAll']), files: new Set(['src/worker.ts']) };

/** `status` or `status: problem` of each claim. */
function check(answer: string, question = ''): readonly string[] {
  return checkClaims(answer, evidence, { question, known }).map(
    ({ status, problem }) => `${status}${problem === null ? '' : `: ${problem}`}`,
  );
}

describe('a sentence is supported', () => {
  it.each([
    ['by a quote', 'It says "does not retry a request" [S1].'],
    ['by a quote over a hyphen at a line end', 'Its "information is kept for 2.5 years" [S1].'],
    ['by a quote that keeps the hyphen', 'Its "infor-mation is kept" [S1].'],
    ['by a quote in full-width digits', '“holds １,５００ jobs” [S1]'],
    ['by a quote in half-width digits', '“等待时间为 30 秒” [S4]'],
    ['by being copied', 'Revenue grew 12.5 percent to 1.2 million euros in March 2021.'],
    ['by a quote with the file and line that it stands on', 'It holds “1,500 jobs” (limits.md:11).'],
    ['by a quote with its line in words', 'On line 11 it says “It holds 1,500 jobs” [S1].'],
    ['by a conclusion in words of what was cited', 'See “1,500 jobs” [S1].\nTherefore, the answer is 1,500 jobs.'],
  ])('%s', (_name, answer) => {
    expect(check(answer).at(-1)).toBe('supported');
  });
});

describe('numbers are compared as values', () => {
  it.each([
    ['1500 jobs fit [S1].', true],
    ['1.500 jobs fit [S1].', true],
    ['1 500 jobs fit [S1].'.replace('1 5', '1\u202f5'), true],
    ['There are 12 at once [S1].', true],
    ['It grew by 12.50% [S2].', true],
    ['It grew by 12.5 [S2].', false],
    ['It was 1,200,000 euros in 2021-03 [S2].', true],
    ['It was 1.2 billion euros [S2].', false],
    ['It grew 12.6% [S2].', false],
    ['There are 3 members [S2].', true],
    ['There are 4 members [S2].', false],
    ['收入增长12% [S4]。', true],
    ['收入为1,200,000元 [S4]。', true],
    ['收入为120万元 [S4]。', true],
    ['收入为一百三十万元 [S4]。', false],
    ['最多五百个任务 [S4]。', true],
    ['等待30秒 [S4]。', true],
    ['等待31秒 [S4]。', false],
  ])('%s', (answer, isThere) => {
    const [result] = check(answer);
    if (isThere) expect(result).toMatch(/^unchecked: The source is named/);
    else expect(result).toMatch(/^struck: The number .* is not in S\d\.$/);
  });

  it('says where a number comes from that only the question has', () => {
    expect(check('The 99 jobs fit [S1].', 'Do 99 jobs fit?')).toEqual([
      'unchecked: The number 99 is from the question, not from S1.',
    ]);
  });
});

describe('what fails is struck, with the reason', () => {
  it.each([
    ['a made-up quote', '"retries every request" [S1]', 'The quoted words are not in S1.'],
    [
      'a quote without its negation',
      '"retry a request" [S1]',
      'S1 has these words only inside a longer word or number, or after a negation.',
    ],
    ['a span that does not exist', 'It waits [S7].', 'The answer cites S7, which is not among the evidence.'],
    ['a code name', '`nextDelay` is called [S3].', 'nextDelay is neither in the evidence nor in the index.'],
    ['a file', '"holds 1,500 jobs" (docs/other.md)', 'docs/other.md is no file of the workspace.'],
    ['a line', '"holds 1,500 jobs" (docs/limits.md:14)', 'The quoted words stand in line 11, not in line 14.'],
    ['a conclusion', 'It “holds 1,500 jobs” [S1].\nTherefore, the answer is 1,600.', 'The number 1,600 is not in S1.'],
    ['an answer whose sources were named later', '1,600 jobs.\n\nSources:\n\n“holds 1,500 jobs” [S1]', 'The number 1,600 is not in S1.'],
  ])('%s', (_name, answer, problem) => {
    expect(check(answer)).toContain(`struck: ${problem}`);
  });
}); // prettier-ignore

it.each([
  ['words of another source', '"has three members" [S1]', 'misplaced: These words stand in S2 (docs/annual.md), not in S1.'],
  ['a sentence without a source', 'Queues are a good idea in general.', 'notFromFiles: This sentence names no source: it is not from your files.'],
  ['a code name of the index', '`drainAll()` ends it [S3].', 'unchecked: The source is named, but its words are others, so what it says could not be checked.'],
  ['a file of the index', '`src/worker.ts` does that too.', 'unchecked: The source is named, but its words are others, so what it says could not be checked.'],
])('%s', (_name, answer, expected) => {
  expect(check(answer)).toEqual([expected]);
}); // prettier-ignore

it('takes headings, lead-ins, questions and marks alone for no claims, and says where each claim stands', () => {
  const answer = '## Limits\n\nWhat the sources say:\n\n1. It "holds 1,500 jobs" [S1].\n2. Is that much?\n\n| a | b |\n|---|---|\n\n- Nobody knows.';
  const claims = checkClaims(answer, evidence, { question: '', known });
  expect(claims.map(({ start, end, status }) => [answer.slice(start, end), status])).toEqual([
    ['It "holds 1,500 jobs" [S1].', 'supported'],
    ['| a | b |', 'notFromFiles'],
    ['Nobody knows.', 'notFromFiles'],
  ]);
}); // prettier-ignore

it('asks the index only for what the evidence lacks, and goes on without it', async () => {
  const asked: unknown[] = [];
  const answer = '`nextDelayMs` and `drainAll` are in limits.md and src/worker.ts [S3].';
  const names = {
    lookUp: (...args: readonly [unknown, unknown, AbortSignal]) => {
      asked.push(args.slice(0, 2));
      return Promise.reject(new Error('The index is busy.'));
    },
  };
  const { claims } = await checkAnswer(answer, evidence, { question: '', names, signal: new AbortController().signal });
  expect(asked).toEqual([[['drainAll'], ['src/worker.ts']]]);
  expect(claims).toMatchObject([{ status: 'unchecked' }]);
});

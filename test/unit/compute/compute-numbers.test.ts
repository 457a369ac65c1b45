/** The stage with a scripted model and the real worker: facts with their operands, one retry that names the error, a sentence. */
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { EvidenceSpan } from '../../../protocol/evidence';
import type { TraceEventBody } from '../../../protocol/trace-events';
import { createCalculator } from '../../../server/src/compute/calculator';
import { computeNumbers, type Computed } from '../../../server/src/compute/compute-numbers';
import type { ComputeDocument } from '../../../server/src/compute/find-grids';
import { factText, operandCitations } from '../../../server/src/compute/fact-text';
import { isNumericQuestion } from '../../../server/src/compute/is-numeric-question';
import { resolveOperands } from '../../../server/src/compute/resolve-operands';
import type { ChatModel } from '../../../server/src/llm/chat-model';
import { numericDocument, wholeSpan } from '../../support/numeric-questions';

const workerFile = join(import.meta.dirname, '../../../dist/workers/compute.worker.js');
const calculator = createCalculator({ workerFile });
afterAll(() => calculator.dispose());

interface Ran extends Computed {
  readonly events: readonly TraceEventBody[];
  readonly prompts: readonly string[];
}

/** Gives the replies one after the other. */
async function run(file: string | ComputeDocument, replies: readonly object[], windowTokens = 8192): Promise<Ran> {
  const document = typeof file === 'string' ? await numericDocument(file) : file;
  const prompts: string[] = [];
  const events: TraceEventBody[] = [];
  const model: ChatModel = {
    id: 'embedded:scripted',
    windowTokens,
    countTokens: (text) => Promise.resolve(Math.ceil(text.length / 3)),
    chat: ({ messages }) => {
      prompts.push(messages.map(({ content }) => content).join('\n'));
      const text = JSON.stringify(replies[prompts.length - 1] ?? {});
      return Promise.resolve({
        text,
        thinking: '',
        promptTokens: 1,
        completionTokens: 1,
        finish: 'stop',
        durationMs: 1,
      });
    },
    dispose: () => Promise.resolve(),
  };
  const computed = await computeNumbers({
    question: 'What is the total?',
    language: 'en',
    evidence: [wholeSpan(document)],
    model,
    calculator,
    readDocument: () => Promise.resolve(document),
    sink: { emit: (event) => events.push(event) },
    signal: new AbortController().signal,
  });
  return { ...computed, events, prompts };
}

const query = (calculation: string) => ({ form: 'query', operands: [], calculation });
const planets = 'numbers/planets.csv';

describe('computed numbers', () => {
  test('a query becomes a fact with its cells, in the trace and for the final prompt', async () => {
    const { fact, problem, events, prompts } = await run(planets, [query('SELECT sum(Moons) FROM planets')]);
    expect(problem).toBeNull();
    expect(prompts[0]).toContain('planets(Planet text, ');
    const computed = events.filter((event) => event.kind === 'numberComputed');
    expect(computed).toMatchObject([{ attempt: 1, form: 'query', result: '288', operandCount: 8, problem: null }]);
    if (fact === null) throw new Error('There is no fact.');
    expect(factText(fact, 'en')).toContain('SELECT sum(Moons) FROM planets = 288\nFrom: planets.Moons = "0" (S1)');
    expect(factText(fact, 'zh')).toContain('= 288');
    const document = await numericDocument(planets);
    const citations = operandCitations(fact);
    expect(citations).toHaveLength(8);
    for (const { quote, start, end, verified } of citations) {
      expect(verified && document.text.slice(start ?? 0, end ?? 0)).toBe(quote);
    }
  });

  test('a calculation that fails is asked for once more with the reason', async () => {
    const { fact, prompts, events } = await run(planets, [
      query('SELECT sum(Monds) FROM planets'),
      query('SELECT max(Moons) FROM planets'),
    ]);
    expect(prompts[1]).toContain('There is no column Monds; there are: Planet, ');
    expect(fact?.result).toBe('146');
    const computed = events.flatMap((event) => (event.kind === 'numberComputed' ? [event.problem === null] : []));
    expect(computed).toEqual([false, true]);
  });

  test('after a second failure the answer goes on, and a sentence says why', async () => {
    const wrong = {
      form: 'expression',
      operands: [{ name: 'a', span: 'S1', quote: 'moons', value: '999' }],
      calculation: 'a + 1',
    };
    const { fact, problem, prompts } = await run(planets, [wrong, query('DROP TABLE planets')]);
    expect(fact).toBeNull();
    expect(prompts).toHaveLength(2);
    expect(problem).toBe(
      'The numbers were not computed exactly: Only one SELECT is allowed; nothing else can be done with the tables.',
    );
  });

  test('a number that the model writes by itself is no fact', async () => {
    const guess = { form: 'expression', operands: [], calculation: '42' };
    const { fact, problem } = await run(planets, [guess, guess]);
    expect([fact, problem]).toEqual([
      null,
      'The numbers were not computed exactly: The calculation uses no number of the text; list its numbers as operands.',
    ]);
  });

  test('nothing to calculate leaves no event but the call', async () => {
    const { fact, problem, events } = await run(planets, [{ form: 'none', operands: [], calculation: '' }]);
    expect([fact, problem]).toEqual([null, null]);
    expect(events.map(({ kind }) => kind)).toEqual(['modelReplied']);
  });

  test('a table that is too large is told, and no query over a part of it is asked for', async () => {
    const text = `Day,Value\n${'1,2\n'.repeat(20_001)}`;
    const { events, prompts } = await run({ path: 'log.csv', text, places: [] }, [{ form: 'none' }], 100_000);
    expect(events.filter(({ kind }) => kind === 'stepFailed')).toEqual([
      {
        kind: 'stepFailed',
        stage: 'compute',
        message: 'The table log of log.csv has more than 20000 rows and is left out.',
      },
    ]);
    expect(prompts[0]).not.toContain('SELECT');
  });

  test('a small window drops tables and evidence rather than cut the prompt', async () => {
    const { prompts } = await run('answer/ferry-handbook.md', [{ form: 'none' }], 1600);
    expect(prompts[0]?.length).toBeLessThan(3 * 1600);
    expect(prompts[0]).not.toContain('Heron');
  });
});

describe('operands', () => {
  const text = 'Sales were $1.92 billion, 12 of them at 12.5%. Loss | (120.4)\nIn 2023 it had 12 quays, 1,250 in all.';
  const span: EvidenceSpan = { id: 'S3', path: 'a.md', text, start: 100, end: 100 + text.length, startLine: 7, endLine: 8, score: 1 }; // prettier-ignore
  const resolve = (value: string, quote = '', from = 'S3') => {
    const [found] = resolveOperands([{ name: 'a', span: from, quote, value }], [span]);
    return found?.operand;
  };

  test.each([
    ['1.92', '', '$1.92 billion', 7],
    ['12.5', '', '12.5%', 7],
    ['120.4', 'Loss | (120.4)', '(120.4)', 7],
    ['12', '12 quays', '12', 8],
    ['1,250', '', '1,250', 8],
  ])('%s takes along what belongs to it', (value, quote, shown, line) => {
    const operand = resolve(value, quote);
    expect(operand).toMatchObject({ text: shown, startLine: line, spanId: 'S3' });
    expect(text.slice((operand?.start ?? 0) - 100, (operand?.end ?? 0) - 100)).toBe(shown);
  });

  test.each([
    ['12', '', 'S3', /stands 2 times in S3/],
    ['250', '', 'S3', /does not stand in S3/],
    ['2.5', '', 'S3', /does not stand in S3/],
    ['quays', '', 'S3', /is no number/],
    ['12', '', 'S9', /no span of the evidence/],
    ['', '', 'S3', /does not stand/],
  ])('"%s" is refused', (value, quote, from, message) => {
    expect(() => resolve(value, quote, from)).toThrow(message);
  });
});

test.each([
  ['What is the total of all invoices?', true],
  ['How many more passengers does the Gull carry than the Heron?', true],
  ['By what percentage did revenue grow from 2022 to 2023?', true],
  ['What is the average price of a lamp?', true],
  ['2023年的总收入是多少？', true],
  ['毛利率最高的分部是哪个？', true],
  ['增长率是多少', true],
  ['Who may order that the ferry stays in the harbour?', false],
  ['What does the function sum mean here?', false],
  ['谁负责检查发动机？', false],
  ['Where is the retry queue defined?', false],
])('%s asks for a number: %s', (question, expected) => expect(isNumericQuestion(question)).toBe(expected));

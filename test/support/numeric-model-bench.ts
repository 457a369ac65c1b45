/**
 * How many of the committed questions about numbers a small model gets right: it writes the calculation, the program works it
 * out. Apart from that, how the same model answers when it calculates by itself.
 */
import { join } from 'node:path';
import type { EvidenceSpan } from '../../protocol/evidence';
import type { TraceEventBody } from '../../protocol/trace-events';
import { createCalculator, type Calculator } from '../../server/src/compute/calculator';
import { computeNumbers } from '../../server/src/compute/compute-numbers';
import type { ComputeDocument } from '../../server/src/compute/find-grids';
import { isNumericQuestion } from '../../server/src/compute/is-numeric-question';
import type { ChatModel } from '../../server/src/llm/chat-model';
import { EmbeddedChatModel } from '../../server/src/llm/embedded-chat-model';
import { LlamaProcessClient } from '../../server/src/llm/llama-process-client';
import { numericDocument, numericQuestions, type NumericQuestion } from './numeric-questions';
import { smallModelFile, smallModelFolder } from './small-model';

export interface NumericRow {
  readonly question: string;
  readonly answer: string;
  /** The rule would have asked for a calculation. */
  readonly isRecognised: boolean;
  /** What was computed; null: nothing. */
  readonly computed: string | null;
  readonly calculation: string;
  readonly problem: string | null;
  /** The model's own words, where it was asked for them. */
  readonly alone: string | null;
  readonly isRight: boolean;
  readonly isRightAlone: boolean;
  readonly seconds: number;
}

export interface BenchOptions {
  /** The folder of the built workers. */
  readonly workersFolder: string;
  readonly windowTokens: number;
  /** Every so many of the questions. */
  readonly every: number;
  readonly isAlone: boolean;
  readonly onRow: (row: NumericRow) => void;
}

export async function benchNumbers(options: BenchOptions): Promise<void> {
  const { workersFolder, windowTokens, every } = options;
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const llama = new LlamaProcessClient({ processFile: join(workersFolder, 'llama.process.js'), logger });
  const calculator = createCalculator({ workerFile: join(workersFolder, 'compute.worker.js') });
  try {
    const spec = { path: join(smallModelFolder(), smallModelFile), windowTokens, threads: 0 };
    const model = await EmbeddedChatModel.open(llama, spec, new AbortController().signal);
    for (const asked of numericQuestions.filter((_, idx) => idx % every === 0)) {
      options.onRow(await askOnce(asked, model, calculator, options.isAlone));
    }
  } finally {
    await Promise.all([llama.dispose(), calculator.dispose()]);
  }
}

async function askOnce(
  asked: NumericQuestion,
  model: ChatModel,
  calculator: Calculator,
  isAlone: boolean,
): Promise<NumericRow> {
  const { question, answer, file } = asked;
  const document = await numericDocument(file);
  const evidence = toSpans(document);
  const events: TraceEventBody[] = [];
  const { signal } = new AbortController();
  const startedMs = performance.now();
  const { fact, problem } = await computeNumbers({
    ...{ question, evidence, model, calculator, signal },
    language: /\p{Script=Han}/u.test(question) ? 'zh' : 'en',
    readDocument: () => Promise.resolve(document),
    sink: { emit: (event) => events.push(event) },
  });
  const seconds = (performance.now() - startedMs) / 1000;
  const last = events.findLast((event) => event.kind === 'numberComputed');
  const alone = isAlone ? await answerAlone(question, evidence, model) : null;
  const computed = fact?.result ?? null;
  return {
    ...{ question, answer, computed, problem, alone, seconds },
    isRecognised: isNumericQuestion(question),
    calculation: last?.calculation ?? '',
    isRight: computed === answer,
    isRightAlone: alone !== null && holds(alone, answer),
  };
}

/** Pieces of the document as evidence would be: whole blocks, up to some hundred words each. */
function toSpans({ path, text }: ComputeDocument): readonly EvidenceSpan[] {
  const spans: EvidenceSpan[] = [];
  for (const match of text.matchAll(/(?:(?!\n\n\n?#)[^]){1,1500}(?=\n|$)/g)) {
    const start = match.index + (match[0].length - match[0].trimStart().length);
    const shown = match[0].trim();
    if (shown === '') continue;
    const startLine = text.slice(0, start).split('\n').length;
    const id = `S${spans.length + 1}`;
    spans.push({ id, path, text: shown, start, end: start + shown.length, startLine, endLine: startLine, score: 1 });
  }
  return spans;
}

async function answerAlone(question: string, evidence: readonly EvidenceSpan[], model: ChatModel): Promise<string> {
  const text = evidence
    .map((span) => span.text)
    .join('\n\n')
    .slice(0, model.windowTokens);
  const content = `${text}\n\nQuestion: ${question}\nAnswer with the number alone.`;
  const request = { messages: [{ role: 'user', content }] as const, maxTokens: 40, temperature: 0, seed: 7 };
  return (await model.chat(request, { signal: new AbortController().signal })).text;
}

/** The answer's first number stands in the reply, rounded to no fewer than four digits. */
function holds(reply: string, answer: string): boolean {
  const wanted = /\d+(?:\.\d+)?/.exec(answer)?.[0];
  if (wanted === undefined) return reply.toLowerCase().includes(answer.toLowerCase());
  const numbers = reply.replaceAll(/(?<=\d),(?=\d{3})/g, '').match(/\d+(?:\.\d+)?/g) ?? [];
  return numbers.some((number) => Math.abs(Number(number) / Number(wanted) - 1) < 5e-4 || number === wanted);
}

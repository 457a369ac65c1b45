/**
 * The stage that computes what a question asks for: a model writes a calculation over quoted numbers or tables, it is checked
 * and worked out exactly, and the result becomes a fact of the final prompt, with its operands. A calculation that cannot be
 * used is asked for once more with the reason; then the answer goes on without it, and a sentence says so.
 */
import type { ComputedFact, ComputedOperand, EvidenceSpan } from '../../../protocol/evidence';
import { callModel } from '../fold/call-model';
import type { ChatModel } from '../llm/chat-model';
import type { TraceSink } from '../trace/trace-sink';
import { CancelledError } from '../util/cancelled';
import { errorMessage } from '../util/error-message';
import type { TableSummary } from '../workers/compute-protocol';
import type { Calculator } from './calculator';
import { computeMessages, type ComputeLanguage } from './compute-prompt';
import { parseReply, replySchema, type WrittenCalculation } from './compute-reply';
import { ComputeError } from './compute-error';
import { evaluate, namesIn, parseCalculation } from './evaluate';
import type { ComputeDocument } from './find-grids';
import { createLocator } from './find-tables';
import { describeQuantity } from './quantity';
import { resolveOperands } from './resolve-operands';

export interface ComputeParts {
  readonly calculator: Calculator;
  /** The whole text of a file with its places; null where it cannot be read. */
  readonly readDocument: (path: string, signal: AbortSignal) => Promise<ComputeDocument | null>;
}

export interface ComputeOptions extends ComputeParts {
  readonly question: string;
  readonly language: ComputeLanguage;
  /** Best first. */
  readonly evidence: readonly EvidenceSpan[];
  readonly model: ChatModel;
  readonly sink: TraceSink;
  readonly signal: AbortSignal;
}

export interface Computed {
  /** Null: nothing was to be calculated, or it could not be. */
  readonly fact: ComputedFact | null;
  /** One sentence where a calculation was written and could not be used. */
  readonly problem: string | null;
}

const maxDocuments = 4;
const maxDocumentLength = 4_000_000;
const maxTables = 8;
const replyTokens = 400;
/** For the chat template, and for what a count of parts can be off. */
const reserveTokens = 64;
const attempts = 2;
const seed = 7;

/** Rejects only when cancelled. */
export async function computeNumbers(options: ComputeOptions): Promise<Computed> {
  const { sink, signal } = options;
  try {
    return await compute(options);
  } catch (error) {
    if (signal.aborted || CancelledError.is(error)) throw new CancelledError();
    const problem = `The numbers could not be computed: ${errorMessage(error)}`;
    sink.emit({ kind: 'stepFailed', stage: 'compute', message: problem });
    return { fact: null, problem };
  }
}

async function compute(options: ComputeOptions): Promise<Computed> {
  const { model, sink, signal, calculator } = options;
  const documents = await readDocuments(options);
  const { tables, problems } =
    documents.length === 0 ? { tables: [], problems: [] } : await calculator.tables(documents, signal);
  for (const message of problems) sink.emit({ kind: 'stepFailed', stage: 'compute', message });
  const prompt = await fitPrompt(options, tables.slice(0, maxTables));
  let retryProblem: string | null = null;
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const messages = computeMessages({ ...options, ...prompt, retryProblem });
    const jsonSchema = replySchema(prompt.tables.length > 0);
    const request = { messages, maxTokens: replyTokens, temperature: 0, seed: seed + attempt, jsonSchema };
    const reply = await callModel(model, request, { purpose: 'compute', attempt, sink, signal });
    const parse = parseReply(reply.text);
    if (parse.kind === 'none') return { fact: null, problem: null };
    const outcome =
      parse.kind === 'bad' ? parse.problem : await tryRun(parse.written, prompt.evidence, documents, options);
    emitComputed(sink, attempt, parse.kind === 'bad' ? null : parse.written, outcome);
    if (typeof outcome !== 'string') return { fact: outcome, problem: null };
    retryProblem = outcome;
  }
  return { fact: null, problem: `The numbers were not computed exactly: ${retryProblem ?? ''}` };
}

/** The fact, or one sentence that says why there is none. */
async function tryRun(
  written: WrittenCalculation,
  evidence: readonly EvidenceSpan[],
  documents: readonly ComputeDocument[],
  { calculator, signal }: ComputeOptions,
): Promise<ComputedFact | string> {
  try {
    return await runCalculation(written, evidence, documents, calculator, signal);
  } catch (error) {
    if (signal.aborted || CancelledError.is(error)) throw new CancelledError();
    return errorMessage(error);
  }
}

/** @throws ComputeError with one sentence */
export async function runCalculation(
  written: WrittenCalculation,
  evidence: readonly EvidenceSpan[],
  documents: readonly ComputeDocument[],
  calculator: Calculator,
  signal: AbortSignal,
): Promise<ComputedFact> {
  if (written.form === 'query') {
    const { rows, used, usedCount } = await calculator.query(documents, written.calculation, signal);
    const operands = used.map(({ table, column, ...cell }): ComputedOperand => {
      const span = evidence.find(
        ({ path, start, end }) => path === cell.path && start <= cell.start && cell.end <= end,
      );
      return { ...cell, name: `${table}.${column}`, spanId: span?.id ?? null };
    });
    const lines = rows.slice(0, maxResultLines).map((row) => row.map((value) => value ?? '—').join(' | '));
    const more = rows.length > maxResultLines ? [`… ${rows.length - maxResultLines} more rows`] : [];
    const result = [...lines, ...more].join('\n') || 'no rows';
    return { form: 'query', calculation: written.calculation, result, operands, operandCount: usedCount };
  }
  const expression = parseCalculation(written.calculation);
  const names = namesIn(expression);
  if (names.size === 0) {
    // A model that writes 42 has guessed it.
    throw new ComputeError('notAllowed', 'The calculation uses no number of the text; list its numbers as operands.');
  }
  const resolved = resolveOperands(
    written.operands.filter(({ name }) => names.has(name)),
    evidence,
  );
  const values = new Map(resolved.map(({ operand, quantity }) => [operand.name, quantity]));
  const result = describeQuantity(evaluate(expression, values));
  const operands = resolved.map(({ operand }) => atItsPlace(operand, documents));
  return { form: 'expression', calculation: written.calculation, result, operands, operandCount: operands.length };
}

const maxResultLines = 20;

/** A span may go over several cells or pages; its file tells in which the number stands. */
function atItsPlace(operand: ComputedOperand, documents: readonly ComputeDocument[]): ComputedOperand {
  const document = documents.find(({ path }) => path === operand.path);
  const { start, end, text } = operand;
  if (document?.text.slice(start, end) !== text) return operand;
  return { ...operand, ...createLocator(document)(operand) };
}

function emitComputed(
  sink: TraceSink,
  attempt: number,
  written: WrittenCalculation | null,
  outcome: ComputedFact | string,
): void {
  const isFact = typeof outcome !== 'string';
  sink.emit({
    kind: 'numberComputed',
    attempt,
    form: written?.form ?? 'expression',
    calculation: written?.calculation ?? '',
    result: isFact ? outcome.result : null,
    operands: isFact ? outcome.operands : [],
    operandCount: isFact ? outcome.operandCount : 0,
    problem: isFact ? null : outcome,
  });
}

/** The files of the best evidence. Without its text a file has no tables; the calculation goes on over the spans. */
async function readDocuments({ evidence, readDocument, signal }: ComputeOptions): Promise<readonly ComputeDocument[]> {
  const paths = [...new Set(evidence.map(({ path }) => path))].slice(0, maxDocuments);
  const read = await Promise.all(paths.map((path) => readDocument(path, signal).catch(() => null)));
  let room = maxDocumentLength;
  return read.filter((document) => {
    if (document === null || document.text.length > room) return false;
    room -= document.text.length;
    return true;
  }) as readonly ComputeDocument[];
}

/** As much evidence, best first, as the window holds beside the tables; tables go before the last span does. */
async function fitPrompt(
  { question, language, evidence, model, signal }: ComputeOptions,
  tables: readonly TableSummary[],
): Promise<{ readonly evidence: readonly EvidenceSpan[]; readonly tables: readonly TableSummary[] }> {
  const room = model.windowTokens - replyTokens - reserveTokens;
  const tokensOf = async (spans: readonly EvidenceSpan[], shown: readonly TableSummary[]): Promise<number> => {
    const messages = computeMessages({
      question,
      language,
      evidence: spans,
      tables: shown,
      retryProblem: 'x'.repeat(200),
    });
    return model.countTokens(messages.map(({ content }) => content).join('\n'), signal);
  };
  let shown = tables;
  while (shown.length > 0 && (await tokensOf([], shown)) > room / 2) shown = shown.slice(0, -1);
  let [low, high] = [0, evidence.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((await tokensOf(evidence.slice(0, middle), shown)) <= room) low = middle;
    else high = middle - 1;
  }
  return { evidence: evidence.slice(0, low), tables: shown };
}

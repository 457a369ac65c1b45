/**
 * An answer by folds: over the evidence or over everything, of the question itself or of its sub-questions one after the
 * other, whose memories are joined. A run that was recorded goes on where it stopped.
 */
import type { EvidenceSpan } from '../../../protocol/evidence';
import type { FoldBudgets, MemoryLine } from '../../../protocol/folds';
import { callModel } from '../fold/call-model';
import type { ChunkReader } from '../fold/chunk-reader';
import type { CountTokens } from '../fold/chunk-spans';
import { chunkRoom, foldBudgets, minChunkTokens, replyFormatOf } from '../fold/fold-budgets';
import { writeFinal } from '../fold/fold-final';
import { stepMessages } from '../fold/fold-prompts';
import type { ReplayedPart } from '../fold/replay-fold';
import { foldSeed, runFold, templateTokens, type FoldResult, type FoldRunOptions } from '../fold/fold-run';
import { startFold } from '../fold/fold-state';
import type { ChatModel, ChatReply } from '../llm/chat-model';
import { withoutMarks } from '../util/source-fence';
import { computeFacts } from './compute-facts';
import { filesChanged } from './continue-run';
import { spanNumber } from './evidence';
import { EvidenceReader } from './evidence-reader';
import { EverythingReader } from './everything-reader';
import { joinParts } from './join-parts';
import type { QuestionPart } from './question-parts';
import { answerRoom, temperatureOf, textOf, type WriteOptions } from './write-options';

export interface FoldedAnswer {
  readonly reply: ChatReply;
  /** What the user should know of the reading; null: all was read and understood. */
  readonly note: string | null;
}

/** Steps that a fold has at least when the user asked for one and the evidence allows it. */
const minForcedSteps = 4;
const defaultMaxHops = 3;
/** A fold's reply has about this share of its room, as long as the host has written none. */
const replyShare = 0.4;
const speedTokens = 16;

/** What all calls of the model have in common. */
type Calls = Pick<FoldRunOptions, 'model' | 'sink' | 'signal' | 'format' | 'language' | 'temperature'>;

interface Folding {
  readonly options: WriteOptions;
  readonly calls: Calls;
  readonly count: CountTokens;
  readonly budgets: FoldBudgets;
  /** Tokens of a step's prompt without chunk and memory. */
  readonly promptTokens: number;
  readonly ids: { last: number };
}

export async function answerByFold(
  options: WriteOptions,
  model: ChatModel,
  parts: readonly QuestionPart[],
): Promise<FoldedAnswer> {
  const folding = await prepare(options, model);
  const results: FoldResult[] = [];
  let coverage = '';
  for (const [idx, part] of parts.entries()) {
    const before = options.continued?.parts[idx];
    if (before !== undefined && before.end !== null && before.end !== 'answerNow') {
      results.push({ state: before.state, reason: before.end });
      continue;
    }
    const reader = await createReader(folding, part, idx, before);
    const result = await readPart(folding, part, reader, { idx, count: parts.length }, before);
    results.push(result);
    if (result.reason === 'answerNow') {
      const { chunksRead, chunksTotal } = reader.extent();
      const ofParts = parts.length > 1 ? ` of part ${idx + 1} of ${parts.length}` : '';
      coverage = `The answer was asked for after ${chunksRead} of ${chunksTotal} chunks${ofParts}; it knows nothing of the rest.`;
      break;
    }
  }
  const state = joinParts(options.understood, parts, results, folding.budgets);
  // After the reading, so that numbers of later hops are among the evidence.
  const facts = await computeFacts(options, model);
  const reply = await writeFinal(state, {
    ...folding.calls,
    facts: facts.text,
    answerTokens: answerRoom(options.request, model),
    evidence: options.gatherer.evidence,
    onText: options.onText,
  });
  const { skipped, steps } = state;
  const missed =
    skipped === 0
      ? ''
      : `The model's reply could not be used in ${skipped} of ${steps} steps, so the answer may miss facts.`;
  return { reply, note: [coverage, missed, facts.problem ?? ''].filter((part) => part !== '').join(' ') || null };
}

async function readPart(
  folding: Folding,
  part: QuestionPart,
  reader: ChunkReader,
  { idx, count }: { readonly idx: number; readonly count: number },
  before: ReplayedPart | undefined,
): Promise<FoldResult> {
  const { options, calls, budgets } = folding;
  const { understood, ports } = options;
  const { formatInstruction } = understood;
  const { sink, format, language } = calls;
  const speed = ports.speeds.of(calls.model.id);
  const run = { ...calls, reader, control: ports.control, speed, part: idx };
  if (before !== undefined) return runFold(before.state, run);
  if (!speed.isKnown && reader.source === 'everything') await timeHost(folding, part.question);
  const { chunksTotal, tokens, steps } = reader.extent();
  sink.emit({
    kind: 'foldStarted',
    part: idx,
    parts: count,
    question: part.question,
    source: reader.source,
    format,
    language,
    budgets,
    chunks: chunksTotal,
    tokens,
    steps,
    estimatedSeconds: estimate(folding, tokens, steps),
    sourceHash: reader.sourceHash,
  });
  reader.announce();
  return runFold(startFold({ coreQuestion: part.question, formatInstruction }, budgets), run);
}

/** Seconds of all steps; the memory is half full on the average. */
function estimate({ options, calls, budgets, promptTokens }: Folding, tokens: number, steps: number): number | null {
  const perStep = promptTokens + tokens / Math.max(1, steps) + budgets.memoryTokens / 2;
  const seconds = options.ports.speeds.of(calls.model.id).seconds(perStep, budgets.replyTokens * replyShare);
  return seconds === null ? null : Math.round(seconds * steps);
}

/** A short call, so that the time that a long reading takes can be said before it begins. */
async function timeHost({ options, calls, budgets }: Folding, question: string): Promise<void> {
  const { understood, ports } = options;
  const { model, sink, signal, format, language } = calls;
  const state = startFold({ coreQuestion: question, formatInstruction: understood.formatInstruction }, budgets);
  const messages = stepMessages({ state, chunk: { spans: [], tokens: 0 }, format, language, retryProblem: null });
  const request = { messages, maxTokens: speedTokens, temperature: 0, seed: foldSeed };
  const reply = await callModel(model, request, { purpose: 'speed', attempt: 1, sink, signal });
  ports.speeds.of(model.id).learn(reply);
}

async function createReader(
  { options, budgets, count, ids }: Folding,
  part: QuestionPart,
  idx: number,
  before: ReplayedPart | undefined,
): Promise<ChunkReader> {
  const { gatherer, request, sink, signal, ports, understood } = options;
  const { chunkTokens } = budgets;
  const { documents } = ports;
  if (part.listing !== null) {
    const reader = new EverythingReader({ gatherer, documents, listing: part.listing, count, chunkTokens, ids });
    await reader.measure(signal);
    if (before === undefined) return reader;
    if (before.started.sourceHash !== reader.sourceHash) {
      throw new Error(filesChanged);
    }
    reader.restore(before);
    return reader;
  }
  const searchQuery = part.label === null ? understood.searchQuery : part.question;
  // Later hops fill gaps: half the budget keeps their reading time in proportion.
  const hopTokenBudget = Math.ceil(request.tokenBudget / 2);
  const reader = new EvidenceReader({
    ...{ gatherer, documents, sink, count, chunkTokens, part: idx, searchQuery, hopTokenBudget },
  });
  if (before !== undefined) reader.restore(before);
  else if (part.label === null) await reader.plan(gatherer.evidence, signal);
  else {
    const { tokenBudget } = request;
    const search = { query: part.question, critique: part.question, hop: 1, tokenBudget };
    const fresh = await gatherer.gather(search, signal);
    await reader.plan(evidenceOf(part.label, gatherer.evidence, fresh), signal);
  }
  return reader;
}

/** What was found for the part, and what was found before and names it; all of it where nothing does. */
function evidenceOf(
  label: string,
  all: readonly EvidenceSpan[],
  fresh: readonly EvidenceSpan[],
): readonly EvidenceSpan[] {
  const words = label.toLowerCase().match(/[\p{L}\p{N}_]{3,}|\p{Script=Han}{2,}/gu) ?? [];
  const own = new Set(fresh);
  const named = all.filter((span) => own.has(span) || words.some((word) => span.text.toLowerCase().includes(word)));
  return named.length > 0 ? named : all;
}

/** The fold's budgets with the chunk size that the window leaves beside rules, question, memory and reply. */
async function prepare(options: WriteOptions, model: ChatModel): Promise<Folding> {
  const { request, understood, gatherer, sink, signal, continued } = options;
  const { language } = understood;
  const count = (text: string): Promise<number> => model.countTokens(text, signal);
  const format = replyFormatOf(model.id);
  const isEverything = request.mode === 'everything';
  const maxHops = isEverything ? 1 : (request.maxHops ?? defaultMaxHops);
  const whole = foldBudgets(model.windowTokens, format, maxHops);
  const prompt = stepMessages({
    // With all that can be added to a prompt: a retry's sentence, and what was dropped.
    state: { ...startFold(understood, whole), overflow: 9 },
    chunk: { spans: [], tokens: 0 },
    format,
    language,
    retryProblem: 'the reply has no <memory> … </memory>, and it was cut at its length limit',
  });
  const promptTokens = (await count(textOf(prompt))) + templateTokens;
  const room = chunkRoom(whole, model.windowTokens, promptTokens);
  if (room < minChunkTokens) {
    throw new Error(
      `The question is too long for a window of ${model.windowTokens} tokens; shorten it, or choose a larger window or model.`,
    );
  }
  let chunkTokens = room;
  if (request.mode === 'fold') {
    const total = await count(gatherer.evidence.map((span) => span.text).join('\n'));
    chunkTokens = Math.max(minChunkTokens, Math.min(room, Math.ceil(total / minForcedSteps)));
  }
  // Also of what a part that is done read last: an id means one span in all of them.
  const read = continued?.parts.flatMap(({ lastRead }) => lastRead ?? []) ?? [];
  const last = Math.max(0, ...[...gatherer.evidence, ...read].map(({ id }) => spanNumber(id)));
  // A run that goes on keeps its budgets: its chunks were cut to them.
  const budgets = continued?.parts[0]?.started.budgets ?? { ...whole, chunkTokens };
  const calls = { model, sink, signal, format, language, temperature: temperatureOf(model) };
  return { options, calls, count, budgets, promptTokens, ids: { last } };
}

/** What is known so far, as a list: it stands for the answer where none could be written. */
export function memoryAsAnswer(lines: readonly MemoryLine[]): string {
  return withoutMarks(lines.map((line) => `- ${line.text}${line.spanIds.map((id) => ` [${id}]`).join('')}`).join('\n'));
}

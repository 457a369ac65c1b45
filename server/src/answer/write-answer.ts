/**
 * Chooses how to answer (evidence only, one pass, folds) and does it. A model that fails leaves the evidence, or what
 * it had written by then, and one sentence that says why.
 */
import type { AnswerMode, TraceStage } from '../../../protocol/trace-events';
import { callModel } from '../fold/call-model';
import { replyFormatOf } from '../fold/fold-budgets';
import { foldSeed, templateTokens } from '../fold/fold-run';
import type { ChatModel, ChatReply } from '../llm/chat-model';
import { CancelledError } from '../util/cancelled';
import { errorMessage } from '../util/error-message';
import { answerByFold } from './answer-by-fold';
import { computeFacts, noFacts, type ComputedFacts } from './compute-facts';
import { filesChanged } from './continue-run';
import { inDocumentOrder } from './evidence';
import { planParts, type QuestionPart } from './question-parts';
import { shownAnswer, singlePassMessages } from './single-pass';
import { answerRoom, temperatureOf, textOf, type WriteOptions } from './write-options';

export interface WrittenAnswer {
  readonly mode: Exclude<AnswerMode, 'auto'>;
  /** Empty in evidence mode. */
  readonly answer: string;
  readonly thinking: string;
  readonly message: string | null;
}

type ModelMode = 'single' | 'fold' | 'everything';

export async function writeAnswer(options: WriteOptions): Promise<WrittenAnswer> {
  const { request, opened, sink, signal, continued } = options;
  const { model, problem } = opened;
  const using = { model: model?.id ?? null, windowTokens: model?.windowTokens ?? null };
  if (request.mode === 'evidence' || model === null) {
    const reason =
      request.mode === 'evidence' ? 'Evidence only was asked for.' : (problem ?? 'No language model is set up.');
    sink.emit({ kind: 'modeChosen', mode: 'evidence', reason, ...using });
    return evidenceOnly(request.mode === 'evidence' ? null : reason);
  }
  let stage: TraceStage = 'answer';
  try {
    const mayBeOnePass = request.mode !== 'fold' && request.mode !== 'everything' && continued === null;
    const facts = mayBeOnePass ? await computeFacts(options, model) : noFacts;
    const choice =
      continued === null ? await chooseMode(options, model, facts.text) : { mode: continued.mode, reason: '' };
    if (continued === null) sink.emit({ kind: 'modeChosen', ...choice, ...using });
    else checkWindow(model, continued.windowTokens);
    options.onMode(choice.mode);
    if (choice.mode === 'single') return await answerInOnePass(options, model, facts);
    stage = 'fold';
    const { reply, note } = await answerByFold(options, model, await partsOf(options));
    return written(choice.mode, reply, note);
  } catch (err) {
    if (signal.aborted || CancelledError.is(err)) throw new CancelledError();
    sink.emit({ kind: 'stepFailed', stage, message: errorMessage(err) });
    return evidenceOnly(errorMessage(err));
  }
}

function evidenceOnly(message: string | null): WrittenAnswer {
  return { mode: 'evidence', answer: '', thinking: '', message };
}

/** Chunks were cut to the window of the run that began. */
function checkWindow(model: ChatModel, recordedTokens: number): void {
  if (model.windowTokens >= recordedTokens) return;
  throw new Error(
    `The run began with a window of ${recordedTokens} tokens and ${model.id} has ${model.windowTokens} now; choose the larger window again to go on.`,
  );
}

async function chooseMode(
  { request, understood, gatherer, signal }: WriteOptions,
  model: ChatModel,
  facts: string,
): Promise<{ readonly mode: ModelMode; readonly reason: string }> {
  if (request.mode === 'everything') return { mode: 'everything', reason: 'Reading everything was asked for.' };
  if (request.mode === 'fold') return { mode: 'fold', reason: 'A fold was asked for.' };
  const messages = singlePassMessages(understood, inDocumentOrder(gatherer.evidence), replyFormatOf(model.id), facts);
  const tokens = (await model.countTokens(textOf(messages), signal)) + templateTokens;
  const room = model.windowTokens - answerRoom(request, model);
  if (tokens <= room) {
    return {
      mode: 'single',
      reason: `Evidence and question take ${tokens} of ${room} tokens, so one pass reads them all.`,
    };
  }
  const asked = request.mode === 'single' ? ' although one pass was asked for' : '';
  return {
    mode: 'fold',
    reason: `Evidence and question take ${tokens} tokens and ${room} fit, so they are read in parts${asked}.`,
  };
}

async function answerInOnePass(options: WriteOptions, model: ChatModel, facts: ComputedFacts): Promise<WrittenAnswer> {
  const { request, understood, gatherer, sink, signal, onText } = options;
  const messages = singlePassMessages(
    understood,
    inDocumentOrder(gatherer.evidence),
    replyFormatOf(model.id),
    facts.text,
  );
  const maxTokens = answerRoom(request, model);
  const reply = await callModel(
    model,
    { messages, maxTokens, temperature: temperatureOf(model), seed: foldSeed },
    { purpose: 'single', attempt: 1, sink, signal, onText },
  );
  return written('single', reply, facts.problem);
}

/** The question whole, or its sub-questions, which the trace shows. A run that goes on has the parts that it had. */
async function partsOf(options: WriteOptions): Promise<readonly QuestionPart[]> {
  const { request, understood, ports, sink, continued } = options;
  const listing = request.mode === 'everything' ? await ports.documents.list(request.paths ?? []) : [];
  const { kind, parts } = await planParts(understood, request.mode, listing, ports.documents);
  const before = continued?.parts[0]?.started.parts;
  if (before !== undefined && before !== parts.length) {
    throw new Error(filesChanged);
  }
  if (kind !== 'whole' && before === undefined) {
    sink.emit({ kind: 'subQuestionsPlanned', plan: kind, questions: parts.map((part) => part.question) });
  }
  return parts;
}

function written(mode: ModelMode, reply: ChatReply, note: string | null): WrittenAnswer {
  const answer = shownAnswer(reply.text);
  if (answer === '') return evidenceOnly('The model wrote no answer; the evidence is what was found.');
  const cut = reply.finish === 'length' ? 'The answer was cut at its length limit.' : null;
  return {
    mode,
    answer,
    thinking: reply.thinking,
    message: [note, cut].filter((part) => part !== null).join(' ') || null,
  };
}

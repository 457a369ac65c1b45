/**
 * How many lines of a small model's memory name a span that stood in its prompt: the same questions over the same
 * sections, with the reply's grammar and without it.
 */
import { join } from 'node:path';
import type { TraceEvent } from '../../protocol/trace-events';
import type { Continuation } from '../../server/src/answer/continue-run';
import { parseJsonReply } from '../../server/src/fold/parse-step-reply';
import type { ChatModel } from '../../server/src/llm/chat-model';
import { EmbeddedChatModel } from '../../server/src/llm/embedded-chat-model';
import { LlamaProcessClient } from '../../server/src/llm/llama-process-client';
import { ask } from '../unit/answer/question-bench';
import { smallModelFile, smallModelFolder } from './small-model';

export interface NamedLines {
  /** Lines of all memories that were written, and those that name only spans of their prompt, at least one. */
  readonly lines: number;
  readonly named: number;
  readonly replies: number;
  readonly readable: number;
}

export const foldQuestions = [
  'How long does the Heron wait for an answer of the harbour office?',
  'Who may order that the ferry stays in the harbour, and when?',
  'What has to be checked before the first crossing of the day?',
];

/** Runs `use` with the small model in a window of `windowTokens`. */
export async function withSmallModel<T>(
  processFile: string,
  windowTokens: number,
  use: (model: ChatModel) => Promise<T>,
): Promise<T> {
  const logger = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const llama = new LlamaProcessClient({ processFile, logger });
  try {
    const spec = { path: join(smallModelFolder(), smallModelFile), windowTokens, threads: 1 };
    return await use(await EmbeddedChatModel.open(llama, spec, new AbortController().signal));
  } finally {
    await llama.dispose();
  }
}

/** The same model, asked for the same replies without a grammar. */
export function withoutGrammar(model: ChatModel): ChatModel {
  return {
    id: model.id,
    windowTokens: model.windowTokens,
    countTokens: (text, signal) => model.countTokens(text, signal),
    chat: ({ jsonSchema: _schema, ...request }, options) => model.chat(request, options),
    dispose: () => model.dispose(),
  };
}

/** One fold over the sections of the handbook; its events. */
export async function foldOnce(
  model: ChatModel,
  question: string,
  continued: Continuation | null = null,
): Promise<readonly TraceEvent[]> {
  const request = {
    question,
    mode: 'fold',
    tokenBudget: 1000,
    maxHops: 1,
    passageLimit: 4,
    maxAnswerTokens: 32,
  } as const;
  const openModel = () => Promise.resolve({ model, problem: null });
  const { events } = await ask(request, { openModel }, { continued });
  return events;
}

export function countNamed(events: readonly TraceEvent[]): NamedLines {
  let [lines, named, replies, readable] = [0, 0, 0, 0];
  for (const event of events) {
    if (event.kind !== 'modelReplied' || event.purpose !== 'fold') continue;
    replies += 1;
    const parse = parseJsonReply(event.reply);
    if (parse.kind === 'bad') continue;
    readable += 1;
    const inPrompt = new Set([...event.prompt.matchAll(/\[(S\d+)\]/g)].map((match) => match[1]));
    for (const { spanIds } of parse.reply.lines) {
      lines += 1;
      if (spanIds.length > 0 && spanIds.every((id) => inPrompt.has(id))) named += 1;
    }
  }
  return { lines, named, replies, readable };
}

export interface GrammarRow extends NamedLines {
  readonly grammar: boolean;
  readonly seconds: number;
}

/** @public `scripts/bench-fold.mjs --model` calls it out of a bundle. */
export async function benchGrammar(
  processFile: string,
  windowTokens: number,
  questions: number,
): Promise<readonly GrammarRow[]> {
  return withSmallModel(processFile, windowTokens, async (model) => {
    const rows: GrammarRow[] = [];
    for (const grammar of [true, false]) {
      const started = performance.now();
      const events: TraceEvent[] = [];
      for (const question of foldQuestions.slice(0, questions))
        events.push(...(await foldOnce(grammar ? model : withoutGrammar(model), question)));
      rows.push({ grammar, ...countNamed(events), seconds: (performance.now() - started) / 1000 });
    }
    return rows;
  });
}

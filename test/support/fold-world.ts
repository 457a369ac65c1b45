/**
 * A small world to ask in, for tests of whole folds: the synthetic corpus, searched by its names, the scripted reader,
 * and the real recorder into memory. Replies can be spoiled as a model that errs would.
 */
import { noNames } from './fold-bench';
import { answerQuestion } from '../../server/src/answer/answer-question';
import { continueFrom, type ContinueOrder } from '../../server/src/answer/continue-run';
import type { Answer, AnswerPorts, AnswerRequest } from '../../server/src/answer/ports';
import { HostSpeeds } from '../../server/src/fold/host-speed';
import { RunControl } from '../../server/src/fold/run-control';
import type { ChatModel } from '../../server/src/llm/chat-model';
import type { Passage } from '../../server/src/retrieve/retriever';
import { parseTrace } from '../../server/src/trace/trace-file';
import { createTraceRecorder } from '../../server/src/trace/trace-recorder';
import type { TraceEvent } from '../../protocol/trace-events';
import { createFoldCorpus, createRandom, type FoldCorpus } from './fold-corpus';
import { createScriptedReader } from './scripted-reader';

export interface FoldWorld {
  readonly corpus: FoldCorpus;
  readonly request: AnswerRequest;
  readonly ports: Omit<AnswerPorts, 'openModel' | 'control' | 'speeds'>;
  readonly windowTokens: number;
  /** Of 0 to 1, how many replies are spoiled. */
  readonly spoiled: number;
  readonly seed: number;
}

export interface FoldRun {
  readonly answer: Answer;
  readonly events: readonly TraceEvent[];
  /** The trace file's text. */
  readonly file: string;
}

export interface RunOptions {
  readonly control?: RunControl;
  readonly signal?: AbortSignal;
  readonly onEvent?: (event: TraceEvent, control: RunControl) => void;
  readonly model?: ChatModel;
}

export async function createFoldWorld(options: {
  readonly seed: number;
  readonly chars: number;
  readonly mode: 'fold' | 'everything';
  readonly asked?: number;
  readonly windowTokens?: number;
  readonly spoiled?: number;
}): Promise<FoldWorld> {
  const { seed, chars, mode, asked = 2, windowTokens = 4096, spoiled = 0 } = options;
  const corpus = createFoldCorpus({ seed, chars, asked, others: 3 });
  const listing = await corpus.documents.list([]);
  const passages = (await Promise.all(listing.map(({ path }) => corpus.documents.passages(path)))).flat();
  const request: AnswerRequest = {
    ...{ question: corpus.question, workspace: 'w', workspaceTokens: chars / 4, mode, granularity: 'sentence' },
    ...{ tokenBudget: 3000, maxHops: 5 },
  };
  const ports = {
    documents: corpus.documents,
    names: noNames,
    clock: { nowMs: () => performance.now(), wallMs: () => 0 },
    retriever: { retrieve: (query: string) => Promise.resolve(findByNames(passages, query)) },
    compressor: { compress: keepWhole },
  };
  return { corpus, request, ports, windowTokens, spoiled, seed };
}

/** Asks, or goes on from the trace in `continued`. */
export async function runWorld(
  world: FoldWorld,
  options: RunOptions = {},
  continued?: { readonly file: string; readonly order: ContinueOrder },
): Promise<FoldRun> {
  const control = options.control ?? new RunControl();
  const events: TraceEvent[] = [];
  let file = '';
  const append = (_path: string, text: string): Promise<void> => {
    file += text;
    return Promise.resolve();
  };
  const recorder = createTraceRecorder({
    clock: world.ports.clock,
    fileSystem: { writeText: append, appendText: append },
    path: '/trace.jsonl',
    listeners: [
      (event) => {
        events.push(event);
        options.onEvent?.(event, control);
      },
    ],
  });
  control.onSteer = (action) => recorder.emit({ kind: 'runSteered', action });
  const model = options.model ?? createReader(world);
  const openModel = () => Promise.resolve({ model, problem: null });
  const ports: AnswerPorts = { ...world.ports, control, speeds: new HostSpeeds(), openModel };
  const signal = options.signal ?? new AbortController().signal;
  const before = continued === undefined ? null : continueFrom(eventsOf(continued.file), continued.order);
  if (before !== null) recorder.adopt(before.events);
  const answer = await answerQuestion(world.request, ports, recorder, signal, before);
  await recorder.close();
  return { answer, events, file };
}

export function eventsOf(file: string): readonly TraceEvent[] {
  const parsed = parseTrace(file, 'trace');
  if (parsed.kind === 'bad') throw new Error(parsed.message);
  return parsed.events;
}

/** What a run comes to, whoever ran it and in how many processes. */
export function outcomeOf({ answer, events }: FoldRun) {
  const steps = events.filter((event) => event.kind === 'foldStepFinished');
  const ends = events.filter((event) => event.kind === 'foldFinished');
  return {
    answer: answer.answer,
    evidence: answer.evidence.map((span) => [span.id, span.path, span.start, span.text]),
    citations: answer.citations,
    tokens: answer.tokens,
    steps: steps.map(({ chunk, before, after, next, dropped, outcome }) => ({
      chunk,
      before,
      after,
      next,
      dropped,
      outcome,
    })),
    ends: ends.map(({ reason, memory, steps: count, skipped }) => ({ reason, memory, count, skipped })),
  };
}

/** Spoils by the prompt alone, so that the same prompt brings the same reply in any process. */
function createReader({ windowTokens, spoiled, seed }: FoldWorld): ChatModel {
  return createScriptedReader({
    windowTokens,
    spoil: (reply, prompt) => {
      const random = createRandom(seed + hashOf(prompt));
      if (random() >= spoiled) return reply;
      const ways = [
        () => 'I would rather not.',
        () => reply.replace('"memory":[', '"memory":[{"fact":"Nobody has read this.","spans":["S9999"]},'),
        () => reply.replace(/\]\s*,"plan"/, ',],"plan"'),
        () => reply.slice(0, Math.floor(reply.length * 0.7)),
        () =>
          reply.replace('"memory":[', `"memory":[{"fact":"${'A long and idle remark. '.repeat(30)}","spans":["S1"]},`),
      ];
      return (ways[Math.floor(random() * ways.length)] ?? (() => reply))();
    },
    // The last name that is known leads to the next fact.
    next: (prompt) => {
      const block = /Memory so far:\n([\s\S]*?)\n\n/.exec(prompt)?.[1] ?? '';
      const names = block.match(/(?:is(?: the)?|at) \w+(?=\.)/g) ?? [];
      const name = names[hashOf(prompt) % Math.max(1, names.length)]?.split(' ').at(-1);
      return name === undefined ? ['enough', ''] : ['search', name];
    },
  });
}

function hashOf(text: string): number {
  let hash = 2_166_136_261;
  for (let idx = 0; idx < text.length; idx += 1) hash = Math.imul(hash ^ text.charCodeAt(idx), 16_777_619);
  return hash >>> 0;
}

function findByNames(passages: readonly Passage[], query: string): readonly Passage[] {
  const names = query.match(/[A-Z][a-z]{5,}/g) ?? [];
  return passages.filter((passage) => names.some((name) => passage.text.includes(name)));
}

const keepWhole: AnswerPorts['compressor']['compress'] = (passages) =>
  Promise.resolve({
    spans: passages.map(({ id, text }) => ({
      ...{ contextId: id, startOffset: 0, endOffset: text.length, score: 1, tokens: Math.ceil(text.length / 4) },
    })),
    tokensRead: 1,
    tokensKept: 1,
    problem: null,
  });

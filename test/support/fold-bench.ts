/** A reading of everything at scale: the real answer stage, prompts, parser and recorder, with the scripted reader. */
import type { NameLookUp } from '../../server/src/answer/known-names';
import { stat } from 'node:fs/promises';
import { answerQuestion } from '../../server/src/answer/answer-question';
import type { Answer, AnswerPorts } from '../../server/src/answer/ports';
import { HostSpeeds } from '../../server/src/fold/host-speed';
import { RunControl } from '../../server/src/fold/run-control';
import type { ChatModel } from '../../server/src/llm/chat-model';
import { createNodeClock } from '../../server/src/platform/node-clock';
import { createNodeFileSystem } from '../../server/src/platform/node-file-system';
import { createTraceRecorder } from '../../server/src/trace/trace-recorder';
import { createFoldCorpus, type FoldCorpus } from './fold-corpus';
import { createScriptedReader } from './scripted-reader';

export interface BenchRow {
  readonly tokens: number;
  readonly steps: number;
  readonly factsKept: number;
  readonly facts: number;
  readonly isExact: boolean;
  readonly seconds: number;
  /** Of the whole run: outside the reader, and what the generated tokens take at 20 a second. */
  readonly outsideSeconds: number;
  readonly generatedSeconds: number;
  /** Greatest growth of the process during the run, and what of it stays after a garbage collection. */
  readonly grownMegabytes: number;
  readonly keptMegabytes: number;
  readonly traceMegabytes: number;
}

/** An index that knows no names of code. */
export const noNames: NameLookUp = { lookUp: () => Promise.resolve({ names: new Set(), files: new Set() }) };

/** What `answerQuestion` needs where nothing is searched. */
export function readingPorts(corpus: FoldCorpus, model: ChatModel): AnswerPorts {
  return {
    retriever: { retrieve: () => Promise.resolve([]) },
    compressor: { compress: () => Promise.reject(new Error('Nothing is compressed here.')) },
    openModel: () => Promise.resolve({ model, problem: null }),
    clock: createNodeClock(),
    documents: corpus.documents,
    names: noNames,
    control: new RunControl(),
    speeds: new HostSpeeds(),
  };
}

export function readingRequest(question: string) {
  const asked = { question, workspace: 'w', workspaceTokens: 0, mode: 'everything' } as const;
  return { ...asked, granularity: 'sentence', tokenBudget: 2000 } as const;
}

/** `tokens` of four characters; the trace is written to `tracePath`. */
export async function benchFold(
  tokens: number,
  windowTokens: number,
  seed: number,
  tracePath: string,
): Promise<BenchRow> {
  const corpus = createFoldCorpus({ seed, chars: tokens * 4, asked: 6, others: 20 });
  const model = createScriptedReader({ windowTokens });
  collectGarbage();
  const before = process.memoryUsage();
  let most = before.rss;
  let memory: readonly string[] = [];
  let steps = 0;
  const recorder = createTraceRecorder({
    clock: createNodeClock(),
    fileSystem: createNodeFileSystem(),
    path: tracePath,
    listeners: [
      (event) => {
        most = Math.max(most, process.memoryUsage.rss());
        if (event.kind !== 'foldFinished') return;
        memory = event.memory.lines.map((line) => line.text);
        steps = event.steps;
      },
    ],
  });
  const started = performance.now();
  const ports = readingPorts(corpus, model);
  const answer = await answerQuestion(readingRequest(corpus.question), ports, recorder, new AbortController().signal);
  await recorder.close();
  const seconds = (performance.now() - started) / 1000;
  collectGarbage();
  const after = process.memoryUsage();
  const megabytes = (bytes: number): number => Math.round(bytes / 104857.6) / 10;
  return {
    tokens: Math.round(corpus.chars / 4),
    steps,
    factsKept: corpus.facts.filter((fact) => memory.includes(fact)).length,
    facts: corpus.facts.length,
    isExact: isExact(answer, corpus),
    seconds,
    outsideSeconds: seconds - model.usage.busyMs / 1000,
    generatedSeconds: model.usage.completionTokens / 20,
    grownMegabytes: megabytes(most - before.rss),
    keptMegabytes: megabytes(after.heapUsed + after.external - before.heapUsed - before.external),
    traceMegabytes: megabytes((await stat(tracePath)).size),
  };
}

/** The answer names every harbour in order, and each quote of it stands where it says. */
export function isExact(answer: Answer, corpus: FoldCorpus): boolean {
  return (
    answer.outcome === 'answered' &&
    answer.answer.endsWith(`Therefore, the answer is ${corpus.answers.join(', ')}`) &&
    answer.citations.length >= corpus.answers.length &&
    answer.citations.every((citation) => citation.verified)
  );
}

function collectGarbage(): void {
  const { gc } = globalThis as { gc?: () => void };
  gc?.();
}

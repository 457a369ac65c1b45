/**
 * A workspace of one committed file for tests of the answer stage: its sections are the passages, in the order of the
 * file, and compression keeps whole sections while the budget lasts. Retrieval and critic have tests of their own.
 */
import { noNames } from '../../support/fold-bench';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TraceEvent, TraceEventBody } from '../../../protocol/trace-events';
import { answerQuestion } from '../../../server/src/answer/answer-question';
import type { Continuation } from '../../../server/src/answer/continue-run';
import type { Answer, AnswerPorts, AnswerRequest, RankedSpan } from '../../../server/src/answer/ports';
import { HostSpeeds } from '../../../server/src/fold/host-speed';
import { RunControl } from '../../../server/src/fold/run-control';
import type { Passage } from '../../../server/src/retrieve/retriever';

export const handbookPath = 'ferry-handbook.md';
export const handbook = readFileSync(join(import.meta.dirname, '../../fixtures/answer', handbookPath), 'utf8');

export const passages: readonly Passage[] = [...handbook.matchAll(/^#.*(?:\n(?!#).*)*/gm)].map((match, idx) => {
  const text = match[0];
  const startLine = handbook.slice(0, match.index).split('\n').length - 1;
  const endLine = startLine + text.split('\n').length - 1;
  const endOffset = match.index + text.length;
  const place = { path: handbookPath, startOffset: match.index, endOffset, startLine, endLine, heading: '' };
  return { ...place, text, score: 1 / (idx + 1), sources: ['text'] };
});

const documents = {
  list: () =>
    Promise.resolve([{ path: handbookPath, chunks: passages.length, tokens: handbook.length / 4, contentHash: '' }]),
  passages: (path: string) => Promise.resolve(path === handbookPath ? passages : []),
  symbol: () => Promise.resolve([]),
};

export interface Asked {
  readonly answer: Answer;
  readonly events: readonly TraceEvent[];
}

export async function ask(
  request: Partial<AnswerRequest>,
  ports: Partial<AnswerPorts> = {},
  options: {
    readonly signal?: AbortSignal;
    readonly onEvent?: (event: TraceEventBody) => void;
    readonly continued?: Continuation | null;
  } = {},
): Promise<Asked> {
  const events: TraceEvent[] = [];
  const clock = { nowMs: () => performance.now(), wallMs: () => 0 };
  const answer = await answerQuestion(
    {
      question: 'How long does the Heron wait?',
      workspace: 'w',
      workspaceTokens: 9,
      mode: 'auto',
      granularity: 'paragraph',
      tokenBudget: 400,
      ...request,
    },
    {
      retriever: { retrieve: (_query, { limit }) => Promise.resolve(passages.slice(0, limit)) },
      compressor: {
        compress: (texts, { tokenBudget, onRanked }) => {
          const spans = keepWhole(texts, tokenBudget);
          onRanked?.({ spans, passagesRead: texts.length, passagesTotal: texts.length });
          return Promise.resolve({ spans, tokensRead: 100, tokensKept: spans.length, problem: null });
        },
      },
      openModel: () => Promise.resolve({ model: null, problem: null }),
      clock,
      names: noNames,
      documents,
      control: new RunControl(),
      speeds: new HostSpeeds(),
      ...ports,
    },
    {
      emit: (event) => {
        events.push({ ...event, seq: events.length, atMs: 0 });
        options.onEvent?.(event);
      },
    },
    options.signal ?? new AbortController().signal,
    options.continued ?? null,
  );
  return { answer, events };
}

function keepWhole(
  texts: readonly { readonly id: string; readonly text: string }[],
  tokenBudget: number,
): readonly RankedSpan[] {
  const spans: RankedSpan[] = [];
  let left = tokenBudget;
  for (const { id, text } of texts) {
    const tokens = Math.ceil(text.length / 3);
    if (tokens > left) break;
    left -= tokens;
    spans.push({ contextId: id, startOffset: 0, endOffset: text.length, score: 1 / (spans.length + 1), tokens });
  }
  return spans;
}

/** A small trace with most kinds of events, for the conversation model and the pages. */
import type { AskResult } from '../../../protocol/ask';
import type { Citation, ClaimCheck, EvidenceSpan } from '../../../protocol/evidence';
import type { TraceEvent, TraceEventBody } from '../../../protocol/trace-events';

const text = 'A failing job is tried four times. After that it goes to the dead jobs.';
const range = { path: 'docs/retries.md', start: 10, end: 10 + text.length, startLine: 3, endLine: 3 };
const evidence: EvidenceSpan = { ...range, id: 'S1', text: text.slice(0, 34), end: 44, score: 0.91 };
const tokens = { workspace: 12_000, read: 400, kept: 40 };
const answer = 'It is tried "four times" [S1], then "never again" [S1].';
const claims: readonly ClaimCheck[] = [
  {
    text: answer,
    start: 0,
    end: answer.length,
    status: 'struck',
    problem: 'The quoted words are not in S1.',
    spanIds: ['S1'],
  },
];
const citations: readonly Citation[] = [
  { path: range.path, start: 33, end: 43, startLine: 3, endLine: 3, spanId: 'S1', quote: 'four times', verified: true, problem: null },
  { path: range.path, start: null, end: null, startLine: null, endLine: null, spanId: 'S1', quote: 'never again', verified: false, problem: 'These words are not in S1.' },
]; // prettier-ignore

/** `fileText` replaces the passage that the critic read, `reply` the written answer. */
export function sampleEvents(
  options: { readonly fileText?: string; readonly reply?: string } = {},
): readonly TraceEvent[] {
  const passage = options.fileText ?? text;
  const fold = { kind: 'foldStepFinished', part: 0, stepsPlanned: 2, hop: 1, chunk: ['S1'], reads: [], chunksTotal: 2, secondsLeft: 100, next: null, dropped: [], promptTokens: 310, completionTokens: 42, durationMs: 1200 } as const; // prettier-ignore
  const memory = { lines: [{ text: 'Jobs are tried four times.', spanIds: ['S1'] }], plan: 'Find where dead jobs go.' };
  const bodies: readonly TraceEventBody[] = [
    { kind: 'questionAsked', version: 2, question: 'How often is a job tried?', coreQuestion: 'How often is a job tried?', formatInstruction: '', workspace: '/w', mode: 'auto', granularity: 'sentence', tokenBudget: 2000, startedAt: '2026-01-02T03:04:05.000Z' },
    { kind: 'retrievalFinished', hop: 1, query: 'job tried', hits: [{ ...range, heading: 'Retries', score: 0.03, sources: ['text'] }, { ...range, path: 'src/queue.ts', heading: 'run', score: 0.02, sources: ['symbol', 'path'] }], durationMs: 40 },
    { kind: 'evidenceRanked', hop: 1, passagesRead: 1, passagesTotal: 2, evidence: [evidence] },
    { kind: 'compressionFinished', hop: 1, granularity: 'sentence', tokenBudget: 2000, passages: [{ ...range, text: passage, kept: [[0, Math.min(34, passage.length)]] }], tokensRead: 400, tokensKept: 40, durationMs: 600 },
    { kind: 'evidenceSelected', evidence: [evidence] },
    { kind: 'modeChosen', mode: 'fold', reason: 'The evidence does not fit the window of 2048 tokens.', model: 'embedded:small', windowTokens: 2048 },
    { kind: 'modelReplied', purpose: 'fold', attempt: 1, prompt: 'You read step by step.', reply: '<memory>', thinking: 'Hm.', promptTokens: 310, completionTokens: 42, durationMs: 1100 },
    { kind: 'foldStarted', part: 0, parts: 1, question: 'How often is a job tried?', source: 'evidence', format: 'json', language: 'en', budgets: { chunkTokens: 600, memoryTokens: 245, replyTokens: 347, maxHops: 3 }, chunks: 2, tokens: 900, steps: 2, estimatedSeconds: 100, sourceHash: null },
    { kind: 'foldChunksPlanned', part: 0, hop: 1, request: null, chunks: [[{ id: 'S1', start: 0, end: 34, tokens: 12 }]] },
    { ...fold, chunksRead: 1, step: 1, before: { lines: [{ text: 'Jobs may fail.', spanIds: [] }], plan: '' }, after: memory, outcome: 'updated', problem: null },
    { kind: 'runSteered', action: 'pause' },
    { kind: 'runSteered', action: 'resume' },
    { ...fold, chunksRead: 2, step: 2, before: memory, after: memory, outcome: 'skipped', problem: 'The reply had no memory block.' },
    { kind: 'foldFinished', part: 0, reason: 'enough', steps: 2, skipped: 1, memory },
    { kind: 'answerDelta', text: 'It is tried ' },
    { kind: 'answerWritten', answer: options.reply ?? answer, thinking: '' },
    { kind: 'verificationFinished', citations, claims },
    { kind: 'questionFinished', outcome: 'answered', message: null, tokens, seconds: 2.5 },
  ]; // prettier-ignore
  return bodies.map((body, seq) => ({ ...body, seq, atMs: seq * 200 }));
}

export function sampleResult(): AskResult {
  const { id: _, ...span } = evidence;
  return {
    question: 'How often is a job tried?',
    answer,
    outcome: 'answered',
    mode: 'fold',
    model: 'embedded:small',
    evidence: [span],
    citations,
    claims,
    tokens,
    seconds: 2.5,
    trace: '/t/abc.jsonl',
    message: null,
  };
}

/**
 * The memory agent as a pure reducer (QwenLong-L1.5): the state, what to do next, and how a reply changes it. Nothing
 * here calls a model, a clock or the index, and no text of a chunk is held, so that a trace can be replayed, stopped,
 * edited and resumed from any step, and millions of tokens can be read.
 */
import type { FoldBudgets, FoldEnd, FoldRequest, Memory, MemoryLine } from '../../../protocol/folds';
import { requestKey } from './fold-request';
import { checkLines, clipToTokens, estimateTokens, fitLines, keepDisputed } from './memory-lines';
import type { StepReply } from './parse-step-reply';

export interface FoldState {
  readonly coreQuestion: string;
  readonly formatInstruction: string;
  readonly memory: Memory;
  /** Retrievals so far, from 1. */
  readonly hop: number;
  /** Chunks read, and how many of them were skipped. */
  readonly steps: number;
  readonly skipped: number;
  /** No chunk of this hop is left to read. */
  readonly isHopRead: boolean;
  /** The last retrieval brought something to read, and reading it changed the memory. */
  readonly hasFound: boolean;
  readonly hasProgress: boolean;
  /** What the last step asked for; null: nothing. */
  readonly next: FoldRequest | null;
  /** Keys of what was asked for, the question included. */
  readonly tried: readonly string[];
  /** Lines that the last step lost for lack of room: the next prompt says so. */
  readonly overflow: number;
  readonly budgets: FoldBudgets;
}

export type FoldAction =
  | { readonly kind: 'readChunk' }
  | { readonly kind: 'retrieve'; readonly request: FoldRequest }
  | { readonly kind: 'final'; readonly reason: FoldEnd };

/** What happened to one chunk: a parsed reply, or the reason why the step was skipped. */
export type StepResult =
  { readonly kind: 'reply'; readonly reply: StepReply } | { readonly kind: 'skipped'; readonly problem: string };

export interface FoldTransition {
  readonly state: FoldState;
  /** Lines that the memory's size limit pushed out. */
  readonly dropped: readonly MemoryLine[];
  readonly outcome: 'updated' | 'skipped';
  readonly problem: string | null;
}

export const emptyMemory: Memory = { lines: [], plan: '' };

export interface FoldQuestion {
  readonly coreQuestion: string;
  readonly formatInstruction: string;
}

export function startFold(question: FoldQuestion, budgets: FoldBudgets): FoldState {
  const { coreQuestion, formatInstruction } = question;
  return {
    coreQuestion,
    formatInstruction,
    memory: emptyMemory,
    hop: 1,
    steps: 0,
    skipped: 0,
    isHopRead: false,
    hasFound: true,
    hasProgress: false,
    next: null,
    tried: [requestKey({ kind: 'search', query: coreQuestion })],
    overflow: 0,
    budgets,
  };
}

/** Reads to the last chunk, then follows the plan into another hop while that can still find something new. */
export function nextAction(state: FoldState): FoldAction {
  if (!state.isHopRead) return { kind: 'readChunk' };
  const end = whyEnd(state);
  return end === null && state.next !== null
    ? { kind: 'retrieve', request: state.next }
    : { kind: 'final', reason: end ?? 'allRead' };
}

function whyEnd({ next, hop, budgets, tried, hasFound, hasProgress }: FoldState): FoldEnd | null {
  if (!hasFound) return 'nothingFound';
  if (next === null) return 'allRead';
  if (next.kind === 'enough') return 'enough';
  if (hop >= budgets.maxHops) return budgets.maxHops === 1 ? 'allRead' : 'hopLimit';
  if (tried.includes(requestKey(next))) return 'repeated';
  // The first retrieval may miss; one that followed the plan and taught nothing is not followed by another.
  return hop > 1 && !hasProgress ? 'noProgress' : null;
}

/** Takes the result of reading a chunk with these spans. */
export function reduceStep(state: FoldState, chunkIds: readonly string[], result: StepResult): FoldTransition {
  const steps = state.steps + 1;
  if (result.kind === 'skipped') {
    const skipped = { ...state, steps, skipped: state.skipped + 1 };
    return { state: skipped, dropped: [], outcome: 'skipped', problem: result.problem };
  }
  const { budgets, memory } = state;
  const citable = new Set([...chunkIds, ...memory.lines.flatMap((line) => line.spanIds)]);
  const { lines, unknownIds } = checkLines(result.reply.lines, citable);
  const plan = clipToTokens(result.reply.plan, Math.floor(budgets.memoryTokens / 3));
  const { kept, dropped } = fitLines(keepDisputed(memory.lines, lines), budgets.memoryTokens - estimateTokens(plan));
  const hasProgress = state.hasProgress || hasNewLine(memory.lines, kept);
  const { next } = result.reply;
  return {
    state: { ...state, steps, memory: { lines: kept, plan }, next, hasProgress, overflow: dropped.length },
    dropped,
    outcome: 'updated',
    problem:
      unknownIds.length === 0
        ? null
        : `The memory named ${unknownIds.join(', ')}, which it had not read; these ids were dropped.`,
  };
}

/** All chunks of the hop were read. */
export function reduceHopEnd(state: FoldState): FoldState {
  return { ...state, isHopRead: true };
}

/** Takes what another hop found: none means that the next action is the final answer. */
export function reduceHop(state: FoldState, request: FoldRequest, chunksFound: number): FoldState {
  return {
    ...state,
    hop: state.hop + 1,
    isHopRead: chunksFound === 0,
    hasFound: chunksFound > 0,
    hasProgress: false,
    next: null,
    tried: [...state.tried, requestKey(request)],
  };
}

/** The user changed memory or plan: what was lost or stuck before says nothing any more. */
export function reduceEdit(state: FoldState, memory: Memory, next: FoldRequest | null): FoldState {
  return { ...state, memory, next, overflow: 0, hasFound: true, hasProgress: true };
}

function hasNewLine(before: readonly MemoryLine[], after: readonly MemoryLine[]): boolean {
  const known = new Set(before.map((line) => line.text));
  return after.some((line) => !known.has(line.text));
}

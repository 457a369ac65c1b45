/** What a fold knows and asks for: memory and plan, chunks, and why it stopped. */
import type { SourceRange } from './evidence';

/** One line of the agent's memory with the evidence that it came from. No ids: the line has no known source. */
export interface MemoryLine {
  readonly text: string;
  readonly spanIds: readonly string[];
  /** Another line says something else of the same thing; both are kept, side by side. */
  readonly isDisputed?: true;
}

export interface Memory {
  readonly lines: readonly MemoryLine[];
  readonly plan: string;
}

/** What the plan of a fold asks to read next. */
export type FoldRequest =
  | { readonly kind: 'search'; readonly query: string }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'enough' };

/** Model tokens of one chunk, of the memory (lines and plan) and of one step's reply; retrievals in all. */
export interface FoldBudgets {
  readonly chunkTokens: number;
  readonly memoryTokens: number;
  readonly replyTokens: number;
  readonly maxHops: number;
}

/** A span of the evidence, or a part of it, in a chunk. Offsets are UTF-16 into the span's text; model tokens. */
export interface FoldPiece {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly tokens: number;
}

/** A span as a step read it; offsets are into the file. */
export interface ReadSpan extends SourceRange {
  readonly id: string;
}

/**
 * Why a fold stopped reading: all was read and nothing was asked for, the plan said that it has enough, no retrieval
 * was left, it asked for what it had asked for before, a retrieval brought nothing new to read or nothing to remember,
 * the user wanted the answer.
 */
export type FoldEnd = 'allRead' | 'enough' | 'hopLimit' | 'repeated' | 'nothingFound' | 'noProgress' | 'answerNow';

/** `answerNow`: stop reading and answer from the memory so far. */
export type SteerAction = 'pause' | 'resume' | 'answerNow';

/**
 * The trace of one question: a list of numbered events, written as JSON Lines (one event a line) and streamed
 * to the client while the question runs. This is the only definition: the server emits it, the trace file keeps
 * it, the webviews render it. Offsets are UTF-16 code units into the decoded file text; lines are 1-based.
 */
import type { Place } from './places';
import type { SourceRoot } from './roots';

export const traceFormatVersion = 1;

/** What is kept as evidence. `block` and `symbol` follow the syntax of code; any other text is kept in paragraphs there. */
export type Granularity = 'keyword' | 'sentence' | 'paragraph' | 'line' | 'block' | 'symbol';
export type AnswerMode = 'auto' | 'single' | 'fold' | 'evidence';

/**
 * A place in a workspace file. `path` is relative to the workspace folder, with forward slashes; of a question about several
 * folders (`roots` of `questionAsked`) it begins with the folder's name.
 */
export interface SourceRange {
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly startLine: number;
  readonly endLine: number;
  /** Page, slide, cell …: where it stands in a document that is no plain text. */
  readonly place?: Place;
}

/** A kept slice of a source. `id` is the short name (`S1`, `S2`, …) that prompts and answers cite. */
export interface EvidenceSpan extends SourceRange {
  readonly id: string;
  readonly text: string;
  readonly score: number;
}

/** A retrieved passage, before the critic has read it. `sources` names the rankings that found it. */
export interface RetrievalHit extends SourceRange {
  readonly heading: string;
  readonly score: number;
  readonly sources: readonly RetrievalSource[];
}
export type RetrievalSource = 'text' | 'symbol' | 'path' | 'neighbour' | 'vector';

/** A passage that the critic read: its text and the kept ranges, relative to that text. */
export interface CompressedPassage extends SourceRange {
  readonly text: string;
  readonly kept: readonly (readonly [start: number, end: number])[];
}

/** One line of the agent's memory with the evidence that it came from. No ids: the line has no known source. */
export interface MemoryLine {
  readonly text: string;
  readonly spanIds: readonly string[];
}
export interface Memory {
  readonly lines: readonly MemoryLine[];
  readonly plan: string;
}

/**
 * A quote in the answer and what became of its check. A verified citation stands for the exact slice
 * `[start, end)` of `path`; one that failed has the path it claimed, if any, and is never linked.
 */
export interface Citation {
  /** As in `SourceRange`. */
  readonly place?: Place;
  readonly path: string | null;
  readonly start: number | null;
  readonly end: number | null;
  readonly startLine: number | null;
  readonly endLine: number | null;
  readonly spanId: string | null;
  readonly quote: string;
  readonly verified: boolean;
  /** Why the check failed, in plain words; null when verified. */
  readonly problem: string | null;
}

/** A number that a result was computed from: an operand, or a cell of a table (`table.column`). */
export interface ComputedOperand extends SourceRange {
  readonly name: string;
  /** As it stands in the source. */
  readonly text: string;
  /** The evidence it stands in; null: a cell outside of the evidence. */
  readonly spanId: string | null;
}

export interface TokenCounts {
  /** Tokens of all indexed text of the workspace (critic tokens, estimated from the index). */
  readonly workspace: number;
  /** Tokens that the critic read for this question. */
  readonly read: number;
  /** Tokens of the kept evidence. */
  readonly kept: number;
}

/** `support`: the model names the source sentences behind an answer that quotes none. */
export type ModelPurpose = 'single' | 'fold' | 'final' | 'support' | 'compute';
export type AskOutcome = 'answered' | 'evidence' | 'cancelled' | 'failed';

export type TraceEventBody =
  | {
      readonly kind: 'questionAsked';
      readonly version: number;
      readonly question: string;
      readonly coreQuestion: string;
      readonly formatInstruction: string;
      readonly workspace: string;
      /** The folders, when several were asked at once; absent of one. */
      readonly roots?: readonly SourceRoot[];
      readonly mode: AnswerMode;
      readonly granularity: Granularity;
      readonly tokenBudget: number;
      readonly startedAt: string;
    }
  | {
      readonly kind: 'retrievalFinished';
      readonly hop: number;
      readonly query: string;
      readonly hits: readonly RetrievalHit[];
      readonly durationMs: number;
    }
  | {
      /** The ranking so far, best first, after another batch of passages was read. Streamed; the last of a hop is kept. */
      readonly kind: 'evidenceRanked';
      readonly hop: number;
      readonly passagesRead: number;
      readonly passagesTotal: number;
      readonly evidence: readonly EvidenceSpan[];
    }
  | {
      readonly kind: 'compressionFinished';
      readonly hop: number;
      readonly granularity: Granularity;
      readonly tokenBudget: number;
      readonly passages: readonly CompressedPassage[];
      readonly tokensRead: number;
      readonly tokensKept: number;
      readonly durationMs: number;
    }
  | { readonly kind: 'evidenceSelected'; readonly evidence: readonly EvidenceSpan[] }
  | {
      readonly kind: 'modeChosen';
      readonly mode: Exclude<AnswerMode, 'auto'>;
      readonly reason: string;
      /** The model that is at hand, and its window; null without one. */
      readonly model: string | null;
      readonly windowTokens: number | null;
    }
  | {
      readonly kind: 'modelReplied';
      readonly purpose: ModelPurpose;
      readonly attempt: number;
      readonly prompt: string;
      readonly reply: string;
      readonly thinking: string;
      readonly promptTokens: number;
      readonly completionTokens: number;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'foldStepFinished';
      readonly step: number;
      readonly stepsPlanned: number;
      readonly hop: number;
      readonly chunk: readonly string[];
      readonly before: Memory;
      readonly after: Memory;
      readonly dropped: readonly MemoryLine[];
      readonly outcome: 'updated' | 'skipped';
      readonly problem: string | null;
      readonly promptTokens: number;
      readonly completionTokens: number;
      readonly durationMs: number;
    }
  | {
      /** A calculation that the model wrote and a program worked out exactly, or could not. */
      readonly kind: 'numberComputed';
      readonly attempt: number;
      readonly form: 'expression' | 'query';
      /** A formula over the operands, or one SELECT over tables of the documents. */
      readonly calculation: string;
      /** As shown, one line a row; null where it failed. */
      readonly result: string | null;
      readonly operands: readonly ComputedOperand[];
      /** More than are listed where a table is large. */
      readonly operandCount: number;
      /** Why it could not be used; null when it was. */
      readonly problem: string | null;
    }
  | { readonly kind: 'answerDelta'; readonly text: string }
  | { readonly kind: 'answerWritten'; readonly answer: string; readonly thinking: string }
  | { readonly kind: 'verificationFinished'; readonly citations: readonly Citation[] }
  | { readonly kind: 'stepFailed'; readonly stage: TraceStage; readonly message: string }
  | {
      readonly kind: 'questionFinished';
      readonly outcome: AskOutcome;
      readonly message: string | null;
      readonly tokens: TokenCounts;
      readonly seconds: number;
    };

export type TraceStage = 'index' | 'retrieve' | 'compress' | 'fold' | 'compute' | 'answer' | 'verify' | 'trace';

/** `seq` counts from 0 without gaps in the stream; `atMs` is milliseconds since the question was asked. */
export type TraceEvent = TraceEventBody & { readonly seq: number; readonly atMs: number };

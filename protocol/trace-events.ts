/**
 * The trace of one question: a list of numbered events, written as JSON Lines (one event a line) and streamed
 * to the client while the question runs. This is the only definition: the server emits it, the trace file keeps
 * it, the webviews render it. Offsets are UTF-16 code units into the decoded file text; lines are 1-based.
 */
import type { Citation, ClaimCheck, CompressedPassage, ComputedOperand, EvidenceSpan, RetrievalHit } from './evidence';
import type { FoldBudgets, FoldEnd, FoldPiece, FoldRequest, Memory, MemoryLine, ReadSpan, SteerAction } from './folds';
import type { SourceRoot } from './roots';

/** 2: a fold's start, chunks, requests and end are events of their own, so that its states can be rebuilt. */
export const traceFormatVersion = 2;

/** What is kept as evidence. `block` and `symbol` follow the syntax of code; any other text is kept in paragraphs there. */
export type Granularity = 'keyword' | 'sentence' | 'paragraph' | 'line' | 'block' | 'symbol';

/** `everything`: no search; every chunk of the chosen documents is read in order. */
export type AnswerMode = 'auto' | 'single' | 'fold' | 'everything' | 'evidence';

export interface TokenCounts {
  /** Tokens of all indexed text of the workspace (critic tokens, estimated from the index). */
  readonly workspace: number;
  /** Tokens that the critic read for this question. */
  readonly read: number;
  /** Tokens of the kept evidence. */
  readonly kept: number;
}

/**
 * `support`: the model names the source sentences behind an answer that quotes none; `speed`: the host is timed; `compute`: it
 * writes a calculation.
 */
export type ModelPurpose = 'single' | 'fold' | 'final' | 'support' | 'speed' | 'compute';

export type AskOutcome = 'answered' | 'evidence' | 'cancelled' | 'failed';

export type TraceEventBody =
  | {
      readonly kind: 'questionAsked';
      readonly version: number;
      readonly question: string;
      /** A follow-up with the subject of the question before; absent where the question stands alone. */
      readonly standalone?: string;
      /** Name of the trace that it points back to: the evidence there is read again beside what is found. */
      readonly previousTrace?: string;
      readonly coreQuestion: string;
      readonly formatInstruction: string;
      readonly workspace: string;
      /** The folders, when several were asked at once; absent of one. */
      readonly roots?: readonly SourceRoot[];
      readonly mode: AnswerMode;
      readonly granularity: Granularity;
      readonly tokenBudget: number;
      readonly startedAt: string;
      /** What was chosen to be read, in the mode `everything`; absent: all of the workspace. */
      readonly paths?: readonly string[];
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
      /** The question is answered by parts, a fold each: what is compared, or where something is counted. */
      readonly kind: 'subQuestionsPlanned';
      readonly plan: 'comparison' | 'counting';
      readonly questions: readonly string[];
    }
  | {
      /** A fold begins; of a question with sub-questions, the fold of one of them. */
      readonly kind: 'foldStarted';
      /** From 0, of `parts`. */
      readonly part: number;
      readonly parts: number;
      /** The question of this part. */
      readonly question: string;
      readonly source: 'evidence' | 'everything';
      readonly format: 'json' | 'tags';
      readonly language: 'en' | 'zh';
      readonly budgets: FoldBudgets;
      /** Chunks to read (of the index where everything is read), their tokens, and how many steps that takes. */
      readonly chunks: number;
      readonly tokens: number;
      readonly steps: number;
      /** By the host's measured speed; null where it was not measured yet. */
      readonly estimatedSeconds: number | null;
      /** Where everything is read: stands for the files and their contents; null else. */
      readonly sourceHash: string | null;
    }
  | {
      /** The chunks of a hop over evidence, ready to be read. `request` is what asked for them; null in hop 1. */
      readonly kind: 'foldChunksPlanned';
      readonly part: number;
      readonly hop: number;
      readonly request: FoldRequest | null;
      readonly chunks: readonly (readonly FoldPiece[])[];
    }
  | {
      readonly kind: 'foldStepFinished';
      readonly part: number;
      readonly step: number;
      readonly stepsPlanned: number;
      readonly hop: number;
      readonly chunk: readonly string[];
      /** Where everything is read: the spans of the chunk; empty else. */
      readonly reads: readonly ReadSpan[];
      /** Of all chunks (as `foldStarted` counts them), how many are read now. */
      readonly chunksRead: number;
      readonly chunksTotal: number;
      readonly secondsLeft: number | null;
      /** What the plan asks for; null: nothing. */
      readonly next: FoldRequest | null;
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
      /** Where everything is read: spans that the memory names for the first time. */
      readonly kind: 'evidenceAdded';
      readonly evidence: readonly EvidenceSpan[];
    }
  | {
      /** The user changed what the agent knew after `step` (0: before the first); the run goes on from here. */
      readonly kind: 'foldEdited';
      readonly part: number;
      readonly step: number;
      readonly before: Memory;
      readonly after: Memory;
      readonly next: FoldRequest | null;
    }
  | {
      readonly kind: 'foldFinished';
      readonly part: number;
      readonly reason: FoldEnd;
      readonly steps: number;
      readonly skipped: number;
      readonly memory: Memory;
    }
  | {
      /** What stands before is the beginning of an older trace; the run goes on after that many fold steps. */
      readonly kind: 'runContinued';
      readonly from: string;
      readonly step: number;
    }
  | { readonly kind: 'runSteered'; readonly action: SteerAction }
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
  | {
      readonly kind: 'verificationFinished';
      readonly citations: readonly Citation[];
      /** In the order of the answer; absent in traces of version 0.1. */
      readonly claims?: readonly ClaimCheck[];
    }
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

/**
 * The trace of one question: a list of numbered events, written as JSON Lines (one event a line) and streamed
 * to the client while the question runs. This is the only definition: the server emits it, the trace file keeps
 * it, the webviews render it. Offsets are UTF-16 code units into the decoded file text; lines are 1-based.
 */
import type { Place } from './places';
import type { SourceRoot } from './roots';

/** 2: a fold's start, chunks, requests and end are events of their own, so that its states can be rebuilt. */
export const traceFormatVersion = 2;

/** What is kept as evidence. `block` and `symbol` follow the syntax of code; any other text is kept in paragraphs there. */
export type Granularity = 'keyword' | 'sentence' | 'paragraph' | 'line' | 'block' | 'symbol';
/** `everything`: no search; every chunk of the chosen documents is read in order. */
export type AnswerMode = 'auto' | 'single' | 'fold' | 'everything' | 'evidence';

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

/**
 * `supported`: its quotes, numbers and names stand where it says, or it is copied from there. `unchecked`: it names a
 * source and says it in other words; nothing in it is wrong as far as words and numbers tell. `misplaced`: its words
 * stand in another source than the one that it names. `struck`: something in it does not stand there. `notFromFiles`:
 * it names no source.
 */
export type ClaimStatus = 'supported' | 'unchecked' | 'misplaced' | 'struck' | 'notFromFiles';

/** One sentence of the answer and what became of its check. Headings and lead-ins are no claims. */
export interface ClaimCheck {
  /** The sentence, and its UTF-16 offsets in the answer. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly status: ClaimStatus;
  /** Why, in plain words; null when it is supported. */
  readonly problem: string | null;
  /** The spans that it names. */
  readonly spanIds: readonly string[];
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

/** `answerNow`: stop reading and answer from the memory so far. */
export type SteerAction = 'pause' | 'resume' | 'answerNow';

export type TraceStage = 'index' | 'retrieve' | 'compress' | 'fold' | 'compute' | 'answer' | 'verify' | 'trace';

/** `seq` counts from 0 without gaps in the stream; `atMs` is milliseconds since the question was asked. */
export type TraceEvent = TraceEventBody & { readonly seq: number; readonly atMs: number };

/**
 * What answering needs of its surroundings, beside the retriever and the model: a compressor (the critic behind a
 * small port, so that this folder knows neither windows nor logits) and a clock. The composition root wires them.
 */
import type { SourceRoot } from '../../../protocol/roots';
import type { Citation, ClaimCheck, ComputedFact, EvidenceSpan } from '../../../protocol/evidence';
import type { AnswerMode, AskOutcome, Granularity, TokenCounts } from '../../../protocol/trace-events';
import type { Calculator } from '../compute/calculator';
import type { HostSpeeds } from '../fold/host-speed';
import type { RunControl } from '../fold/run-control';
import type { ChatModel } from '../llm/chat-model';
import type { Clock } from '../platform/ports';
import type { Passage, Retriever } from '../retrieve/retriever';
import type { NameLookUp } from './known-names';

/** A kept range of the passage `contextId`; offsets are UTF-16 into that passage's text, `tokens` are critic tokens. */
export interface RankedSpan {
  readonly contextId: string;
  readonly startOffset: number;
  readonly endOffset: number;
  readonly score: number;
  readonly tokens: number;
}

/** The best spans after another batch of passages was read. */
export interface RankingProgress {
  readonly spans: readonly RankedSpan[];
  readonly passagesRead: number;
  readonly passagesTotal: number;
}

export interface CompressOptions {
  readonly question: string;
  readonly granularity: Granularity;
  readonly tokenBudget: number;
  readonly signal: AbortSignal;
  readonly onRanked?: (progress: RankingProgress) => void;
}

export interface Compression {
  readonly spans: readonly RankedSpan[];
  readonly tokensRead: number;
  readonly tokensKept: number;
  /** That the passages answer the question, 0 to 1; absent where it cannot be judged, as for code. */
  readonly strength?: number;
  /** That more passages can be added at little cost (the critic keeps what it read), and are worth it: documents, no code. */
  readonly mayWiden?: boolean;
  /** One sentence for the user where the spans were chosen without the critic; null otherwise. */
  readonly problem: string | null;
}

export interface CompressorPassage {
  readonly id: string;
  /** Of the file, which says which language the text is in. */
  readonly path: string;
  readonly text: string;
  readonly heading?: string;
}

export interface Compressor {
  /** Reads the passages in the order given and keeps the spans that serve the question, within the budget. */
  compress(passages: readonly CompressorPassage[], options: CompressOptions): Promise<Compression>;
}

/** Text that the user selected: it becomes the first evidence. Offsets are UTF-16 into the file, the line is 0-based. */
export interface SelectedText {
  readonly path: string;
  readonly startOffset: number;
  readonly endOffset: number;
  readonly startLine: number;
  readonly text: string;
}

export interface AnswerRequest {
  readonly question: string;
  /** The question asked before it in the conversation, as it stood alone. */
  readonly previous?: string;
  /** Name of the trace that it follows, where its evidence is read again (`AnswerPorts.carried`). */
  readonly previousTrace?: string;
  /** Name or path of the workspace, for the trace. */
  readonly workspace: string;
  /** The folders, when several are asked at once. */
  readonly roots?: readonly SourceRoot[];
  /** One sentence for each folder of them that is left out or not complete. */
  readonly problems?: readonly string[];
  readonly workspaceTokens: number;
  readonly mode: AnswerMode;
  readonly granularity: Granularity;
  /** Critic tokens of evidence that one hop may keep. */
  readonly tokenBudget: number;
  readonly selection?: SelectedText;
  /** Passages to retrieve a hop; by default as many as the token budget makes worth reading. */
  readonly passageLimit?: number;
  /** Retrievals in all, the first one included; default 3. */
  readonly maxHops?: number;
  /** Upper bound of the answer's tokens, where the window allows more. */
  readonly maxAnswerTokens?: number;
  /** Files and folders to read in the mode `everything`, relative to the workspace; by default all of it. */
  readonly paths?: readonly string[];
}

/** A file of the index; `tokens` are the critic's. */
export interface DocumentListing {
  readonly path: string;
  readonly chunks: number;
  readonly tokens: number;
  readonly contentHash: string;
  /** Only the chunks that begin in `[start, end)` of the file, UTF-16; absent: all. */
  readonly range?: readonly [start: number, end: number];
}

/** The indexed documents themselves, without a search. */
export interface DocumentSource {
  /** In reading order; `paths` names files and folders, none: everything. */
  list(paths: readonly string[]): Promise<readonly DocumentListing[]>;
  /** All chunks of a file in order. A path that is no file of the index may be the end of one. */
  passages(path: string): Promise<readonly Passage[]>;
  /** Chunks that define a name of code, then some that use it. */
  symbol(name: string): Promise<readonly Passage[]>;
}

export interface OpenedModel {
  /** Null: no model is wanted, configured or found; `problem` says why, for the user. */
  readonly model: ChatModel | null;
  readonly problem: string | null;
}

export interface AnswerPorts {
  readonly retriever: Retriever;
  readonly compressor: Compressor;
  /** Called once and never rejects: loading takes seconds, so the evidence does not wait for it. */
  readonly openModel: () => Promise<OpenedModel>;
  readonly clock: Clock;
  /** For the check of the answer: what the index knows of names. */
  readonly names: NameLookUp;
  readonly documents: DocumentSource;
  /** Of a follow-up: the passages in which the evidence of the turn before stands now, best first; absent: none is taken. */
  readonly carried?: () => Promise<readonly Passage[]>;
  /** The user's hand on this run. */
  readonly control: RunControl;
  readonly speeds: HostSpeeds;
  /** Absent: the model calculates by itself. */
  readonly calculator?: Calculator;
}

/** What became of a question. `evidence` is best first; `message` is one sentence unless the outcome is `answered`. */
export interface Answer {
  readonly question: string;
  readonly answer: string;
  readonly outcome: AskOutcome;
  readonly mode: Exclude<AnswerMode, 'auto'>;
  readonly model: string | null;
  readonly evidence: readonly EvidenceSpan[];
  readonly citations: readonly Citation[];
  readonly claims: readonly ClaimCheck[];
  readonly computed?: ComputedFact;
  readonly tokens: TokenCounts;
  readonly seconds: number;
  readonly message: string | null;
}

/**
 * The conversation of the chat view as plain data: what the extension keeps over a reload and the webview draws.
 * A turn is one question with everything that its trace events said so far.
 */
import type { SourceRoot } from './roots';
import type { Citation, ClaimCheck, ComputedFact, EvidenceSpan, SourceRange } from './evidence';
import type { MemoryLine } from './folds';
import type { AnswerMode, Granularity, TokenCounts } from './trace-events';

/** `interrupted`: the editor was reloaded before the question was finished. */
export type TurnState = 'running' | 'answered' | 'evidence' | 'cancelled' | 'failed' | 'interrupted';

export interface QuestionOptions {
  readonly mode?: AnswerMode;
  readonly granularity?: Granularity;
  /** As in `AskParams`: what is read in the mode `everything`; absent: all. */
  readonly paths?: readonly string[];
}

/** A file or folder that is to be read in the mode `everything`. */
export interface ChosenPath {
  readonly folderUri: string;
  /** Inside of that workspace folder, with forward slashes; empty: all of it. */
  readonly path: string;
  /** As it is shown; a folder's ends with a slash. */
  readonly label: string;
}

/** A workspace folder by its URI and the name that the editor shows. */
export interface FolderRef {
  readonly uri: string;
  readonly name: string;
}

/** A selection to explain: a place in a file of the workspace, by URI. */
export interface SelectionRef {
  readonly uri: string;
  readonly start: number;
  readonly end: number;
}

/** The steps of a turn in the order in which they began; each is updated in place while it runs. */
export type TurnStep =
  | {
      readonly kind: 'understood';
      readonly question: string;
      /** Places of the last answer that were read again; absent: none. */
      readonly placesReread?: number;
    }
  | { readonly kind: 'searching'; readonly hop: number; readonly hits: number | null }
  | { readonly kind: 'reading'; readonly hop: number; readonly passagesRead: number; readonly passagesTotal: number }
  | {
      /** A fold is about to read: of how many chunks and tokens, in how many steps and seconds (null: not known). */
      readonly kind: 'planned';
      readonly part: number;
      readonly parts: number;
      readonly question: string;
      readonly chunks: number;
      readonly tokens: number;
      readonly steps: number;
      readonly seconds: number | null;
    }
  | {
      readonly kind: 'folding';
      readonly part: number;
      readonly step: number;
      readonly stepsPlanned: number;
      readonly skipped: number;
      readonly chunksRead: number;
      readonly chunksTotal: number;
      readonly secondsLeft: number | null;
    }
  | { readonly kind: 'writing' }
  | { readonly kind: 'checking' }
  | { readonly kind: 'problem'; readonly message: string };

export interface Turn {
  readonly id: string;
  readonly question: string;
  readonly workspaceUri: string;
  readonly workspaceName: string;
  /** Folders that were asked together with it. */
  readonly furtherFolders?: readonly FolderRef[];
  /** The names with which paths begin, once the server has told them; absent of a question about one folder. */
  readonly roots?: readonly SourceRoot[];
  readonly options: QuestionOptions;
  readonly selection: SelectionRef | null;
  readonly state: TurnState;
  readonly steps: readonly TurnStep[];
  /** Retrieval hits, shown until the critic has ranked the first evidence. */
  readonly hits: readonly (SourceRange & { readonly heading: string })[];
  readonly evidence: readonly EvidenceSpan[];
  readonly answer: string;
  /** What a fold knows so far: shown until there is an answer. */
  readonly known: readonly MemoryLine[];
  readonly isPaused: boolean;
  readonly citations: readonly Citation[];
  readonly claims: readonly ClaimCheck[];
  /** Absent: nothing was computed. */
  readonly computed?: ComputedFact;
  readonly model: string | null;
  readonly mode: AnswerMode | null;
  readonly tokens: TokenCounts | null;
  readonly seconds: number | null;
  /** One plain sentence for a turn that did not end well. */
  readonly message: string | null;
  readonly traceFile: string | null;
}

export interface ConversationSnapshot {
  readonly turns: readonly Turn[];
}

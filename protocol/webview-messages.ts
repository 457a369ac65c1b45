/**
 * Messages between the extension and its two webviews. The extension owns the state: a webview says `ready`, gets
 * one complete snapshot, then changes. `revision` counts the messages since; a webview that misses one asks again.
 */
import type { ChosenPath, ConversationSnapshot, QuestionOptions, Turn } from './conversation';
import type { SourceRange } from './evidence';
import type { SteerAction } from './folds';
import type { TraceEvent } from './trace-events';
import type { WebviewStrings } from './webview-strings';

/** What is around the conversation: whether a question can be asked, and if not, why. */
export interface ChatSurroundings {
  readonly canAsk: boolean;
  /** One plain sentence: no folder open, workspace not trusted, server not running. */
  readonly notice: string | null;
  /** A command that helps, as a button under the notice. */
  readonly noticeAction: { readonly label: string; readonly action: 'openFolder' | 'manageTrust' | 'showLog' } | null;
  /** Which folders the next question is about, as the words of a button that changes it; null: there is but one. */
  readonly askedFolders: { readonly label: string; readonly title: string } | null;
}

export type ToChat =
  | {
      readonly kind: 'snapshot';
      readonly revision: number;
      readonly strings: WebviewStrings;
      readonly language: string;
      readonly surroundings: ChatSurroundings;
      readonly conversation: ConversationSnapshot;
    }
  | { readonly kind: 'turnAdded'; readonly revision: number; readonly turn: Turn }
  | { readonly kind: 'turnChanged'; readonly revision: number; readonly turnId: string; readonly change: Partial<Turn> }
  | { readonly kind: 'surroundingsChanged'; readonly revision: number; readonly surroundings: ChatSurroundings }
  | { readonly kind: 'focusInput' }
  /** The answer to `choosePaths`: what is chosen now. */
  | { readonly kind: 'pathsChosen'; readonly chosen: readonly ChosenPath[] };

export type FromChat =
  | { readonly kind: 'ready' }
  | {
      readonly kind: 'ask';
      readonly question: string;
      readonly options: QuestionOptions;
      /** In the mode `everything`, when not all is to be read. */
      readonly chosen?: readonly ChosenPath[];
    }
  /** Choose what is read in the mode `everything`; `chosen` is what is chosen so far. */
  | { readonly kind: 'choosePaths'; readonly chosen: readonly ChosenPath[] }
  | { readonly kind: 'chooseFolders' }
  | { readonly kind: 'cancel'; readonly turnId: string }
  | { readonly kind: 'steer'; readonly turnId: string; readonly action: SteerAction }
  | { readonly kind: 'askAgain'; readonly turnId: string }
  /** Go on with a fold that broke off. */
  | { readonly kind: 'goOn'; readonly turnId: string }
  | { readonly kind: 'copyAnswer'; readonly turnId: string }
  | { readonly kind: 'showTrace'; readonly turnId: string }
  | { readonly kind: 'openSource'; readonly turnId: string; readonly range: SourceRange }
  | { readonly kind: 'noticeAction'; readonly action: 'openFolder' | 'manageTrust' | 'showLog' }
  | { readonly kind: 'failed'; readonly message: string };

/** A place of a citation or an operand, and the line (1-based) where its words stand now; null: they are gone. */
export interface CitedPlace extends Pick<SourceRange, 'path' | 'start' | 'end'> {
  readonly line: number | null;
}

export type ToTrace =
  | {
      readonly kind: 'snapshot';
      readonly strings: WebviewStrings;
      readonly language: string;
      readonly events: readonly TraceEvent[];
      /** The trace is a kept one, so its question can go on from each of its steps. */
      readonly canFork: boolean;
    }
  | { readonly kind: 'append'; readonly events: readonly TraceEvent[] }
  /** All cited places whose words stand elsewhere now, or nowhere; what was said before holds no longer. */
  | { readonly kind: 'citedPlaces'; readonly places: readonly CitedPlace[] };

export type FromTrace =
  | { readonly kind: 'ready' }
  /** Go on after that many fold steps with another memory (a fact a line) and plan. */
  | { readonly kind: 'fork'; readonly step: number; readonly memory: string; readonly plan: string }
  | { readonly kind: 'openSource'; readonly range: SourceRange }
  | { readonly kind: 'failed'; readonly message: string };

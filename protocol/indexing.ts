/** The index of a workspace folder: its state, its ledger, rebuilding it, deleting everything kept of a workspace. */
import { NotificationType, RequestType } from 'vscode-languageserver-protocol';

/** `waiting`: another process indexes this folder; `paused`: by the user, or on battery; `symbols`: all text can be searched, its structure is still read. */
export type IndexPhase =
  'idle' | 'waiting' | 'paused' | 'walking' | 'indexing' | 'symbols' | 'ready' | 'failed' | 'untrusted';

/** `filesDone` of `filesTotal` changed files are indexed in this run; the totals below are of the whole index. */
export interface IndexStatus {
  readonly workspaceUri: string;
  readonly phase: IndexPhase;
  readonly filesDone: number;
  readonly filesTotal: number;
  readonly filesIndexed: number;
  readonly filesSkipped: number;
  readonly chunks: number;
  readonly message: string | null;
}

export interface LedgerRow {
  /** Relative to the workspace; that of an excluded folder ends in a slash. */
  readonly path: string;
  /** `excluded`: left out before it was read, as git's ignore rules or the settings say. */
  readonly state: 'indexed' | 'pending' | 'skipped' | 'failed' | 'excluded';
  /** Why the file is not indexed, in plain words; of an indexed one what is missing of it or was guessed, or null. */
  readonly reason: string | null;
  /** Of an excluded row: where it is written. Null where no pattern says it; absent in rows of other states. */
  readonly rule?: LedgerRule | null;
  /** True in the one row of an excluded folder and all that is in it. */
  readonly isFolder?: boolean;
  /** Files inside the excluded folder (inside of `under`, if that lies deeper); there when `count` asked for it. */
  readonly filesInside?: number;
  /** Absent, or true where the file was reached through a link to its folder: it stands elsewhere on the disk. */
  readonly isBehindLink?: boolean;
  readonly sizeBytes: number;
  readonly encoding: string | null;
  readonly language: string | null;
  readonly chunks: number;
  /** Milliseconds since 1970 of the last look at the file. */
  readonly atMs: number;
}

export interface LedgerRule {
  /** The ignore file, relative where it lies inside the workspace, or the name of a setting. */
  readonly file: string;
  /** 1-based; of a setting: which of its patterns. */
  readonly line: number;
  readonly pattern: string;
}

export interface WorkspaceParams {
  readonly workspaceUri: string;
}
export interface PauseParams {
  readonly isPaused: boolean;
}
export interface LedgerParams extends WorkspaceParams {
  /** Only files under this relative path. */
  readonly under?: string;
  /** Also count the files inside of excluded folders. */
  readonly count?: boolean;
}

/** server → extension: the index state changed (at most ten a second). */
export const IndexStatusNotification = new NotificationType<IndexStatus>('longfold/index/status');
/** extension → server: read every file again and replace the index; answers when it is done. */
export const RebuildIndexRequest = new RequestType<WorkspaceParams, IndexStatus, void>('longfold/index/rebuild');
/** extension → server: indexing of all folders waits, or goes on; answers whether it waits now. */
export const PauseIndexRequest = new RequestType<PauseParams, boolean, void>('longfold/index/pause');
/** extension → server: the current state, for a client that has just started. */
export const IndexStatusRequest = new RequestType<WorkspaceParams, IndexStatus, void>('longfold/index/get');
/** extension → server: one row for every file: indexed, or why not; an excluded folder is one row. */
export const LedgerRequest = new RequestType<LedgerParams, readonly LedgerRow[], void>('longfold/index/ledger');
/** extension → server: delete the index and all traces of this workspace. */
export const ForgetWorkspaceRequest = new RequestType<WorkspaceParams, void, void>('longfold/workspace/forget');

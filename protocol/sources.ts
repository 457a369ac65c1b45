/** Whether cited words still stand where they stood, for citations of an answer that was given earlier. */
import { RequestType } from 'vscode-languageserver-protocol';

/** Words as they were cited. Offsets are UTF-16 units into the file's decoded text of then. */
export interface CitedSlice {
  /** Relative to the workspace, with forward slashes. */
  readonly path: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * `same`: the words stand where they stood. `moved`: they stand elsewhere in the file now. `stale`: they are gone, or
 * the file is, and `problem` says which. Lines are 1-based.
 */
export type Anchor =
  | {
      readonly kind: 'same' | 'moved';
      readonly start: number;
      readonly end: number;
      readonly startLine: number;
      readonly endLine: number;
    }
  | { readonly kind: 'stale'; readonly problem: string };

/** More than an answer ever cites; what a request has beyond is not looked for. */
export const maxLocatedSlices = 500;

export interface LocateParams {
  readonly workspaceUri: string;
  /** At most `maxLocatedSlices`. */
  readonly slices: readonly CitedSlice[];
}

/** extension → server: where cited words stand now; one anchor a slice. What is open and unsaved counts as it is. */
export const LocateRequest = new RequestType<LocateParams, readonly Anchor[], void>('longfold/source/locate');

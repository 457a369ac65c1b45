/** The calls between the extractor and its workers. */
import type { CodeRange } from '../chunk/code-ranges';
import type { CutRequest } from '../chunk/cut-code';
import type { ExtractReply, ExtractRequest } from '../workspace/extractor';

/** Folders of the table of token vectors and of the tokenizer that it is made for. */
export interface ExtractWorkerData {
  readonly tableFolder: string;
  readonly criticFolder: string;
}

export type ExtractMethods = {
  extract: { params: ExtractRequest; result: ExtractReply };
  cutCode: { params: CutRequest; result: readonly (readonly CodeRange[] | null)[] };
};

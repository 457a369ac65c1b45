/** The calls between the extractor and its workers. */
import type { ChunkedDocument } from '../chunk/chunk';
import type { CodeRange } from '../chunk/code-ranges';
import type { CodeText, CutRequest } from '../chunk/cut-code';
import type { ExtractOutcome } from '../extract/document';
import type { ExtractReply, ExtractRequest, ReadRequest } from '../workspace/extractor';

/** Folders of the table of token vectors and of the tokenizer that it is made for. */
export interface ExtractWorkerData {
  readonly tableFolder: string;
  readonly criticFolder: string;
}

export type ExtractMethods = {
  extract: { params: ExtractRequest; result: ExtractReply };
  readDocument: { params: ReadRequest; result: ExtractOutcome };
  readNames: { params: CodeText; result: ChunkedDocument };
  cutCode: { params: CutRequest; result: readonly (readonly CodeRange[] | null)[] };
};

/** The calls between the extractor and its workers. */
import type { CodeRange } from '../chunk/code-ranges';
import type { CutRequest } from '../chunk/cut-code';
import type { ExtractReply, ExtractRequest } from '../workspace/extractor';

export type ExtractMethods = {
  extract: { params: ExtractRequest; result: ExtractReply };
  cutCode: { params: CutRequest; result: readonly (readonly CodeRange[] | null)[] };
};

/** The call between the extractor and its workers. */
import type { ExtractReply, ExtractRequest } from '../workspace/extractor';

export type ExtractMethods = {
  extract: { params: ExtractRequest; result: ExtractReply };
};

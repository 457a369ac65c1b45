/**
 * How a fold shares the model's window, in model tokens. The published agent reads 32K chunks with a 15K memory in a
 * 128K window; smaller windows keep these shares. A trace records them, so that it
 * can be replayed without the model.
 */
import type { FoldBudgets } from '../../../protocol/folds';

const maxChunkTokens = 32_000;
const maxMemoryTokens = 15_000;
/** Below this a chunk holds no useful sentence. */
export const minChunkTokens = 96;

export type ReplyFormat = 'json' | 'tags';

/** QwenLong models were trained on tags; others get a JSON schema. */
export function replyFormatOf(modelId: string): ReplyFormat {
  return /qwen-?_?long/i.test(modelId) ? 'tags' : 'json';
}

/** For 2,048 tokens: chunk 614, memory 245, reply 347; the rest is the prompt's rules and the question. */
export function foldBudgets(windowTokens: number, format: ReplyFormat, maxHops: number): FoldBudgets {
  const memoryTokens = Math.min(maxMemoryTokens, Math.floor(windowTokens * 0.12));
  // A model that thinks before it replies needs room for that; JSON keeps the reply to the point.
  const extraShare = format === 'tags' ? 0.15 : 0.05;
  return {
    chunkTokens: Math.min(maxChunkTokens, Math.floor(windowTokens * 0.3)),
    memoryTokens,
    replyTokens: memoryTokens + Math.min(12_000, Math.floor(windowTokens * extraShare)),
    maxHops,
  };
}

/** Room for a chunk beside `promptTokens` (rules, question, labels), the memory and the reply. */
export function chunkRoom(budgets: FoldBudgets, windowTokens: number, promptTokens: number): number {
  return Math.min(budgets.chunkTokens, windowTokens - promptTokens - budgets.memoryTokens - budgets.replyTokens);
}

/** Joins what the folds of a question's parts remember into the memory of which the answer is written. */
import type { FoldBudgets, MemoryLine } from '../../../protocol/folds';
import type { FoldResult } from '../fold/fold-run';
import { startFold, type FoldState } from '../fold/fold-state';
import { estimateTokens } from '../fold/memory-lines';
import type { QuestionPart } from './question-parts';
import type { UnderstoodQuestion } from './understand-question';

/** Ids that the line about where something was found names at most. */
const maxSummaryIds = 8;

/** One part: its own state. Several: their lines, each with its part's label, and a line that says where something was found. */
export function joinParts(
  understood: UnderstoodQuestion,
  parts: readonly QuestionPart[],
  results: readonly FoldResult[],
  budgets: FoldBudgets,
): FoldState {
  const only = results[0];
  if (parts.length === 1 && only !== undefined) return only.state;
  const labelled = results.map(({ state }, idx) => ({ label: parts[idx]?.label ?? '', lines: state.memory.lines }));
  const found = labelled.filter(({ lines }) => lines.some((line) => line.spanIds.length > 0));
  // The last prompt holds no chunk, so the parts' memories may take some of its room.
  const lines = takeInTurns(labelled, budgets.memoryTokens + Math.floor(budgets.chunkTokens / 2));
  return {
    ...startFold(understood, budgets),
    memory: { lines: [summary(found, labelled.length, understood.language), ...lines], plan: '' },
    steps: results.reduce((sum, { state }) => sum + state.steps, 0),
    skipped: results.reduce((sum, { state }) => sum + state.skipped, 0),
    isHopRead: true,
  };
}

/** A line of each part, then another of each, the newest first, while they fit; in the parts' own order. */
function takeInTurns(
  parts: readonly { readonly label: string; readonly lines: readonly MemoryLine[] }[],
  tokens: number,
): readonly MemoryLine[] {
  const taken = parts.map((): MemoryLine[] => []);
  let left = tokens;
  const most = Math.max(0, ...parts.map(({ lines }) => lines.length));
  for (let turn = 1; turn <= most; turn += 1) {
    for (const [idx, { label, lines }] of parts.entries()) {
      const line = lines[lines.length - turn];
      if (line === undefined) continue;
      const labelled = { ...line, text: `${label}: ${line.text}` };
      left -= estimateTokens(labelled.text);
      if (left < 0) return taken.flat();
      taken[idx]?.unshift(labelled);
    }
  }
  return taken.flat();
}

function summary(
  found: readonly { readonly label: string; readonly lines: readonly MemoryLine[] }[],
  total: number,
  language: 'en' | 'zh',
): MemoryLine {
  const names = found.map(({ label }) => label).join(language === 'zh' ? '、' : ', ');
  const text =
    language === 'zh'
      ? `${total} 个部分中有 ${found.length} 个有内容${names === '' ? '' : `：${names}`}`
      : `Something was found in ${found.length} of ${total} parts${names === '' ? '' : `: ${names}`}`;
  const spanIds = [...new Set(found.flatMap(({ lines }) => lines.flatMap((line) => line.spanIds).slice(0, 1)))];
  return { text, spanIds: spanIds.slice(0, maxSummaryIds) };
}

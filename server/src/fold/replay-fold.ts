/**
 * Replays a fold from its trace without a model: every recorded reply goes through the same parser and reducer again.
 * The states must come out as recorded; the first difference is named.
 */
import type { Memory, TraceEvent } from '../../../protocol/trace-events';
import { foldBudgets, replyFormatOf } from './fold-budgets';
import { reduceStep, startFold, type StepResult } from './fold-state';
import { parseJsonReply, parseTagReply } from './parse-step-reply';

export interface FoldReplay {
  /** The memory after each step, recomputed. */
  readonly memories: readonly Memory[];
  /** One sentence for each step whose recomputed memory is not the recorded one. */
  readonly differences: readonly string[];
}

export function replayFold(events: readonly TraceEvent[]): FoldReplay {
  const asked = events.find((event) => event.kind === 'questionAsked');
  const chosen = events.find((event) => event.kind === 'modeChosen');
  if (asked === undefined || !chosen?.model || chosen.windowTokens === null) return { memories: [], differences: [] };
  const format = replyFormatOf(chosen.model);
  const parse = format === 'json' ? parseJsonReply : parseTagReply;
  const { coreQuestion, formatInstruction } = asked;
  const budgets = foldBudgets(chosen.windowTokens, format, Number.MAX_SAFE_INTEGER);
  let state = startFold({ coreQuestion, formatInstruction, searchQuery: coreQuestion }, [], budgets);
  let lastReply = '';
  const memories: Memory[] = [];
  const differences: string[] = [];
  for (const event of events) {
    if (event.kind === 'modelReplied' && event.purpose === 'fold') lastReply = event.reply;
    if (event.kind !== 'foldStepFinished') continue;
    const spans = event.chunk.map((id) => ({ id, place: '', text: '', tokens: 0 }));
    const parsed = event.outcome === 'skipped' ? null : parse(lastReply);
    const result: StepResult =
      parsed?.kind === 'parsed'
        ? { kind: 'reply', reply: parsed.reply }
        : { kind: 'skipped', problem: parsed?.problem ?? event.problem ?? '' };
    state = reduceStep({ ...state, hop: event.hop, chunks: [{ spans, tokens: 0 }], cursor: 0 }, result).state;
    memories.push(state.memory);
    if (JSON.stringify(state.memory) !== JSON.stringify(orderedMemory(event.after))) {
      differences.push(`Step ${event.step} does not lead to the memory that the trace recorded.`);
    }
  }
  return { memories, differences };
}

/** The recorded memory with its keys in the reducer's order, so that texts can be compared. */
function orderedMemory(memory: Memory): Memory {
  return { lines: memory.lines.map(({ text, spanIds }) => ({ text, spanIds })), plan: memory.plan };
}

/**
 * What a recorded run goes on from: its events up to the last step that is whole, or up to a step of the user's choice
 * with another memory or plan (a fork). The states are rebuilt by the reducer out of the recorded replies.
 */
import type { EvidenceSpan } from '../../../protocol/evidence';
import type { FoldRequest, Memory } from '../../../protocol/folds';
import type { AnswerMode, TraceEvent, TraceEventBody } from '../../../protocol/trace-events';
import { checkLines } from '../fold/memory-lines';
import { replayFold, type ReplayedPart } from '../fold/replay-fold';
import { emptyMemory } from '../fold/fold-state';
import type { GatheredBefore } from './gather-evidence';
import { tokensOf } from './passage-budget';

/** Absent: what the trace says stays. */
export interface FoldEdit {
  readonly memory?: Memory['lines'];
  readonly plan?: string;
  readonly next?: FoldRequest | null;
}

export interface ContinueOrder {
  /** Name of the trace that is gone on from. */
  readonly from: string;
  /** Fold steps of the trace to keep; null: all that are whole. */
  readonly atStep: number | null;
  readonly edit: FoldEdit;
}

export interface Continuation {
  readonly asked: Extract<TraceEvent, { kind: 'questionAsked' }>;
  readonly mode: Extract<AnswerMode, 'fold' | 'everything'>;
  readonly model: string;
  readonly windowTokens: number;
  /** The kept beginning of the trace, and what is recorded behind it before the run goes on. */
  readonly events: readonly TraceEvent[];
  readonly opening: readonly TraceEventBody[];
  readonly parts: readonly ReplayedPart[];
  readonly gathered: GatheredBefore;
}

/** A reading of everything goes on over the same files only. */
export const filesChanged =
  'The files have changed since this reading began, so it cannot go on; ask the question again.';

/** @throws Error with one sentence where the trace holds nothing to go on from */
export function continueFrom(events: readonly TraceEvent[], order: ContinueOrder): Continuation {
  const asked = events.find((event) => event.kind === 'questionAsked');
  const isForked = order.atStep !== null || Object.keys(order.edit).length > 0;
  if (asked === undefined) throw new Error('The trace does not begin with a question, so nothing can go on from it.');
  if (asked.version < 2) {
    throw new Error('The trace was written by an older Longfold, which did not record all that a run needs to go on.');
  }
  if (!isForked && events.some((event) => event.kind === 'questionFinished' && event.outcome === 'answered')) {
    throw new Error('This question was answered; name a step to go on from there in another way.');
  }
  const kept = order.atStep === null ? keepWhole(events) : keepSteps(events, order.atStep);
  const chosen = kept.find((event) => event.kind === 'modeChosen');
  const isFold = chosen !== undefined && (chosen.mode === 'fold' || chosen.mode === 'everything');
  if (!isFold || chosen.model === null || chosen.windowTokens === null) {
    throw new Error('The trace holds no step of a fold, so there is nothing to go on from; ask the question again.');
  }
  const steps = kept.filter((event) => event.kind === 'foldStepFinished').length;
  const opening: TraceEventBody[] = [{ kind: 'runContinued', from: order.from, step: steps }];
  const edited = editOf(kept, order.edit);
  if (edited !== null) opening.push(edited);
  const last = kept.at(-1);
  const replayed = opening.map((body, idx) => ({ ...body, seq: (last?.seq ?? 0) + idx + 1, atMs: last?.atMs ?? 0 }));
  const { parts, differences } = replayFold([...kept, ...replayed]);
  const difference = differences[0];
  if (difference !== undefined)
    throw new Error(`The trace does not agree with itself, so no run goes on: ${difference}`);
  const { mode, model, windowTokens } = chosen;
  const gathered = gatheredIn(kept);
  return {
    asked,
    mode: mode === 'fold' ? 'fold' : 'everything',
    model,
    windowTokens,
    events: kept,
    opening,
    parts,
    gathered,
  };
}

/** Up to the last event after which a run can go on: what comes behind it was cut off by a stop or a crash. */
function keepWhole(events: readonly TraceEvent[]): readonly TraceEvent[] {
  const idx = events.findLastIndex(
    (event) =>
      event.kind === 'foldStepFinished' ||
      event.kind === 'foldChunksPlanned' ||
      event.kind === 'foldEdited' ||
      (event.kind === 'foldFinished' && event.reason !== 'answerNow') ||
      (event.kind === 'foldStarted' && event.source === 'everything'),
  );
  return events.slice(0, idx + 1);
}

function keepSteps(events: readonly TraceEvent[], steps: number): readonly TraceEvent[] {
  const all = events.flatMap((event, idx) => (event.kind === 'foldStepFinished' ? [idx] : []));
  if (steps > all.length || steps < 0) {
    throw new Error(`The trace has ${all.length} fold steps; there is no step ${steps} to go on from.`);
  }
  const end = steps === 0 ? startOfReading(events) : (all[steps - 1] ?? -1);
  return events.slice(0, end + 1);
}

/** Index of the event behind which the first step begins. */
function startOfReading(events: readonly TraceEvent[]): number {
  const started = events.findIndex((event) => event.kind === 'foldStarted');
  return events[started + 1]?.kind === 'foldChunksPlanned' ? started + 1 : started;
}

function editOf(kept: readonly TraceEvent[], edit: FoldEdit): TraceEventBody | null {
  if (Object.keys(edit).length === 0) return null;
  const part = replayFold(kept).parts.at(-1);
  if (part === undefined) return null;
  const before = part.state.memory;
  const known = gatheredIn(kept).evidence.map((span) => span.id);
  const { lines, unknownIds } = checkLines(
    edit.memory ?? before.lines,
    new Set([...known, ...before.lines.flatMap((line) => line.spanIds)]),
  );
  if (edit.memory !== undefined && unknownIds.length > 0) {
    throw new Error(`The memory names ${unknownIds.join(', ')}, which the run has not read by then; take it out.`);
  }
  const after: Memory = { lines: edit.memory === undefined ? before.lines : lines, plan: edit.plan ?? before.plan };
  const next = edit.next === undefined ? part.state.next : edit.next;
  return { kind: 'foldEdited', part: part.started.part, step: part.state.steps, before, after, next };
}

/** What the events say was found and read. */
export function gatheredIn(events: readonly TraceEvent[]): GatheredBefore {
  let evidence: readonly EvidenceSpan[] = [];
  const readPassages: string[] = [];
  let [tokensRead, tokensKept] = [0, 0];
  for (const event of events) {
    if (event.kind === 'evidenceSelected') evidence = event.evidence;
    else if (event.kind === 'evidenceAdded') {
      evidence = [...evidence, ...event.evidence];
      tokensKept += tokensOf(event.evidence);
    } else if (event.kind === 'foldStepFinished') tokensRead += tokensOf(event.reads);
    else if (event.kind === 'compressionFinished') {
      for (const { path, start } of event.passages) readPassages.push(`${start}:${path}`);
      tokensRead += event.tokensRead;
      tokensKept += event.tokensKept;
    }
  }
  return { evidence, readPassages, tokensRead, tokensKept };
}

/** The last memory of a trace, for whoever shows or edits it after `step` steps. */
export function memoryAfter(events: readonly TraceEvent[], step: number): Memory {
  return replayFold(keepSteps(events, step)).parts.at(-1)?.state.memory ?? emptyMemory;
}

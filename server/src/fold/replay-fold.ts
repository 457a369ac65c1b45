/**
 * Replays the folds of a trace without a model: every recorded reply goes through the same parser and reducer again.
 * The states must come out as recorded; the first thing that differs of a step is named. What comes out is also what a
 * run goes on from.
 */
import type { FoldEnd, FoldPiece, ReadSpan } from '../../../protocol/folds';
import type { TraceEvent } from '../../../protocol/trace-events';
import { reduceEdit, reduceHop, reduceHopEnd, reduceStep, startFold, type FoldState } from './fold-state';
import type { StepResult } from './fold-state';
import { parseJsonReply, parseTagReply } from './parse-step-reply';

type EventOf<Kind extends TraceEvent['kind']> = Extract<TraceEvent, { kind: Kind }>;

export interface ReplayedPart {
  readonly started: EventOf<'foldStarted'>;
  /** After each step, recomputed; the last is the state to go on from. */
  readonly states: readonly FoldState[];
  readonly state: FoldState;
  /** Null: the part was not finished. */
  readonly end: FoldEnd | null;
  /** Over evidence: the chunks of the hop that is being read, and how many of them were read. */
  readonly chunks: readonly (readonly FoldPiece[])[];
  readonly chunksRead: number;
  /** Over everything: what was read last; null: nothing yet. */
  readonly lastRead: ReadSpan | null;
  /** Of the whole part, as `foldStarted` counts them. */
  readonly allChunksRead: number;
}

export interface FoldReplay {
  readonly parts: readonly ReplayedPart[];
  /** One sentence for each step whose recomputed state is not the recorded one. */
  readonly differences: readonly string[];
}

export function replayFold(events: readonly TraceEvent[]): FoldReplay {
  const asked = events.find((event) => event.kind === 'questionAsked');
  const differences: string[] = [];
  const parts: Part[] = [];
  let lastReply: string | null = null;
  for (const event of events) {
    const part = parts.at(-1);
    if (event.kind === 'foldStarted') {
      parts.push(newPart(event, asked?.formatInstruction ?? ''));
      lastReply = null;
    } else if (event.kind === 'modelReplied' && event.purpose === 'fold') lastReply = event.reply;
    else if (part !== undefined && event.kind === 'foldStepFinished') {
      const difference = replayStep(part, event, lastReply);
      if (difference !== null) differences.push(`Step ${event.step} of part ${event.part + 1}: ${difference}`);
      lastReply = null;
    } else if (part !== undefined) applyOther(part, event);
  }
  return { parts, differences };
}

type Part = { -readonly [Key in keyof ReplayedPart]: ReplayedPart[Key] } & { readonly states: FoldState[] };

function newPart(started: EventOf<'foldStarted'>, formatInstruction: string): Part {
  const state = startFold({ coreQuestion: started.question, formatInstruction }, started.budgets);
  return { started, states: [], state, end: null, chunks: [], chunksRead: 0, lastRead: null, allChunksRead: 0 };
}

function applyOther(part: Part, event: TraceEvent): void {
  if (event.kind === 'foldChunksPlanned') {
    if (event.request !== null) part.state = reduceHop(part.state, event.request, event.chunks.length);
    part.chunks = event.chunks;
    part.chunksRead = 0;
  } else if (event.kind === 'foldEdited') {
    part.state = reduceEdit(part.state, event.after, event.next);
  } else if (event.kind === 'foldFinished') {
    if (event.reason !== 'answerNow') part.state = reduceHopEnd(part.state);
    part.end = event.reason;
  }
}

/** Null, or what differs. */
function replayStep(part: Part, event: EventOf<'foldStepFinished'>, reply: string | null): string | null {
  const before = part.state;
  const parse = part.started.format === 'json' ? parseJsonReply : parseTagReply;
  const parsed = reply === null ? null : parse(reply);
  const isUpdated = event.outcome === 'updated';
  const result: StepResult =
    isUpdated && parsed?.kind === 'parsed'
      ? { kind: 'reply', reply: parsed.reply }
      : { kind: 'skipped', problem: event.problem ?? '' };
  const transition = reduceStep(before, event.chunk, result);
  part.state = transition.state;
  part.states.push(part.state);
  part.chunksRead += 1;
  part.allChunksRead = event.chunksRead;
  part.lastRead = event.reads.at(-1) ?? part.lastRead;
  if (isUpdated && parsed?.kind !== 'parsed') return 'the recorded reply cannot be read.';
  if (!isUpdated && parsed?.kind === 'parsed') return 'it was skipped, though its reply can be read.';
  const { state, dropped } = transition;
  const checks: readonly (readonly [string, unknown, unknown])[] = [
    ['number', event.step, state.steps],
    ['retrieval', event.hop, before.hop],
    ['memory before it', event.before, before.memory],
    ['memory', event.after, state.memory],
    ['request', event.next, state.next],
    ['list of dropped facts', event.dropped, dropped],
  ];
  const wrong = checks.find(([, recorded, found]) => !isSame(recorded, found));
  return wrong === undefined ? null : `its ${wrong[0]} is not the recorded one.`;
}

/** Data as JSON has it, whatever the order of keys. */
function isSame(one: unknown, other: unknown): boolean {
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return one === other;
  const [left, right] = [Object.entries(one), new Map(Object.entries(other))];
  return left.length === right.size && left.every(([key, value]) => right.has(key) && isSame(value, right.get(key)));
}

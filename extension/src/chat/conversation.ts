/**
 * The conversation model: pure functions from trace events and results to turns. No editor API here, so that it
 * runs in plain Node tests. Everything is immutable: a field that did not change keeps its identity, which is how
 * `diffTurn` finds the changes to send to the webview.
 */
import type { AskResult } from '../../../protocol/ask';
import type {
  ConversationSnapshot,
  FolderRef,
  QuestionOptions,
  SelectionRef,
  Turn,
  TurnStep,
} from '../../../protocol/conversation';
import { isCarried, toComputedFact, type EvidenceSpan } from '../../../protocol/evidence';
import type { TraceEvent } from '../../../protocol/trace-events';

/** Turns kept in the workspace state; older ones are dropped. */
export const maxTurns = 20;
/** Hits shown before the first ranking; the trace has all of them. */
const maxHits = 12;

export interface NewTurn {
  readonly id: string;
  readonly question: string;
  readonly workspaceUri: string;
  readonly workspaceName: string;
  readonly furtherFolders?: readonly FolderRef[];
  readonly options: QuestionOptions;
  readonly selection: SelectionRef | null;
}

export function createTurn(asked: NewTurn): Turn {
  const { id, question, workspaceUri, workspaceName, furtherFolders, options, selection } = asked;
  return {
    ...{ id, question, workspaceUri, workspaceName, options, selection },
    ...(furtherFolders ? { furtherFolders } : {}),
    state: 'running',
    steps: [],
    hits: [],
    evidence: [],
    answer: '',
    known: [],
    isPaused: false,
    citations: [],
    claims: [],
    model: null,
    mode: null,
    tokens: null,
    seconds: null,
    message: null,
    traceFile: null,
  };
}

export function applyEvents(turn: Turn, events: readonly TraceEvent[]): Turn {
  return events.reduce(applyEvent, turn);
}

function applyEvent(turn: Turn, event: TraceEvent): Turn {
  switch (event.kind) {
    case 'questionAsked':
      return {
        ...turn,
        steps: [
          ...(event.standalone === undefined ? [] : [{ kind: 'understood', question: event.standalone } as const]),
          { kind: 'searching', hop: 0, hits: null },
        ],
        ...(event.roots ? { roots: event.roots } : {}),
      };
    case 'retrievalFinished':
      return applyHits(turn, event);
    case 'evidenceRanked': {
      const { hop, passagesRead, passagesTotal, evidence } = event;
      return { ...putStep(turn, { kind: 'reading', hop, passagesRead, passagesTotal }), evidence };
    }
    case 'compressionFinished': {
      const total = event.passages.length;
      return putStep(turn, { kind: 'reading', hop: event.hop, passagesRead: total, passagesTotal: total });
    }
    case 'evidenceSelected':
      return { ...turn, evidence: event.evidence };
    case 'modeChosen':
      return { ...turn, mode: event.mode, model: event.model };
    case 'foldStepFinished':
      return putFoldStep(turn, event);
    case 'foldStarted': {
      const { part, parts, question, chunks, tokens, steps, estimatedSeconds: seconds } = event;
      return putStep(turn, { kind: 'planned', part, parts, question, chunks, tokens, steps, seconds });
    }
    case 'foldEdited':
      return { ...turn, known: event.after.lines };
    case 'evidenceAdded':
      return { ...turn, evidence: [...turn.evidence, ...event.evidence] };
    case 'runSteered':
      return { ...turn, isPaused: event.action === 'pause' };
    case 'answerDelta':
      return { ...putStep(turn, { kind: 'writing' }), answer: turn.answer + event.text };
    case 'answerWritten':
      return { ...putStep(turn, { kind: 'checking' }), answer: event.answer };
    case 'verificationFinished':
      return { ...turn, citations: event.citations, claims: event.claims ?? [] };
    case 'stepFailed':
      return { ...turn, steps: [...turn.steps, { kind: 'problem', message: event.message }] };
    case 'questionFinished':
      return { ...turn, tokens: event.tokens, seconds: event.seconds, message: event.message };
    case 'modelReplied':
    case 'subQuestionsPlanned':
    case 'foldChunksPlanned':
    case 'foldFinished':
    case 'runContinued':
      return turn;
    case 'numberComputed':
      return putComputed(turn, event);
  }
}

/** Shows the first hits, and how the question was understood once places of the last answer are read for it, too. */
function applyHits(turn: Turn, { hop, hits }: Extract<TraceEvent, { kind: 'retrievalFinished' }>): Turn {
  const found = hits.filter((hit) => !isCarried(hit)).length;
  const searched = putStep(turn, { kind: 'searching', hop, hits: found });
  const shown = hits.slice(0, maxHits).map(({ path, start, end, startLine, endLine, heading }) => ({
    path,
    start,
    end,
    startLine,
    endLine,
    heading,
  }));
  if (found === hits.length) return { ...searched, hits: shown };
  const understood = turn.steps.find((step) => step.kind === 'understood');
  const question = understood?.question ?? turn.question;
  const others = searched.steps.filter(({ kind }) => kind !== 'understood');
  const step: TurnStep = { kind: 'understood', question, placesReread: hits.length - found };
  return { ...searched, steps: [step, ...others], hits: shown };
}

function putFoldStep(turn: Turn, event: Extract<TraceEvent, { kind: 'foldStepFinished' }>): Turn {
  const { part, step, stepsPlanned, chunksRead, chunksTotal, secondsLeft, outcome, after } = event;
  const earlier = turn.steps.find((other) => other.kind === 'folding' && other.part === part);
  const before = earlier?.kind === 'folding' ? earlier.skipped : 0;
  const skipped = before + (outcome === 'skipped' ? 1 : 0);
  const figures = { step, stepsPlanned, skipped, chunksRead, chunksTotal, secondsLeft };
  return { ...putStep(turn, { kind: 'folding', part, ...figures }), known: after.lines };
}

function putComputed(turn: Turn, event: Extract<TraceEvent, { kind: 'numberComputed' }>): Turn {
  const computed = toComputedFact(event);
  return computed === null ? turn : { ...turn, computed };
}

/** Adds a step, or replaces the one that stands for the same piece of work. */
function putStep(turn: Turn, step: TurnStep): Turn {
  const idx = turn.steps.findIndex((other) => isSameWork(other, step));
  const steps = idx < 0 ? [...turn.steps, step] : turn.steps.with(idx, step);
  return { ...turn, steps };
}

function isSameWork(step: TurnStep, other: TurnStep): boolean {
  if (step.kind === 'searching' && other.kind === 'searching') return step.hits === null || step.hop === other.hop;
  if (step.kind === 'reading' && other.kind === 'reading') return step.hop === other.hop;
  if (step.kind === 'folding' && other.kind === 'folding') return step.part === other.part;
  if (step.kind === 'planned' && other.kind === 'planned') return step.part === other.part;
  return step.kind === other.kind;
}

/** The server's last word on a turn; it replaces what the events said. */
export function finishTurn(turn: Turn, result: AskResult): Turn {
  return {
    ...turn,
    state: result.outcome,
    isPaused: false,
    answer: result.answer || turn.answer,
    evidence: withIds(result.evidence, turn.evidence),
    citations: result.citations,
    claims: result.claims,
    ...(result.computed ? { computed: result.computed } : {}),
    model: result.model,
    mode: result.mode,
    tokens: result.tokens,
    seconds: result.seconds,
    message: result.message,
    traceFile: result.trace,
    ...(result.roots ? { roots: result.roots } : {}),
  };
}

/** The result lists evidence without the short names that the answer cites; the events had them. */
function withIds(found: AskResult['evidence'], known: readonly EvidenceSpan[]): readonly EvidenceSpan[] {
  const ids = new Map(known.map((span) => [`${span.path}:${span.start}:${span.end}`, span.id]));
  return found.map((span, idx) => ({
    ...span,
    id: ids.get(`${span.path}:${span.start}:${span.end}`) ?? `S${idx + 1}`,
  }));
}

/** A turn that got no result: the request failed, or it was stopped before the server had anything to say. */
export function endTurn(turn: Turn, state: 'failed' | 'cancelled', message: string | null): Turn {
  return { ...turn, state, message, isPaused: false };
}

/**
 * What a follow-up in this folder points back to: the last question that got something, as it stood alone, and the name of its
 * trace, where what it found is kept. Empty where nothing was answered.
 */
export function previousTurn(
  { turns }: ConversationSnapshot,
  turn: Turn,
): { readonly previous?: string; readonly previousTrace?: string } {
  const last = turns.findLast(
    ({ id, workspaceUri, state }) =>
      id !== turn.id && workspaceUri === turn.workspaceUri && (state === 'answered' || state === 'evidence'),
  );
  if (last === undefined) return {};
  const understood = last.steps.find((step) => step.kind === 'understood');
  const trace = traceIdOf(last);
  return { previous: understood?.question ?? last.question, ...(trace === null ? {} : { previousTrace: trace }) };
}

/** The name of the trace that the server kept of a turn; null where it kept none, or has not said so yet. */
export function traceIdOf({ traceFile }: Turn): string | null {
  return traceFile === null ? null : traceFile.replace(/^.*[/\\]/s, '').replace(/\.jsonl$/, '');
}

export function addTurn(conversation: ConversationSnapshot, turn: Turn): ConversationSnapshot {
  return { turns: [...conversation.turns, turn].slice(-maxTurns) };
}

export function replaceTurn(conversation: ConversationSnapshot, turn: Turn): ConversationSnapshot {
  return { turns: conversation.turns.map((other) => (other.id === turn.id ? turn : other)) };
}

/** The fields of `after` that differ from `before`; null when none does. */
export function diffTurn(before: Turn, after: Turn): Partial<Turn> | null {
  const entries = Object.entries(after).filter(([key, value]) => Reflect.get(before, key) !== value);
  return entries.length === 0 ? null : Object.fromEntries(entries);
}

/**
 * Reads a conversation back from the workspace state. What was running when the editor went away can never
 * finish, so it is shown as interrupted with what it had; anything that does not look like a turn is dropped.
 */
export function restoreConversation(stored: unknown): ConversationSnapshot {
  const turns: readonly unknown[] = isRecord(stored) && Array.isArray(stored['turns']) ? stored['turns'] : [];
  return {
    turns: turns
      .filter(isTurn)
      .slice(-maxTurns)
      // Turns that an older version stored have neither claims nor the memory of a fold.
      .map((turn) => ({
        ...turn,
        claims: Array.isArray(turn.claims) ? turn.claims : [],
        known: Array.isArray(turn.known) ? turn.known : [],
        isPaused: false,
      }))
      .map((turn) => (turn.state === 'running' ? { ...turn, state: 'interrupted' } : turn)),
  };
}

function isTurn(value: unknown): value is Turn {
  if (!isRecord(value)) return false;
  const texts = ['id', 'question', 'workspaceUri', 'workspaceName', 'state', 'answer'];
  const lists = ['steps', 'hits', 'evidence', 'citations'];
  return texts.every((key) => typeof value[key] === 'string') && lists.every((key) => Array.isArray(value[key]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/**
 * The memory agent as a pure reducer (QwenLong-L1.5): the state, what to do next, and how a reply changes it. Nothing
 * here calls a model, a clock or the index, so a trace can be replayed, stopped and resumed from any step.
 */
import type { Memory, MemoryLine } from '../../../protocol/trace-events';
import type { StepReply } from './parse-step-reply';

/** A part of a chunk: a span's text, or a part of it where the span is longer than a chunk. */
export interface ChunkSpan {
  readonly id: string;
  /** `path:line`, for the prompt. */
  readonly place: string;
  readonly text: string;
  /** Model tokens of `text` with its prompt label. */
  readonly tokens: number;
}
export interface FoldChunk {
  readonly spans: readonly ChunkSpan[];
  readonly tokens: number;
}

export interface FoldBudgets {
  /** Model tokens of one chunk, of the memory (lines and plan), and of one step's reply. */
  readonly chunkTokens: number;
  readonly memoryTokens: number;
  readonly replyTokens: number;
  /** Retrievals in all, the first included. */
  readonly maxHops: number;
}

export interface FoldState {
  readonly coreQuestion: string;
  readonly formatInstruction: string;
  readonly memory: Memory;
  readonly chunks: readonly FoldChunk[];
  /** Index of the next chunk to read. */
  readonly cursor: number;
  readonly hop: number;
  /** What the last step asked to search for; null: nothing. */
  readonly wantedQuery: string | null;
  readonly triedQueries: readonly string[];
  readonly budgets: FoldBudgets;
}

export type FoldAction =
  | { readonly kind: 'readChunk'; readonly chunk: FoldChunk }
  | { readonly kind: 'retrieve'; readonly query: string }
  | { readonly kind: 'final' };

/** What happened to one chunk: a parsed reply, or the reason why the step was skipped. */
export type StepResult =
  { readonly kind: 'reply'; readonly reply: StepReply } | { readonly kind: 'skipped'; readonly problem: string };

export interface FoldTransition {
  readonly state: FoldState;
  /** Lines that the memory's size limit pushed out. */
  readonly dropped: readonly MemoryLine[];
  readonly outcome: 'updated' | 'skipped';
  readonly problem: string | null;
}

export const emptyMemory: Memory = { lines: [], plan: '' };

export function startFold(
  question: { readonly coreQuestion: string; readonly formatInstruction: string; readonly searchQuery: string },
  chunks: readonly FoldChunk[],
  budgets: FoldBudgets,
): FoldState {
  const { coreQuestion, formatInstruction, searchQuery } = question;
  const triedQueries = [queryKey(searchQuery)];
  return {
    coreQuestion,
    formatInstruction,
    memory: emptyMemory,
    chunks,
    cursor: 0,
    hop: 1,
    wantedQuery: null,
    triedQueries,
    budgets,
  };
}

/** Reads to the last chunk, then follows the plan into another hop while that can still find something new. */
export function nextAction(state: FoldState): FoldAction {
  const chunk = state.chunks[state.cursor];
  if (chunk !== undefined) return { kind: 'readChunk', chunk };
  const query = state.wantedQuery;
  if (query === null || state.hop >= state.budgets.maxHops || state.triedQueries.includes(queryKey(query))) {
    return { kind: 'final' };
  }
  return { kind: 'retrieve', query };
}

/** Takes the result of reading the chunk at the cursor. */
export function reduceStep(state: FoldState, result: StepResult): FoldTransition {
  const next = { ...state, cursor: state.cursor + 1 };
  if (result.kind === 'skipped') return { state: next, dropped: [], outcome: 'skipped', problem: result.problem };
  const chunkIds = state.chunks[state.cursor]?.spans.map((span) => span.id) ?? [];
  const citable = new Set([...chunkIds, ...state.memory.lines.flatMap((line) => line.spanIds)]);
  const { lines, unknownIds } = checkLines(result.reply.lines, citable);
  const plan = clip(result.reply.plan, planShare(state.budgets.memoryTokens));
  const { kept, dropped } = fitLines(lines, state.budgets.memoryTokens - estimateTokens(plan));
  return {
    state: { ...next, memory: { lines: kept, plan }, wantedQuery: result.reply.searchQuery },
    dropped,
    outcome: 'updated',
    problem:
      unknownIds.length === 0
        ? null
        : `The memory named ${unknownIds.join(', ')}, which it had not read; these ids were dropped.`,
  };
}

/** Takes the chunks of another hop; none found means that the next action is the final answer. */
export function reduceHop(state: FoldState, query: string, chunks: readonly FoldChunk[]): FoldState {
  return {
    ...state,
    hop: state.hop + 1,
    chunks: [...state.chunks, ...chunks],
    wantedQuery: null,
    triedQueries: [...state.triedQueries, queryKey(query)],
  };
}

/**
 * Packs spans into chunks in their order. A chunk is at most `chunkTokens`; spans longer than that were split before.
 */
export function packChunks(spans: readonly ChunkSpan[], chunkTokens: number): readonly FoldChunk[] {
  const chunks: FoldChunk[] = [];
  let open: ChunkSpan[] = [];
  let tokens = 0;
  const close = (): void => {
    if (open.length > 0) chunks.push({ spans: open, tokens });
    open = [];
    tokens = 0;
  };
  for (const span of spans) {
    if (tokens + span.tokens > chunkTokens) close();
    open.push(span);
    tokens += span.tokens;
  }
  close();
  return chunks;
}

/**
 * An upper bound that needs no tokeniser, so that the reducer stays pure: three Latin letters a token; digits, signs
 * and CJK characters one each, as small vocabularies have them.
 */
export function estimateTokens(text: string): number {
  const letters = text.match(/[A-Za-z\u00c0-\u024f ]/g)?.length ?? 0;
  return Math.ceil(letters / 3) + text.length - letters;
}

function planShare(memoryTokens: number): number {
  return Math.floor(memoryTokens / 3);
}

function clip(text: string, tokens: number): string {
  let cut = text.trim();
  while (estimateTokens(cut) > tokens) cut = cut.slice(0, Math.floor(cut.length * 0.9));
  return cut.trim();
}

function checkLines(
  lines: readonly MemoryLine[],
  citable: ReadonlySet<string>,
): { readonly lines: readonly MemoryLine[]; readonly unknownIds: readonly string[] } {
  const unknownIds = new Set<string>();
  const seen = new Set<string>();
  const checked: MemoryLine[] = [];
  for (const line of lines) {
    const text = line.text.trim();
    // Small models repeat a line until their room is used up; once is enough.
    if (!saysSomething(text) || seen.has(text)) continue;
    seen.add(text);
    for (const id of line.spanIds) if (!citable.has(id)) unknownIds.add(id);
    checked.push({ text, spanIds: [...new Set(line.spanIds.filter((id) => citable.has(id)))] });
  }
  return { lines: checked, unknownIds: [...unknownIds] };
}

/** A model that loops (`1.1.1.1…`) or writes signs only has recorded nothing. */
function saysSomething(text: string): boolean {
  return /\p{L}{2}|\p{Script=Han}|\d/u.test(text) && !/(\S.{0,11}?)\1{9,}/su.test(text);
}

/** Over the limit, lines without a source go first, then the oldest: a model writes its newest lines last. */
function fitLines(
  lines: readonly MemoryLine[],
  tokens: number,
): { readonly kept: readonly MemoryLine[]; readonly dropped: readonly MemoryLine[] } {
  const dropped: MemoryLine[] = [];
  let kept = [...lines];
  let used = kept.reduce((sum, line) => sum + lineTokens(line), 0);
  while (used > tokens && kept.length > 0) {
    const victim = kept.find((line) => line.spanIds.length === 0) ?? kept[0];
    if (victim === undefined) break;
    dropped.push(victim);
    kept = kept.filter((line) => line !== victim);
    used -= lineTokens(victim);
  }
  return { kept, dropped };
}

function lineTokens(line: MemoryLine): number {
  return estimateTokens(line.text) + 4 * line.spanIds.length + 2;
}

/** Two queries with the same words are the same search. */
function queryKey(query: string): string {
  return (query.toLowerCase().match(/[\p{L}\p{N}_]+/gu) ?? []).toSorted().join(' ');
}

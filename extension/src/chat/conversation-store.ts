/**
 * Owner of the chat's conversation: applies events to turns, tells the view about changes in batches, and keeps
 * the last turns in the workspace state, so that a reload shows questions and answers again.
 */
import * as vscode from 'vscode';
import type { AskResult } from '../../../protocol/ask';
import type { ConversationSnapshot, Turn } from '../../../protocol/conversation';
import type { TraceEvent } from '../../../protocol/trace-events';
import {
  addTurn,
  applyEvents,
  createTurn,
  diffTurn,
  endTurn,
  finishTurn,
  replaceTurn,
  restoreConversation,
  type NewTurn,
} from './conversation';

const stateKey = 'longfold.conversation';
/** Text deltas are gathered this long before the view hears of them. */
const batchMs = 50;
/** A running question is written to the workspace state at most this often. */
const saveMs = 1000;
/** Events of this many turns stay in memory for the trace view; older traces are read from the server. */
const maxLiveTraces = 3;

export type ConversationChange =
  | { readonly kind: 'added'; readonly turn: Turn }
  | { readonly kind: 'changed'; readonly turnId: string; readonly change: Partial<Turn> }
  | { readonly kind: 'cleared' };
export interface TraceAppend {
  readonly turnId: string;
  readonly events: readonly TraceEvent[];
}

export class ConversationStore implements vscode.Disposable {
  private conversation: ConversationSnapshot;
  private readonly changed = new vscode.EventEmitter<ConversationChange>();
  private readonly traceAppended = new vscode.EventEmitter<TraceAppend>();
  private readonly traces = new Map<string, TraceEvent[]>();
  /** Turns as the view knows them, for those that changed since the last batch. */
  private readonly unsent = new Map<string, Turn>();
  private batchTimer: NodeJS.Timeout | undefined;
  private saveTimer: NodeJS.Timeout | undefined;
  readonly onDidChange = this.changed.event;
  readonly onDidAppendTrace = this.traceAppended.event;

  constructor(private readonly state: vscode.Memento) {
    this.conversation = restoreConversation(state.get<unknown>(stateKey));
  }

  snapshot(): ConversationSnapshot {
    return this.conversation;
  }

  find(turnId: string): Turn | undefined {
    return this.conversation.turns.find((turn) => turn.id === turnId);
  }

  running(): Turn | undefined {
    return this.conversation.turns.find((turn) => turn.state === 'running');
  }

  /** Events of a turn that was asked in this session; undefined when they are no longer in memory. */
  liveTrace(turnId: string): readonly TraceEvent[] | undefined {
    return this.traces.get(turnId);
  }

  add(asked: NewTurn): Turn {
    const turn = createTurn(asked);
    this.conversation = addTurn(this.conversation, turn);
    this.traces.set(turn.id, []);
    for (const oldest of [...this.traces.keys()].slice(0, -maxLiveTraces)) this.traces.delete(oldest);
    this.changed.fire({ kind: 'added', turn });
    void this.save();
    return turn;
  }

  /** The turn begins anew: the events of its question come again from the first on. */
  restart(turnId: string): Turn | undefined {
    const turn = this.find(turnId);
    if (!turn) return undefined;
    this.traces.set(turnId, []);
    this.update(turnId, createTurn);
    return this.find(turnId);
  }

  apply(turnId: string, events: readonly TraceEvent[]): void {
    this.traces.get(turnId)?.push(...events);
    this.traceAppended.fire({ turnId, events });
    this.update(turnId, (turn) => (turn.state === 'running' ? applyEvents(turn, events) : turn));
    this.saveTimer ??= setTimeout(() => void this.save(), saveMs);
  }

  async finish(turnId: string, result: AskResult): Promise<void> {
    this.update(turnId, (turn) => finishTurn(turn, result));
    await this.settle();
  }

  async end(turnId: string, state: 'failed' | 'cancelled', message: string | null): Promise<void> {
    this.update(turnId, (turn) => endTurn(turn, state, message));
    await this.settle();
  }

  async clear(): Promise<void> {
    const running = this.running();
    this.unsent.clear();
    this.conversation = { turns: running ? [running] : [] };
    this.changed.fire({ kind: 'cleared' });
    await this.save();
  }

  async save(): Promise<void> {
    clearTimeout(this.saveTimer);
    this.saveTimer = undefined;
    await this.state.update(stateKey, this.conversation);
  }

  dispose(): void {
    clearTimeout(this.batchTimer);
    clearTimeout(this.saveTimer);
    this.changed.dispose();
    this.traceAppended.dispose();
  }

  private async settle(): Promise<void> {
    this.flush();
    await this.save();
  }

  private update(turnId: string, change: (turn: Turn) => Turn): void {
    const before = this.find(turnId);
    if (!before) return;
    if (!this.unsent.has(turnId)) this.unsent.set(turnId, before);
    this.conversation = replaceTurn(this.conversation, change(before));
    this.batchTimer ??= setTimeout(() => this.flush(), batchMs);
  }

  private flush(): void {
    clearTimeout(this.batchTimer);
    this.batchTimer = undefined;
    for (const [turnId, before] of this.unsent) {
      const after = this.find(turnId);
      const change = after && diffTurn(before, after);
      if (change) this.changed.fire({ kind: 'changed', turnId, change });
    }
    this.unsent.clear();
  }
}

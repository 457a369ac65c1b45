/** What `activate` returns: a read-only look at the real state, for the tests in a real VS Code. */
import type { AskResult } from '../../protocol/ask';
import type { ConversationSnapshot } from '../../protocol/conversation';
import type { IndexStatus } from '../../protocol/indexing';
import type { TraceEvent } from '../../protocol/trace-events';
import type { CitedPlace } from '../../protocol/webview-messages';
import type { ServerState } from './server-connection';

export interface LongfoldApi {
  /** Resolves when the server has been started, or has failed to start. */
  readonly started: Promise<void>;
  serverState(): ServerState;
  indexStatus(): readonly IndexStatus[];
  statusBarText(): string;
  lastResult(): AskResult | null;
  readonly chat: { isReady(): boolean; snapshot(): ConversationSnapshot };
  readonly trace: {
    isReady(): boolean;
    events(): readonly TraceEvent[] | undefined;
    citedPlaces(): readonly CitedPlace[];
  };
}

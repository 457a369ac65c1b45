/** What this program sent over the network: every request goes through one guard, which writes it down. */
import { RequestType } from 'vscode-languageserver-protocol';

/** `open`: not finished yet, or the program ended in between. `refused`: nothing was sent. */
export type OutboundOutcome = 'open' | 'answered' | 'failed' | 'refused';

export interface OutboundRecord {
  readonly id: string;
  /** ISO 8601. */
  readonly at: string;
  readonly method: string;
  /** `host:port`. */
  readonly host: string;
  readonly path: string;
  /** What answers there, as the settings say: `model host`, `critic host`. */
  readonly purpose: string;
  /** Bytes of the bodies; headers are not counted. */
  readonly sentBytes: number;
  readonly receivedBytes: number;
  /** HTTP status; null where none came. */
  readonly status: number | null;
  readonly outcome: OutboundOutcome;
  readonly durationMs: number;
}

export interface OutboundLog {
  /** Absolute path of the file that holds them. */
  readonly file: string;
  /** Oldest first, of the editor and the command line alike; older ones than the newest thousand are dropped. */
  readonly records: readonly OutboundRecord[];
}

/** extension → server: all requests that were sent or refused. */
export const OutboundLogRequest = new RequestType<Record<string, never>, OutboundLog, void>('longfold/network/log');

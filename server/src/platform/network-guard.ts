/**
 * The one gate for everything that leaves this process over the network. A host may be contacted when a setting names
 * it and `checkHostUrl` let it pass; every request is written down, those that are refused too.
 */
import { randomUUID } from 'node:crypto';
import type { OutboundRecord } from '../../../protocol/network';

/** A host that a setting names; by `setting` it is found again when that no longer allows other machines. */
export interface AdmittedHost {
  readonly setting: string;
  /** What answers there: `model host`. */
  readonly role: string;
  readonly isLoopback: boolean;
}

export interface OutboundCall {
  readonly method: string;
  readonly url: URL;
  readonly sentBytes: number;
}

export type OutboundEnd = Pick<OutboundRecord, 'outcome' | 'status' | 'receivedBytes'>;

/** Nothing was sent. */
export class HostRefusedError extends Error {
  override readonly name = 'HostRefusedError';
}

export class NetworkGuard {
  readonly #hosts = new Map<string, AdmittedHost>();
  #write: ((record: OutboundRecord) => void) | null = null;

  /** From here on every request is written down, and a host that no setting names is refused, this machine's own too. */
  enforce(write: (record: OutboundRecord) => void): void {
    this.#write = write;
  }

  admit(url: URL, host: AdmittedHost): void {
    this.#hosts.set(url.host, host);
  }

  /** A setting no longer allows other machines: those that it had named are closed again. */
  revokeRemote(setting: string): void {
    for (const [name, host] of this.#hosts) if (host.setting === setting && !host.isLoopback) this.#hosts.delete(name);
  }

  /** Returns what to call when the exchange has ended. @throws HostRefusedError */
  open({ method, url, sentBytes }: OutboundCall, isLoopback: boolean): (end: OutboundEnd) => void {
    const host = this.#hosts.get(url.host);
    const startedMs = performance.now();
    const record: OutboundRecord = {
      id: randomUUID().slice(0, 8),
      at: new Date().toISOString(),
      method,
      host: url.host,
      path: url.pathname,
      purpose: host?.role ?? 'unknown',
      sentBytes,
      receivedBytes: 0,
      status: null,
      outcome: 'open',
      durationMs: 0,
    };
    // Parts of the program that are tested alone have no settings; they reach this machine and no other.
    if (host === undefined && (this.#write !== null || !isLoopback)) {
      this.#write?.({ ...record, sentBytes: 0, outcome: 'refused' });
      throw new HostRefusedError(`Nothing was sent to ${url.host}: no setting names this host.`);
    }
    this.#write?.(record);
    let isOpen = true;
    return (end) => {
      if (!isOpen) return;
      isOpen = false;
      this.#write?.({ ...record, ...end, durationMs: Math.round(performance.now() - startedMs) });
    };
  }
}

/** One a process: there is one network. */
export const networkGuard = new NetworkGuard();

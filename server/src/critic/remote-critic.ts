/**
 * The critic behind a CPRS server (`longfold.critic.backend`: `remote`): asks the official HTTP API for each context,
 * checks every returned span against the text, and labels word-like tokens by the spans that hold. Contacts the host
 * of `longfold.critic.url` only, on this machine unless the user allows others.
 */
import { randomUUID } from 'node:crypto';
import { checkHostUrl } from '../platform/host-url';
import type { Logger } from '../platform/ports';
import type { StallLimits } from '../platform/stall-watch';
import { throwIfCancelled } from '../util/cancelled';
import { askCprs, defaultCprsLimits, type CprsServer } from './cprs-client';
import { misplaced } from './cprs-errors';
import { CriticError, type Critic, type CriticOptions, type CriticRequest, type LabelledContext } from './critic';
import { SpanChecker, type PlacedSpan } from './span-check';
import { labelKeywords, labelSpans } from './span-labels';
import { cutSections } from './units';
import { countWordTokens } from './word-tokens';

export interface RemoteCriticOptions {
  readonly url: string;
  readonly allowRemoteHosts: boolean;
  readonly logger: Logger;
  readonly limits?: StallLimits;
}

/** Spans that the server returned since the critic was made; a repaired one is also a placed one. */
export type SpanStatistics = Readonly<SpanCounts>;

interface SpanCounts {
  placed: number;
  repaired: number;
  rejected: number;
}

/** The server reads one request at a time; the second waits at its door, so that it is never idle. */
const requestsInFlight = 2;

/** Some 25,000 tokens of English, three of the server's windows; a longer context goes in several requests. */
const maxSectionLength = 100_000;

export class RemoteCritic implements Critic {
  readonly #closed = new AbortController();
  readonly #statistics: SpanCounts = { placed: 0, repaired: 0, rejected: 0 };

  constructor(private readonly options: RemoteCriticOptions) {}

  get statistics(): SpanStatistics {
    return this.#statistics;
  }

  async label(request: CriticRequest, options: CriticOptions): Promise<readonly LabelledContext[]> {
    throwIfCancelled(options.signal);
    const server = this.#server();
    const counts: SpanCounts = { placed: 0, repaired: 0, rejected: 0 };
    const results: LabelledContext[] = [];
    // One failure stops the other requests, too.
    const stop = new AbortController();
    const signal = AbortSignal.any([options.signal, this.#closed.signal, stop.signal]);
    let next = 0;
    const runs = Array.from({ length: requestsInFlight }, async () => {
      for (let place = next++; place < request.contexts.length; place = next++) {
        const labelled = await this.#labelContext(server, request, place, { signal, counts });
        throwIfCancelled(signal);
        results[place] = labelled;
        options.onBatch?.([labelled]);
      }
    });
    try {
      await Promise.all(runs);
      if (counts.placed === 0 && counts.rejected > 0) throw misplaced(server.url, counts.rejected);
    } catch (error) {
      throw this.#closed.signal.aborted && !options.signal.aborted ? shutDown() : error;
    } finally {
      stop.abort();
      this.#report(server, counts);
    }
    return results;
  }

  async countTokens(texts: readonly string[], signal: AbortSignal): Promise<readonly number[]> {
    throwIfCancelled(signal);
    return texts.map(countWordTokens);
  }

  async dispose(): Promise<void> {
    this.#closed.abort();
  }

  #server(): CprsServer {
    if (this.#closed.signal.aborted) throw shutDown();
    const { url, allowRemoteHosts, limits } = this.options;
    const check = checkHostUrl(url, { role: 'critic host', setting: 'longfold.critic.url', allowRemoteHosts });
    if (check.kind !== 'allowed') throw new CriticError(check.message);
    return { url: check.url, limits: limits ?? defaultCprsLimits };
  }

  async #labelContext(
    server: CprsServer,
    { instruction, question, granularity = 'sentence', contexts }: CriticRequest,
    place: number,
    { signal, counts }: { readonly signal: AbortSignal; readonly counts: SpanCounts },
  ): Promise<LabelledContext> {
    const { id, text } = contexts[place] ?? { id: '', text: '' };
    const spans: PlacedSpan[] = [];
    // The server fails on a context without words.
    const sections = text.trim() === '' ? [] : cutSections(text, maxSectionLength);
    for (const section of sections) {
      // Half a surrogate pair has no UTF-8; a replacement of the same length keeps every offset.
      const context = text.slice(section.start, section.end).replace(/\p{Surrogate}/gu, '\ufffd');
      const query = { requestId: randomUUID(), instruction, question, granularity, context };
      const returned = await askCprs(server, query, signal);
      const checker = new SpanChecker(context);
      const placed = returned.map((span) => checker.place(span)).filter((span) => span !== undefined);
      counts.placed += placed.length;
      counts.repaired += placed.filter((span) => span.isRepaired).length;
      counts.rejected += returned.length - placed.length;
      for (const span of placed) spans.push(moveSpan(span, section.start));
    }
    return granularity === 'keyword' ? labelKeywords(id, text, spans) : labelSpans(id, text, spans);
  }

  #report({ url }: CprsServer, { placed, repaired, rejected }: SpanStatistics): void {
    this.#statistics.placed += placed;
    this.#statistics.repaired += repaired;
    this.#statistics.rejected += rejected;
    const all = placed + rejected;
    const { logger } = this.options;
    // Where all are, the request fails, and says so.
    if (rejected > 0 && placed > 0) {
      logger.warn(
        `The critic at ${url.origin} returned ${rejected} of ${all} spans that do not stand in the text where it says; ` +
          'they are left out.',
      );
    }
    if (repaired > 0) logger.info(`${repaired} of ${all} spans of the critic at ${url.origin} were a little off.`);
  }
}

function shutDown(): CriticError {
  return new CriticError('The critic has been shut down.');
}

function moveSpan(span: PlacedSpan, by: number): PlacedSpan {
  return { ...span, startOffset: span.startOffset + by, endOffset: span.endOffset + by };
}

/**
 * One call of a CPRS server: sends a question and a context, gives the spans as the server states them. Time, size and
 * form of the answer are bounded; the signal ends the call at once.
 */
import { isUtf8 } from 'node:buffer';
import { createHttpFetch } from '../platform/http-fetch';
import { StallWatch, type StallLimits } from '../platform/stall-watch';
import { CancelledError, throwIfCancelled } from '../util/cancelled';
import { brokenOff, notCprs, refused, stalled, tooLarge, toCprsError } from './cprs-errors';
import { parseReply, toEndpoint, toWireRequest, type CprsQuery } from './cprs-protocol';
import type { ReturnedSpan } from './span-check';
import { countWordTokens } from './word-tokens';

export interface CprsServer {
  readonly url: URL;
  readonly limits: StallLimits;
}

/**
 * The server reads one request at a time and says nothing before it is done, so the first limit covers its queue, too;
 * once it writes, the whole answer has to come within `writingMs`.
 */
export const defaultCprsLimits: StallLimits = { loadMs: 60_000, promptTokenMs: 20, writingMs: 30_000 };

/**
 * An answer holds the request once more and each span at most once, each character escaped to at most three times its
 * bytes, and a pair of offsets for two tokens or more; the constant is for the frame.
 */
function maxReplyBytes(requestBytes: number): number {
  return 1_000_000 + 12 * requestBytes;
}

/** @throws CriticError, CancelledError */
export async function askCprs(
  { url, limits }: CprsServer,
  query: CprsQuery,
  signal: AbortSignal,
): Promise<readonly ReturnedSpan[]> {
  throwIfCancelled(signal);
  const body = toWireRequest(query);
  const watch = new StallWatch(limits, countWordTokens(query.question) + countWordTokens(query.context));
  const fetch = createHttpFetch({
    signal: AbortSignal.any([signal, watch.signal]),
    onBytes: () => {
      if (!watch.hasBytes) watch.sawBytes();
    },
  });
  try {
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    const response = await fetch(toEndpoint(url), { method: 'POST', headers, body });
    const text = await readBounded(response, maxReplyBytes(Buffer.byteLength(body)), url);
    return readSpans(text, url);
  } catch (error) {
    if (signal.aborted) throw new CancelledError();
    throw watch.isStalled ? stalled(url) : toCprsError(error, url);
  } finally {
    watch.stop();
  }
}

async function readBounded(response: Response, maxBytes: number, url: URL): Promise<string> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  const body: AsyncIterable<Uint8Array> | null = response.body;
  for await (const part of body ?? []) {
    sizeBytes += part.byteLength;
    // Leaving the loop closes the connection.
    if (sizeBytes > maxBytes) throw tooLarge(url);
    parts.push(part);
  }
  const bytes = Buffer.concat(parts);
  // Bytes that are no UTF-8 would otherwise turn into signs that the sender never wrote.
  if (!isUtf8(bytes)) throw notCprs(url);
  return bytes.toString('utf8');
}

function readSpans(text: string, url: URL): readonly ReturnedSpan[] {
  const reply = parseReply(parseJson(text, url));
  if (reply.kind === 'unknown') throw notCprs(url);
  if (reply.kind === 'refused') throw refused(url, reply.status, reply.message);
  return reply.spans;
}

function parseJson(text: string, url: URL): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw /^\s*\{/.test(text) ? brokenOff(url) : notCprs(url);
  }
}

/**
 * HTTP with a server that speaks OpenAI's API: JSON for look-ups, server-sent events for a chat. The key goes into the
 * header of a request and nowhere else: it is cut out of whatever the server says.
 */
import { createHttpFetch } from '../platform/http-fetch';
import { errorMessage } from '../util/error-message';
import { CancelledError, throwIfCancelled } from '../util/cancelled';
import { notThere, oddKey, toOpenAiError } from './openai-errors';

export interface OpenAiHost {
  /** With or without `/v1` at its end. */
  readonly url: URL;
  /** The key kept for this host, or null. */
  readonly apiKey: (signal: AbortSignal) => Promise<string | null>;
  /** Added to the sentence when nothing answers. */
  readonly hint?: string;
}

/** A server answers these at once; one that does not within this time is taken as down. */
const lookUpMs = 4_000;
const maxJsonBytes = 16_000_000;

export interface HttpCall {
  readonly signal: AbortSignal;
  /** Sent as JSON by POST; without it the call is a GET. */
  readonly body?: unknown;
  readonly limitMs?: number;
}

/** `path` such as `v1/models`. @throws HttpStatusError, HostRefusedError, ModelError, or the socket's error. */
export async function openStream(host: OpenAiHost, path: string, { signal, body }: HttpCall): Promise<Response> {
  const key = await host.apiKey(signal);
  const headers: Record<string, string> = { accept: 'application/json, text/event-stream' };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (key !== null) {
    if (/[^ -~]/.test(key)) throw oddKey(host.url.origin);
    headers['authorization'] = `Bearer ${key}`;
  }
  const fetch = createHttpFetch({ signal });
  const sent = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  try {
    return await fetch(addressOf(host.url, path), { headers, ...sent });
  } catch (error) {
    if (error instanceof Error && key !== null) error.message = withoutKey(errorMessage(error), key);
    throw error;
  }
}

/** @throws ModelError, CancelledError */
export async function lookUpJson(host: OpenAiHost, path: string, call: HttpCall): Promise<unknown> {
  throwIfCancelled(call.signal);
  const limit = AbortSignal.timeout(call.limitMs ?? lookUpMs);
  try {
    const response = await openStream(host, path, { ...call, signal: AbortSignal.any([call.signal, limit]) });
    return await readJson(response);
  } catch (error) {
    if (call.signal.aborted) throw new CancelledError();
    if (limit.aborted) throw notThere(host, 'does not answer in time');
    throw toOpenAiError(error, { host, model: '' });
  }
}

async function readJson(response: Response): Promise<unknown> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  const body: AsyncIterable<Uint8Array> | null = response.body;
  for await (const part of body ?? []) {
    sizeBytes += part.byteLength;
    if (sizeBytes > maxJsonBytes) throw new SyntaxError('The answer is too large.');
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString('utf8'));
}

/** `v1/…` below the address; anything else beside its `/v1`. */
function addressOf(url: URL, path: string): URL {
  const root = url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '');
  return new URL(`${root}/${path}`, url);
}

function withoutKey(text: string, key: string): string {
  return key === '' ? text : text.replaceAll(key, '…');
}

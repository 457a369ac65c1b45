/**
 * A `fetch` over node:http with one signal for the whole exchange and no time limit of its own: the built-in one
 * gives up after five minutes without response headers, and a large prompt on a CPU takes longer. Redirects are not
 * followed, so no text can be sent on to another host, and every request passes the network guard.
 */
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isLoopback } from './host-url';
import { networkGuard } from './network-guard';

export interface HttpFetchOptions {
  readonly signal: AbortSignal;
  /** Called whenever bytes of the response arrive. */
  readonly onBytes?: () => void;
  /** Wraps the body of a good answer, for instance to check it. */
  readonly transform?: TransformStream<Uint8Array, Uint8Array>;
}

/** An answer with an error status. `message` is the host's own text, at most 2,000 characters. */
export class HttpStatusError extends Error {
  override readonly name = 'HttpStatusError';
  constructor(
    readonly status: number,
    message: string,
    /** Seconds after which the host wants to be asked again, where it says so. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
  }
}

/** Such as `ECONNRESET`; empty for an error that is not of the socket. */
export function socketCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** Nothing answers at the address. */
export function isNobodyThere(error: unknown): boolean {
  return /ECONNREFUSED|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT|EAI_AGAIN/.test(socketCode(error));
}

/** @throws (the fetch) HostRefusedError, HttpStatusError, the error of the socket, or the signal's reason. */
export function createHttpFetch(options: HttpFetchOptions): typeof fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const body = typeof init?.body === 'string' ? init.body : undefined;
    const headers = { ...Object.fromEntries(new Headers(init?.headers)), ...bodyLength(body) };
    const message = await send(url, { method: init?.method ?? 'GET', headers, body, signal: options.signal });
    message.on('data', () => options.onBytes?.());
    message.pause();
    const status = message.statusCode ?? 0;
    if (status < 200 || status > 299) {
      const retryAfter = Number(message.headers['retry-after']);
      const seconds = Number.isFinite(retryAfter) && retryAfter >= 0 ? retryAfter : undefined;
      throw new HttpStatusError(status, await readErrorText(message), seconds);
    }
    const stream = toWebStream(message);
    const checked = options.transform ? stream.pipeThrough(options.transform) : stream;
    return new Response(checked, { status, headers: { 'content-type': message.headers['content-type'] ?? '' } });
  };
}

function send(
  url: URL,
  call: {
    readonly method: string;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | undefined;
    readonly signal: AbortSignal;
  },
): Promise<IncomingMessage> {
  const { method, headers, signal, body } = call;
  const sentBytes = body === undefined ? 0 : Buffer.byteLength(body);
  return new Promise((resolve, reject) => {
    const finish = networkGuard.open({ method, url, sentBytes }, isLoopback(url));
    const start = url.protocol === 'https:' ? requestHttps : requestHttp;
    // agent: false closes the connection with the answer: a kept one may have died since.
    const request = start(url, { method, headers, signal, agent: false }, (message) => {
      let receivedBytes = 0;
      const status = message.statusCode ?? null;
      message.on('data', (part: Buffer) => (receivedBytes += part.length));
      message.on('close', () => finish({ outcome: message.complete ? 'answered' : 'failed', status, receivedBytes }));
      message.pause();
      resolve(message);
    });
    request.on('error', (error) => {
      finish({ outcome: 'failed', status: null, receivedBytes: 0 });
      reject(signal.aborted ? toError(signal.reason) : error);
    });
    request.end(body);
  });
}

function toWebStream(message: IncomingMessage): ReadableStream<Uint8Array> {
  const parts = message[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const next: IteratorResult<unknown> = await parts.next();
      if (next.done) controller.close();
      else if (next.value instanceof Uint8Array) controller.enqueue(next.value);
    },
    cancel() {
      message.destroy();
    },
  });
}

/** What a JSON answer says under `error`, `message` or `detail`, else its text. */
async function readErrorText(message: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of message) {
    text += String(part);
    if (text.length > 2_000) break;
  }
  try {
    return (findErrorText(JSON.parse(text)) ?? text).slice(0, 2_000);
  } catch {
    // Not JSON: some other program answers there, or a proxy.
    return text.slice(0, 2_000);
  }
}

/** Hosts say `{error: "…"}`, `{error: {message: "…"}}`, `{message: "…"}` or `{detail: "…"}`. */
export function findErrorText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return undefined;
  const { error, message, detail }: { error?: unknown; message?: unknown; detail?: unknown } = value;
  const found = [error, message, detail].find((part) => part !== undefined && part !== null);
  return findErrorText(found) ?? (found === undefined ? undefined : JSON.stringify(found));
}

function bodyLength(body: string | undefined): Record<string, string> {
  return body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

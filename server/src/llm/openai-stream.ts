/**
 * Reads the answer of `/v1/chat/completions`: server-sent events (WHATWG HTML, section 9.2) whose data are JSON chunks
 * and then `[DONE]`, or one JSON document where a server does not stream. Broken UTF-8, a chunk that is not JSON and an
 * answer without an end are errors: each would lose a part of the text.
 */
import { createParser } from 'eventsource-parser';
import { findErrorText, HttpStatusError } from '../platform/http-fetch';
import { asCount, asRecord, asText } from '../util/json-values';
import { ModelError } from './chat-model';

export interface OpenAiPart {
  readonly text: string;
  readonly thinking: string;
  /** Null until the model has ended. */
  readonly finish: 'stop' | 'length' | null;
  readonly usage: OpenAiUsage | null;
}

export interface OpenAiUsage {
  readonly promptTokens: number | undefined;
  readonly completionTokens: number | undefined;
  /** Of the prompt, what the server really read, and how long that took; llama.cpp alone says so. */
  readonly reading: { readonly tokens: number; readonly durationMs: number } | null;
}

/** Nothing that an honest server says at once is larger, be it a chunk or a whole answer. */
const maxPendingCharacters = 16_000_000;

/** @throws ModelError `badReply`; HttpStatusError where the server reports an error inside of the stream. */
export async function* readParts(response: Response, origin: string): AsyncGenerator<OpenAiPart> {
  const isStream = !/application\/json/i.test(response.headers.get('content-type') ?? '');
  const texts = decodeText(response, origin);
  for await (const data of isStream ? readEvents(texts, origin) : joinAll(texts, origin)) {
    if (data.trim() === '[DONE]') return;
    yield toPart(parseChunk(data, origin));
  }
}

async function* decodeText(response: Response, origin: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (part?: Uint8Array): string => {
    try {
      return part ? decoder.decode(part, { stream: true }) : decoder.decode();
    } catch {
      throw new ModelError('badReply', `The model server at ${origin} sent text that is not valid UTF-8; ask again.`);
    }
  };
  const body: AsyncIterable<Uint8Array> | null = response.body;
  for await (const part of body ?? []) yield decode(part);
  yield decode();
}

async function* readEvents(texts: AsyncIterable<string>, origin: string): AsyncGenerator<string> {
  const events: string[] = [];
  let pending = 0;
  const parser = createParser({
    onEvent: ({ data }) => {
      pending = 0;
      events.push(data);
    },
  });
  for await (const text of texts) {
    pending += text.length;
    if (pending > maxPendingCharacters) throw notJson(origin);
    parser.feed(text);
    yield* events.splice(0);
  }
  // A last event without its blank line was cut off, or its sender is careless: the JSON inside tells which.
  parser.feed('\n\n');
  yield* events.splice(0);
}

async function* joinAll(texts: AsyncIterable<string>, origin: string): AsyncGenerator<string> {
  let joined = '';
  for await (const text of texts) {
    joined += text;
    if (joined.length > maxPendingCharacters) throw notJson(origin);
  }
  yield joined;
}

function parseChunk(data: string, origin: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    throw notJson(origin);
  }
  const chunk = asRecord(value);
  if (chunk['error'] === undefined || chunk['error'] === null) return chunk;
  const { code, status } = asRecord(chunk['error']);
  throw new HttpStatusError(Number(code ?? status) || 500, findErrorText(chunk) ?? 'unknown error');
}

function notJson(origin: string): ModelError {
  return new ModelError('badReply', `The model server at ${origin} sent a part that is not JSON; ask again.`);
}

function toPart(chunk: Readonly<Record<string, unknown>>): OpenAiPart {
  const choices = chunk['choices'];
  const choice = asRecord(Array.isArray(choices) ? choices[0] : undefined);
  const delta = asRecord(choice['delta'] ?? choice['message']);
  const finish = choice['finish_reason'];
  return {
    text: asText(delta['content']),
    thinking: asText(delta['reasoning_content'] ?? delta['reasoning']),
    finish: typeof finish !== 'string' ? null : finish === 'length' ? 'length' : 'stop',
    usage: toUsage(chunk),
  };
}

function toUsage(chunk: Readonly<Record<string, unknown>>): OpenAiUsage | null {
  const usage = asRecord(chunk['usage']);
  const timings = asRecord(chunk['timings']);
  const promptTokens = asCount(usage['prompt_tokens']);
  const completionTokens = asCount(usage['completion_tokens']);
  const tokens = asCount(timings['prompt_n']);
  const durationMs = timings['prompt_ms'];
  const reading = tokens !== undefined && typeof durationMs === 'number' ? { tokens, durationMs } : null;
  if (promptTokens === undefined && completionTokens === undefined && reading === null) return null;
  return { promptTokens, completionTokens, reading };
}

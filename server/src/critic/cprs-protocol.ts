/**
 * The wire of QwenLong-CPRS's HTTP API: what `POST /qwen_long_compress_server` gets and answers. An error may come with
 * HTTP status 200; then `header.status_code` tells.
 */
import type { Granularity } from '../../../protocol/trace-events';
import { asRecord, asText } from '../util/json-values';
import type { ReturnedSpan } from './span-check';

export interface CprsQuery {
  readonly requestId: string;
  readonly instruction: string;
  readonly question: string;
  readonly granularity: Granularity;
  readonly context: string;
}

export type CprsReply =
  | { readonly kind: 'spans'; readonly spans: readonly ReturnedSpan[] }
  | { readonly kind: 'refused'; readonly status: number; readonly message: string }
  /** JSON, but not of this protocol. */
  | { readonly kind: 'unknown' };

const endpoint = 'qwen_long_compress_server';

/** Spans of at most `min_keyword_len` tokens are dropped; with `complete_sentence` the others grow to whole sentences. */
const rules = {
  // A name or a number may be one token.
  keyword: { min_keyword_len: 0, complete_sentence: false },
  // One as the official client sends it. Of what is kept whole a mark over a part would only blur the score.
  whole: { min_keyword_len: 1, complete_sentence: true },
};

const parameters = {
  return_offset: true,
  // The published server answers no other size.
  batch_size: 1,
  chunk_size: 8192,
  split_with_sent: true,
};

/** The endpoint under an address, which may name it already. */
export function toEndpoint(address: URL): URL {
  const url = new URL(address.href);
  const path = url.pathname.replace(/\/+$/, '');
  url.pathname = path.endsWith(`/${endpoint}`) ? path : `${path}/${endpoint}`;
  return url;
}

export function toWireRequest({ requestId, instruction, question, granularity, context }: CprsQuery): string {
  const messages = [
    { role: 'system', content: toSystemMessage(instruction) },
    { role: 'user', content: question },
    { role: 'context', content: context },
  ];
  const payload = {
    input: { messages },
    parameters: { ...(granularity === 'keyword' ? rules.keyword : rules.whole), ...parameters },
  };
  return JSON.stringify({ header: { request_id: requestId }, payload });
}

/** The model was trained on instructions that end with a rule for the tag. */
function toSystemMessage(instruction: string): string {
  if (/^## tagging rule:/m.test(instruction)) return instruction;
  return `${instruction}\n## tagging rule:\n- tag the supporting facts with 'fact'`;
}

export function parseReply(value: unknown): CprsReply {
  const { header, payload } = asRecord(value);
  const { status_code: status, status_message: message, status_name: name } = asRecord(header);
  if (typeof status === 'number' && status !== 200) {
    return { kind: 'refused', status, message: asText(message) || asText(name) };
  }
  const { text } = asRecord(asRecord(payload)['output']);
  if (!Array.isArray(text)) return { kind: 'unknown' };
  const spans = text.map(parseSpan);
  return spans.every((span) => span !== undefined) ? { kind: 'spans', spans } : { kind: 'unknown' };
}

function parseSpan(value: unknown): ReturnedSpan | undefined {
  if (!Array.isArray(value)) return undefined;
  const parts: readonly unknown[] = value;
  const [text, start, end] = parts;
  const isSpan = typeof text === 'string' && typeof start === 'number' && typeof end === 'number';
  return isSpan ? { text, start, end } : undefined;
}

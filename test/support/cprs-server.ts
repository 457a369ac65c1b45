/**
 * A small server of the published QwenLong-CPRS protocol over real HTTP. It has no model, but it does compress: it
 * returns the parts of the context that share words with the question, with offsets in code points. A test may put a
 * fault in the place of the answer.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sendJson } from './http-script-server';

export type Span = readonly [text: string, start: number, end: number];

export interface CprsRequest {
  readonly header: { readonly request_id: string };
  readonly payload: {
    readonly input: { readonly messages: readonly { readonly role: string; readonly content: string }[] };
    readonly parameters: Readonly<Record<string, unknown>>;
  };
}

export interface CprsScript {
  /** Changes the spans of a good answer. */
  readonly spans?: (spans: readonly Span[], context: string) => readonly unknown[];
  /** Answers instead; `send` sends the good answer. */
  readonly respond?: (response: ServerResponse, send: () => void, request: CprsRequest) => void;
}

export interface CprsServer {
  readonly url: string;
  readonly port: number;
  readonly requests: readonly CprsRequest[];
  /** Paths and methods as they came. */
  readonly calls: readonly string[];
  /** Most requests that were open at once. */
  readonly mostOpen: () => number;
  /** Answers whose connection the client closed before they were complete. */
  readonly brokenOff: () => number;
  close(): Promise<void>;
}

export async function startCprsServer(script: CprsScript = {}): Promise<CprsServer> {
  const requests: CprsRequest[] = [];
  const calls: string[] = [];
  let [open, mostOpen, brokenOff] = [0, 0, 0];
  const server = createServer((request, response) => {
    mostOpen = Math.max(mostOpen, ++open);
    response.on('close', () => {
      open--;
      if (!response.writableFinished) brokenOff++;
    });
    calls.push(`${request.method} ${request.url}`);
    void readBody(request).then((body) => {
      requests.push(body);
      const send = (): void => sendJson(response, createReply(body, script));
      if (script.respond) script.respond(response, send, body);
      else if (request.method !== 'POST' || request.url !== '/qwen_long_compress_server') response.writeHead(404).end();
      else send();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  const url = `http://127.0.0.1:${port}`;
  return { url, port, requests, calls, mostOpen: () => mostOpen, brokenOff: () => brokenOff, close };
}

/** An error as the published server sends it: in an answer with HTTP status 200. */
export function errorReply(request: CprsRequest, status: number, name: string, message: string): unknown {
  const header = { ...request.header, status_code: status, status_name: name, status_message: message };
  return { header, payload: { ...request.payload, output: { is_match: false }, usage: { input_tokens: -1 } } };
}

function createReply(request: CprsRequest, script: CprsScript): unknown {
  const { messages } = request.payload.input;
  const [, user, context] = messages;
  if (messages.map(({ role }) => role).join() !== 'system,user,context' || !user || !context) {
    return errorReply(request, 440, 'SchemaError', 'Messages should len=3 list');
  }
  const { complete_sentence: isWhole, return_offset: hasOffsets } = request.payload.parameters;
  const found =
    isWhole === true ? findSentences(user.content, context.content) : findWords(user.content, context.content);
  const spans = script.spans?.(found, context.content) ?? found;
  const header = { ...request.header, status_code: 200, status_name: 'Success', status_message: 'Success' };
  const text = hasOffsets === true ? spans : found.map(([kept]) => kept);
  const usage = { input_tokens: Math.ceil(context.content.length / 4) };
  return { header: { ...header, finished: true }, payload: { ...request.payload, output: { text }, usage } };
}

/** Words of four letters or more, and pairs of Chinese characters. */
function wordsOf(text: string): ReadonlySet<string> {
  const words = text.toLowerCase().match(/[a-z\d]{4,}/g) ?? [];
  const pairs = [...text.matchAll(/(?=([\u4e00-\u9fff]{2}))/g)].map((match) => match[1] ?? '');
  return new Set([...words, ...pairs]);
}

function findSentences(question: string, context: string): readonly Span[] {
  const wanted = wordsOf(question);
  const sentences = [...context.matchAll(/[^.。？！?!\n]*[.。？！?!\n]*\s*/gu)].filter(
    (match) => match[0].trim() !== '',
  );
  return sentences
    .filter((match) => [...wordsOf(match[0])].some((word) => wanted.has(word)))
    .map((match) => toSpan(context, match.index, match[0]));
}

function findWords(question: string, context: string): readonly Span[] {
  const wanted = wordsOf(question);
  return [...context.matchAll(/[a-z\d]{4,}|[\u4e00-\u9fff]{2}/giu)]
    .filter((match) => wanted.has(match[0].toLowerCase()))
    .map((match) => toSpan(context, match.index, match[0]));
}

/** Stripped text with the offsets of the range as it was before, as the published server returns them. */
function toSpan(context: string, offset: number, text: string): Span {
  const start = [...context.slice(0, offset)].length;
  return [text.trim(), start, start + [...text].length];
}

async function readBody(request: IncomingMessage): Promise<CprsRequest> {
  const parts: Uint8Array[] = [];
  for await (const part of request) parts.push(part as Uint8Array);
  return JSON.parse(Buffer.concat(parts).toString() || '{}');
}

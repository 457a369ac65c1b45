/**
 * Speaks Ollama's protocol (NDJSON over HTTP) to show faults that a healthy server does not: what the chat call
 * answers is up to each test. It is no model: behaviour of healthy servers is tested against real ones.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface FaultServer {
  readonly url: URL;
  /** Bodies of the chat calls so far. */
  readonly chats: readonly Record<string, unknown>[];
  close(): Promise<void>;
}

export interface FaultScript {
  readonly chat?: (response: ServerResponse) => void;
  readonly show?: Record<string, unknown>;
  /** Answers every path instead. */
  readonly any?: (response: ServerResponse) => void;
  readonly models?: readonly string[];
}

export const healthyShow = {
  capabilities: ['completion'],
  model_info: { 'general.architecture': 'llama', 'llama.context_length': 8192 },
};

export function line(content: string, more: Record<string, unknown> = {}): string {
  return JSON.stringify({ model: 'm', message: { role: 'assistant', content }, done: false, ...more }) + '\n';
}
export function lastLine(more: Record<string, unknown> = {}): string {
  const counts = { prompt_eval_count: 30, eval_count: 2, prompt_eval_duration: 5, eval_duration: 5 };
  return line('', { done: true, done_reason: 'stop', ...counts, ...more });
}
export function errorAnswer(status: number, error: string): (response: ServerResponse) => void {
  return (response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
}

export async function startFaultServer(script: FaultScript): Promise<FaultServer> {
  const chats: Record<string, unknown>[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => {
      if (request.url === '/api/chat') chats.push(body);
      answer(script, request.url ?? '', response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { url: new URL(`http://127.0.0.1:${port}`), chats, close };
}

function answer(script: FaultScript, path: string, response: ServerResponse): void {
  if (script.any) return script.any(response);
  const models = (script.models ?? ['m']).map((name) => ({ name, size: 1_000_000 }));
  if (path === '/api/tags') response.setHeader('content-type', 'application/json').end(JSON.stringify({ models }));
  else if (path === '/api/show') response.end(JSON.stringify(script.show ?? healthyShow));
  else if (path === '/api/chat' && script.chat) script.chat(response);
  else response.writeHead(404).end('404 page not found');
}

async function readBody(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = '';
  for await (const part of request) text += String(part);
  return text === '' ? {} : JSON.parse(text);
}

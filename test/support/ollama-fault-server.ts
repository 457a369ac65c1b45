/**
 * Speaks Ollama's protocol (NDJSON over HTTP) to show faults that a healthy server does not: what the chat call
 * answers is up to each test. It is no model: behaviour of healthy servers is tested against real ones.
 */
import type { ServerResponse } from 'node:http';
import { sendJson, startScriptServer, type ScriptServer } from './http-script-server';

export interface FaultScript {
  readonly chat?: (response: ServerResponse) => void;
  readonly pull?: (response: ServerResponse) => void;
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
  return (response) => sendJson(response, { error }, status);
}

export function startFaultServer(script: FaultScript): Promise<ScriptServer> {
  return startScriptServer('/api/chat', (response, { path }) => answer(script, path, response));
}

function answer(script: FaultScript, path: string, response: ServerResponse): void {
  if (script.any) return script.any(response);
  const models = (script.models ?? ['m']).map((name) => ({ name, size: 1_000_000 }));
  if (path === '/api/tags') sendJson(response, { models });
  else if (path === '/api/ps') sendJson(response, { models: [] });
  else if (path === '/api/show') sendJson(response, script.show ?? healthyShow);
  else if (path === '/api/chat' && script.chat) script.chat(response);
  else if (path === '/api/pull' && script.pull) script.pull(response);
  else response.writeHead(404).end('404 page not found');
}

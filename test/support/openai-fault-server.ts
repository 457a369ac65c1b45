/**
 * Speaks OpenAI's API as vLLM, llama.cpp and LM Studio do, each in its own way around the window and the tokens, to show
 * faults that a healthy server does not. It is no model: behaviour of healthy servers is tested against real ones.
 */
import type { ServerResponse } from 'node:http';
import { sendJson, startScriptServer, type ScriptedRequest, type ScriptServer } from './http-script-server';

export interface OpenAiScript {
  readonly chat?: (response: ServerResponse, request: ScriptedRequest) => void;
  /** Further fields of the one model `m` in `/v1/models`. */
  readonly model?: Readonly<Record<string, unknown>>;
  /** Answers of other paths by path. */
  readonly others?: Readonly<Record<string, unknown>>;
  /** How `/tokenize` counts; without it the path is not there. */
  readonly countTokens?: (text: string) => number;
  /** The key that every path wants. */
  readonly key?: string;
  readonly any?: (response: ServerResponse) => void;
}

export function event(value: unknown): string {
  return `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
}
export function part(content: string, more: Readonly<Record<string, unknown>> = {}): string {
  return event({ choices: [{ index: 0, delta: { content, ...more }, finish_reason: null }] });
}
/** The last chunks: why it ended, what it cost (null: not said), and `[DONE]`. */
export function ending(usage: unknown = { prompt_tokens: 30, completion_tokens: 2 }, finish = 'stop'): string {
  const last = event({ choices: [{ index: 0, delta: {}, finish_reason: finish }] });
  return last + (usage === null ? '' : event({ choices: [], usage })) + event('[DONE]');
}

export function startOpenAiFaultServer(script: OpenAiScript): Promise<ScriptServer> {
  return startScriptServer('/v1/chat/completions', (response, request) => answer(script, request, response));
}

function answer(script: OpenAiScript, request: ScriptedRequest, response: ServerResponse): void {
  if (script.any) return script.any(response);
  const { path, headers, body } = request;
  if (script.key !== undefined && headers.authorization !== `Bearer ${script.key}`) {
    const said = `Incorrect API key provided: ${headers.authorization ?? 'none'}`;
    return sendJson(response, { error: { message: said, code: 'invalid_api_key' } }, 401);
  }
  if (path === '/v1/models') {
    return sendJson(response, { object: 'list', data: [{ id: 'm', object: 'model', ...script.model }] });
  }
  if (path === '/tokenize' && script.countTokens) {
    const { prompt, content } = body;
    return sendJson(response, { count: script.countTokens(String(prompt ?? content)) });
  }
  const other = script.others?.[path];
  if (other !== undefined) return sendJson(response, other);
  if (path === '/v1/chat/completions' && script.chat) {
    response.setHeader('content-type', 'text/event-stream');
    return script.chat(response, request);
  }
  sendJson(response, { detail: 'Not Found' }, 404);
}

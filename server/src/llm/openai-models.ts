/**
 * Which models a server with OpenAI's API has, how large the window of each is, and how it counts tokens. The API itself
 * says neither; vLLM, SGLang, llama.cpp and LM Studio each say it in a place of their own.
 */
import { asCount, asRecord } from '../util/json-values';
import { ModelError } from './chat-model';
import { lookUpJson, type OpenAiHost } from './openai-client';
import { notOpenAi } from './openai-errors';

export interface OpenAiModelInfo {
  readonly name: string;
  /** The window in force; null where the server does not say. */
  readonly windowTokens: number | null;
}

/** A long text takes a tokeniser a while. */
const countMs = 60_000;

export type CountTokens = (text: string, signal: AbortSignal) => Promise<number>;

/** @throws ModelError `unreachable`, `notPermitted` … */
export async function listOpenAiModels(host: OpenAiHost, signal: AbortSignal): Promise<readonly OpenAiModelInfo[]> {
  const listed = asRecord(await lookUpJson(host, 'v1/models', { signal }))['data'];
  if (!Array.isArray(listed)) throw notOpenAi(host);
  const records = listed.map(asRecord).filter((record) => typeof record['id'] === 'string');
  const models = records.map((record) => ({ name: String(record['id']), windowTokens: findWindow(record) }));
  if (models.every((model) => model.windowTokens !== null)) return models;
  const byName = await lmStudioWindows(host, signal);
  const ofServer = models.length === 1 ? await llamaCppWindow(host, signal) : null;
  return models
    .filter(({ name }) => byName.get(name)?.isChat !== false)
    .map(({ name, windowTokens }) => ({
      name,
      windowTokens: windowTokens ?? byName.get(name)?.windowTokens ?? ofServer,
    }));
}

/**
 * vLLM and SGLang: `max_model_len`; llama.cpp: `meta.n_ctx`, the window of one slot (its `n_ctx_train` says only what the
 * model was trained for); others `context_length` or `context_window`.
 */
function findWindow(record: Readonly<Record<string, unknown>>): number | null {
  const found = [
    record['max_model_len'],
    asRecord(record['meta'])['n_ctx'],
    record['context_length'],
    record['context_window'],
  ];
  return found.map(asCount).find((tokens) => tokens !== undefined && tokens > 0) ?? null;
}

/** Older servers of llama.cpp say the window of one slot only at `/props`. */
async function llamaCppWindow(host: OpenAiHost, signal: AbortSignal): Promise<number | null> {
  const props = asRecord(await lookUpOr(host, 'props', signal));
  return asCount(asRecord(props['default_generation_settings'])['n_ctx']) || null;
}

interface LmStudioModel {
  readonly windowTokens: number | null;
  readonly isChat: boolean;
}

async function lmStudioWindows(host: OpenAiHost, signal: AbortSignal): Promise<ReadonlyMap<string, LmStudioModel>> {
  const listed = asRecord(await lookUpOr(host, 'api/v0/models', signal))['data'];
  const records = Array.isArray(listed) ? listed.map(asRecord) : [];
  return new Map(
    records.map((record) => [
      String(record['id']),
      { windowTokens: asCount(record['loaded_context_length']) || null, isChat: record['type'] !== 'embeddings' },
    ]),
  );
}

/**
 * How the server counts: vLLM and SGLang take `prompt` at `/tokenize`, llama.cpp `content`; each leaves the other alone.
 * Null: it has no such call.
 */
export async function findTokeniser(host: OpenAiHost, model: string, signal: AbortSignal): Promise<CountTokens | null> {
  const count = async (text: string, stop: AbortSignal): Promise<number | undefined> => {
    const body = { model, prompt: text, content: text, add_special_tokens: false };
    const { count: counted, tokens } = asRecord(
      await lookUpJson(host, 'tokenize', { signal: stop, body, limitMs: countMs }),
    );
    return asCount(counted) ?? (Array.isArray(tokens) ? tokens.length : undefined);
  };
  const sample = 'Which rivers meet at this town?';
  const found = await orUndefined(() => count(sample, signal));
  // Something else may answer under that name; a sentence of six words has not fewer tokens, nor more than letters.
  if (found === undefined || found < 6 || found > sample.length) return null;
  return async (text, stop) => {
    const counted = await count(text, stop);
    if (counted !== undefined) return counted;
    throw new ModelError(
      'badReply',
      `The model server at ${host.url.origin} does not count tokens any more; ask again.`,
    );
  };
}

function lookUpOr(host: OpenAiHost, path: string, signal: AbortSignal): Promise<unknown> {
  return orUndefined(() => lookUpJson(host, path, { signal }));
}

/** What only some servers have is no failure where it is missing. */
async function orUndefined<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (ModelError.is(error)) return undefined;
    throw error;
  }
}

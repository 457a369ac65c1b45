/**
 * The llama.cpp child process: native code that may crash or use much memory stays out of the server. It answers
 * the calls of `llm/llama-protocol.ts` over IPC, one chat at a time, and ends when its parent goes.
 */
import { ModelError } from '../llm/chat-model';
import type { FromLlama, LlamaModelSpec, ToLlama } from '../llm/llama-protocol';
import { CancelledError, throwIfCancelled } from '../util/cancelled';
import { errorMessage } from '../util/error-message';
import { listModelFiles } from './llama-files';
import { LoadedLlamaModel } from './llama-model';

const running = new Map<number, AbortController>();
let loaded: { readonly key: string; readonly model: LoadedLlamaModel } | undefined;
/** Loading and chatting wait for each other here: there is one model with one sequence. */
let turn: Promise<unknown> = Promise.resolve();

process.on('message', (message: ToLlama) => {
  if (message.kind === 'cancel') running.get(message.id)?.abort();
  else void answer(message);
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C in a terminal reaches the whole process group; the parent decides when this process ends.
process.on('SIGINT', () => undefined);

type Call = Extract<ToLlama, { readonly kind: 'call' }>;

async function answer(call: Call): Promise<void> {
  const { id } = call;
  const controller = new AbortController();
  running.set(id, controller);
  try {
    send({ kind: 'result', id, result: await perform(call, controller.signal) });
  } catch (error) {
    if (controller.signal.aborted || CancelledError.is(error)) send({ kind: 'cancelled', id });
    else if (ModelError.is(error)) send({ kind: 'error', id, reason: error.reason, message: error.message });
    else send({ kind: 'error', id, reason: 'other', message: `The model failed: ${errorMessage(error)}` });
  } finally {
    running.delete(id);
  }
}

async function perform(call: Call, signal: AbortSignal): Promise<unknown> {
  switch (call.method) {
    case 'list':
      return listModelFiles(call.params.folder);
    case 'load':
      return inTurn(signal, async () => (await ensureLoaded(call.params.model, signal)).info);
    case 'count':
      return (await modelForCount(call.params.model, signal)).countTokens(call.params.text);
    case 'chat':
      return inTurn(signal, async () => {
        const model = await ensureLoaded(call.params.model, signal);
        const onText = (delta: string): void => send({ kind: 'text', id: call.id, delta });
        return model.chat(call.params.request, signal, onText);
      });
  }
}

/** Counting needs no turn when the model is there, so it does not wait for a running chat. */
async function modelForCount(spec: LlamaModelSpec, signal: AbortSignal): Promise<LoadedLlamaModel> {
  if (loaded?.key === keyOf(spec)) return loaded.model;
  return inTurn(signal, () => ensureLoaded(spec, signal));
}

async function ensureLoaded(spec: LlamaModelSpec, signal: AbortSignal): Promise<LoadedLlamaModel> {
  const key = keyOf(spec);
  if (loaded?.key === key) return loaded.model;
  const old = loaded;
  loaded = undefined;
  await old?.model.dispose();
  const model = await LoadedLlamaModel.load(spec, signal);
  loaded = { key, model };
  return model;
}

function inTurn<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const next = turn.then(() => {
    throwIfCancelled(signal);
    return work();
  });
  turn = next.catch(() => undefined);
  return next;
}

function keyOf(spec: LlamaModelSpec): string {
  return JSON.stringify([spec.path, spec.windowTokens, spec.threads]);
}

function send(message: FromLlama): void {
  if (process.connected) process.send?.(message);
}

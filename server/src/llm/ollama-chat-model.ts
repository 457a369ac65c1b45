/**
 * A model of an Ollama server. The window is asked for explicitly and never changes (a change reloads the model),
 * truncation and shifting are off, and the count of evaluated tokens is checked against what was sent.
 */
import { freemem } from 'node:os';
import { Ollama } from 'ollama';
import { createHttpFetch } from '../platform/http-fetch';
import { isLoopback } from '../platform/host-url';
import { defaultStallLimits, StallWatch, type StallLimits } from '../platform/stall-watch';
import { CancelledError, throwIfCancelled } from '../util/cancelled';
import { asCount } from '../util/json-values';
import {
  ModelError,
  type ChatModel,
  type ChatOptions,
  type ChatReply,
  type ChatRequest,
  type ModelSpeed,
} from './chat-model';
import type { ModelRecord } from './model-record';
import { createNdjsonCheck } from './ndjson-check';
import { withTag, type OllamaHost } from './ollama-client';
import { toOllamaError, windowExceeded } from './ollama-errors';
import { bytesToLoad, showOllamaModel, type OllamaModelInfo } from './ollama-models';
import { chooseWindow } from './ollama-window';
import { ThinkSplitter } from './text-markers';
import { isWholeJson } from './whole-json';

export interface OllamaOptions extends OllamaHost {
  readonly record: ModelRecord;
  /** 0: Ollama decides. */
  readonly threads: number;
  readonly stallLimits?: StallLimits;
  /** One sentence while a call waits for the host. */
  readonly onNotice?: (sentence: string) => void;
}

/** Tokens that a chat template may put around one message. */
const templateTokens = 32;
/** Room for what a model thinks before it answers; the window bounds it. */
const thinkingTokens = 4_096;
/** A wait shorter than this needs no word. */
const noticeMs = 3_000;

type StreamedReply = Omit<ChatReply, 'promptTokens' | 'durationMs'> & { readonly promptTokens: number | undefined };

export class OllamaChatModel implements ChatModel {
  readonly id: string;
  /** What a prompt may fill: of the window in force, as much as this host reads in a few minutes. */
  readonly windowTokens: number;

  private constructor(
    private readonly model: OllamaModelInfo,
    private readonly fullWindowTokens: number,
    private readonly options: OllamaOptions,
  ) {
    this.id = `ollama:${withTag(model.name)}`;
    this.windowTokens = options.record.readableTokens(fullWindowTokens);
  }

  /** `windowTokens` 0: the trained length, at most 16,384, as far as the memory allows. @throws ModelError */
  static async open(
    name: string,
    windowTokens: number,
    options: OllamaOptions,
    signal: AbortSignal,
  ): Promise<OllamaChatModel> {
    const { record } = options;
    const shown = await showOllamaModel(name, options, signal);
    if (shown.problem) throw shown.problem;
    record.windowTokens ??=
      windowTokens > 0
        ? Math.min(windowTokens, shown.trainedTokens || windowTokens)
        : chooseWindow({
            ...shown,
            weightBytes: await bytesToLoad(name, options, signal),
            freeBytes: isLoopback(options.url) ? freemem() : null,
          });
    return new OllamaChatModel(shown, record.windowTokens, options);
  }

  get speed(): ModelSpeed | null {
    return this.options.record.speed;
  }

  countTokens(text: string, signal: AbortSignal): Promise<number> {
    throwIfCancelled(signal);
    return Promise.resolve(this.options.record.bound.upperBound(text));
  }

  async chat(request: ChatRequest, options: ChatOptions): Promise<ChatReply> {
    throwIfCancelled(options.signal);
    const { url, record } = this.options;
    const startedMs = performance.now();
    const prompt = request.messages.map((message) => message.content).join('\n');
    const mostTokens = record.bound.upperBound(prompt) + request.messages.length * templateTokens;
    const watch = this.#startWatch(mostTokens);
    try {
      const reply = await this.#stream(request, options, { watch, mostTokens });
      this.#checkWhole(prompt, reply.promptTokens ?? mostTokens, mostTokens);
      if (reply.promptTokens !== undefined) record.bound.learn(prompt, reply.promptTokens);
      record.answered();
      return { ...reply, promptTokens: reply.promptTokens ?? mostTokens, durationMs: performance.now() - startedMs };
    } catch (error) {
      const isDropped = options.signal.aborted || watch.isStalled;
      if (isDropped && !watch.hasBytes) {
        record.dropped(mostTokens, performance.now() - startedMs, performance.now());
      }
      if (options.signal.aborted) throw new CancelledError();
      if (watch.isStalled) {
        throw new ModelError('stalled', `Ollama at ${url.origin} has stopped answering; restart it and ask again.`);
      }
      throw toOllamaError(error, { ...this.options, model: this.model.name });
    } finally {
      watch.stop();
    }
  }

  /** The server unloads the model itself, after its keep-alive time. */
  dispose(): Promise<void> {
    return Promise.resolve();
  }

  /** A host that still reads the prompt of a dropped call gets that much more time, and the user one sentence. */
  #startWatch(promptTokens: number): StallWatch {
    const { url, record, onNotice, stallLimits = defaultStallLimits } = this.options;
    const busyMs = record.busyMs(performance.now());
    if (busyMs > noticeMs) {
      const seconds = Math.ceil(busyMs / 1_000);
      onNotice?.(`Ollama at ${url.origin} is busy with an earlier prompt for about ${seconds} s; this question waits.`);
    }
    const limits = { ...stallLimits, loadMs: stallLimits.loadMs + busyMs };
    return new StallWatch(limits, Math.min(promptTokens, this.fullWindowTokens));
  }

  async #stream(
    request: ChatRequest,
    options: ChatOptions,
    { watch, mostTokens }: { readonly watch: StallWatch; readonly mostTokens: number },
  ): Promise<StreamedReply> {
    const { url } = this.options;
    const fetch = createHttpFetch({
      signal: AbortSignal.any([options.signal, watch.signal]),
      onBytes: () => watch.sawBytes(),
      transform: createNdjsonCheck(url.origin),
    });
    const client = new Ollama({ host: url.href, fetch });
    const splitter = new ThinkSplitter({
      startsInThinking: false,
      onText: (delta) => options.onText?.(delta),
    });
    let thinking = '';
    for await (const part of await client.chat(this.#body(request, mostTokens))) {
      throwIfCancelled(options.signal);
      // A faulty host may leave the message out, whatever the type says.
      const message = part.message as Partial<typeof part.message> | undefined;
      thinking += message?.thinking ?? '';
      splitter.push(message?.content ?? '');
      if (!part.done) continue;
      splitter.finish();
      this.#learnSpeed(part);
      const isWhole = request.jsonSchema !== undefined && isWholeJson(splitter.text);
      return {
        // A model that is held to JSON may add blanks until it ends.
        text: request.jsonSchema ? splitter.text.trimEnd() : splitter.text,
        thinking: thinking + splitter.thinking,
        promptTokens: asCount(part.prompt_eval_count),
        completionTokens: asCount(part.eval_count) ?? 0,
        finish: part.done_reason === 'length' && !isWhole ? 'length' : 'stop',
      };
    }
    throw new ModelError('badReply', `Ollama at ${url.origin} broke off its answer; see its log, then ask again.`);
  }

  #learnSpeed(last: Readonly<Record<`${'prompt_eval' | 'eval'}_${'count' | 'duration'}`, number>>): void {
    const { record } = this.options;
    record.sawReading(asCount(last.prompt_eval_count) ?? 0, last.prompt_eval_duration / 1e6);
    record.sawWriting(asCount(last.eval_count) ?? 0, last.eval_duration / 1e6);
  }

  #body(request: ChatRequest, promptTokens: number) {
    const { threads } = this.options;
    const think = thinkValue(this.model.think, request);
    // What a model thinks counts as written.
    const room = Math.max(0, Math.min(thinkingTokens, this.fullWindowTokens - promptTokens - request.maxTokens));
    return {
      model: this.model.name,
      messages: request.messages.map((message) => ({ ...message })),
      stream: true as const,
      // Not in the library's type, but passed on: without them the server drops text without a word.
      truncate: false,
      shift: false,
      keep_alive: '5m',
      ...(think === undefined ? {} : { think }),
      ...(request.jsonSchema ? { format: request.jsonSchema } : {}),
      options: {
        num_ctx: this.fullWindowTokens,
        num_predict: request.maxTokens + (think ? room : 0),
        temperature: request.temperature,
        seed: request.seed,
        ...(threads > 0 ? { num_thread: threads } : {}),
      },
    };
  }

  /**
   * An old server that does not know `truncate` cuts the prompt. Its count gives that away: too small, or the whole
   * window, where nothing more fits.
   */
  #checkWhole(prompt: string, promptTokens: number, mostTokens: number): void {
    if (mostTokens <= this.fullWindowTokens) return;
    const isCut = promptTokens < this.options.record.bound.lowerBound(prompt) || promptTokens >= this.fullWindowTokens;
    if (isCut) throw windowExceeded(this.model.name);
  }
}

/** A step that only fills in JSON needs no thinking; a model whose thinking has levels cannot do without. */
function thinkValue(control: OllamaModelInfo['think'], request: ChatRequest): boolean | 'low' | 'medium' | undefined {
  const isJson = request.jsonSchema !== undefined;
  if (control === 'none') return undefined;
  if (control === 'levels') return isJson ? 'low' : 'medium';
  return !isJson;
}

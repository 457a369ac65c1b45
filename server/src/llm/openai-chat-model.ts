/**
 * A model behind OpenAI's API: vLLM, SGLang, the server of llama.cpp, LM Studio and their like, one box or a cluster
 * behind one address. These servers differ in what they do with a prompt that is too long: some refuse it, some cut it
 * without a word. So it is counted before it is sent, and what the server says it read is compared with that.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpStatusError } from '../platform/http-fetch';
import { defaultStallLimits, StallWatch, type StallLimits } from '../platform/stall-watch';
import { CancelledError, throwIfCancelled } from '../util/cancelled';
import {
  ModelError,
  type ChatModel,
  type ChatOptions,
  type ChatReply,
  type ChatRequest,
  type ModelSpeed,
} from './chat-model';
import type { ModelRecord } from './model-record';
import { openStream, type OpenAiHost } from './openai-client';
import { brokeOff, promptCut, promptTooLong, toOpenAiError } from './openai-errors';
import { findTokeniser, listOpenAiModels, type CountTokens } from './openai-models';
import { readParts, type OpenAiUsage } from './openai-stream';
import { ThinkSplitter } from './text-markers';
import { endsInBlanks, isWholeJson } from './whole-json';

export interface OpenAiOptions {
  readonly host: OpenAiHost;
  readonly record: ModelRecord;
  readonly stallLimits?: StallLimits;
  /** Before the first new try at a server that is busy; each further one waits twice as long. */
  readonly retryMs?: number;
}

/** Tokens that a chat template may put around one message. */
const templateTokens = 32;
/** Tokens at the seams between template and text may be counted a little differently. */
const countSlack = 0.02;
/** A reply gets this much room even where the bound says that the prompt may fill the window. */
const leastReplyTokens = 256;
/** What a model thinks counts as written. */
const thinkingTokens = 4_096;
/** Of a call that is made for the count of its prompt. */
const probeTokens = 1;
const maxTries = 4;
const longestWaitMs = 30_000;

/** What a prompt surely has and at most has, in tokens. */
interface PromptSize {
  readonly least: number;
  readonly most: number;
  readonly isExact: boolean;
}

interface Received {
  readonly text: string;
  readonly thinking: string;
  readonly finish: 'stop' | 'length';
  readonly usage: OpenAiUsage | null;
}

export class OpenAiChatModel implements ChatModel {
  readonly id: string;
  /** A server that has refused a schema is not asked for one again. */
  #canHoldSchema = true;

  private constructor(
    private readonly name: string,
    readonly windowTokens: number,
    private readonly count: CountTokens | null,
    private readonly options: OpenAiOptions,
  ) {
    this.id = `openai:${name}`;
  }

  /** `windowTokens` 0: the server's own; needed where it does not say. @throws ModelError */
  static async open(
    name: string,
    windowTokens: number,
    options: OpenAiOptions,
    signal: AbortSignal,
  ): Promise<OpenAiChatModel> {
    const { host } = options;
    const models = await listOpenAiModels(host, signal);
    const found = models.find((model) => model.name === name);
    if (!found) {
      const names = models.map((model) => model.name).join(', ') || 'none';
      throw new ModelError(
        'notFound',
        `The model server at ${host.url.origin} has no model ${name} (it has: ${names}); select another one.`,
      );
    }
    const window = Math.min(found.windowTokens ?? Infinity, windowTokens || Infinity);
    if (!Number.isFinite(window)) {
      throw new ModelError(
        'windowUnknown',
        `The model server at ${host.url.origin} does not say how large the window of ${name} is; ` +
          'set longfold.model.windowTokens to it.',
      );
    }
    return new OpenAiChatModel(name, window, await findTokeniser(host, name, signal), options);
  }

  get speed(): ModelSpeed | null {
    return this.options.record.speed;
  }

  async countTokens(text: string, signal: AbortSignal): Promise<number> {
    throwIfCancelled(signal);
    return this.count ? this.count(text, signal) : this.options.record.bound.upperBound(text);
  }

  async chat(request: ChatRequest, options: ChatOptions): Promise<ChatReply> {
    throwIfCancelled(options.signal);
    const { record } = this.options;
    const startedMs = performance.now();
    const prompt = request.messages.map((message) => message.content).join('\n');
    const size = await this.#measure(prompt, request, options.signal);
    const received = await this.#receiveAnswer(request, options, size);
    const promptTokens = this.#checkWhole(received.usage?.promptTokens, size);
    if (received.usage?.promptTokens !== undefined) record.bound.learn(prompt, promptTokens);
    return {
      // A model that is held to JSON may add blanks until it ends.
      text: request.jsonSchema ? received.text.trimEnd() : received.text,
      thinking: received.thinking,
      promptTokens,
      completionTokens: received.usage?.completionTokens ?? record.bound.upperBound(received.text + received.thinking),
      finish: received.finish,
      durationMs: performance.now() - startedMs,
    };
  }

  /** Nothing is held: the server keeps its model. */
  dispose(): Promise<void> {
    return Promise.resolve();
  }

  /** Without a tokeniser, a prompt near the end of the window is sent once for its count alone. */
  async #measure(prompt: string, request: ChatRequest, signal: AbortSignal): Promise<PromptSize> {
    const { bound } = this.options.record;
    const exact = this.count ? await this.count(prompt, signal) : null;
    const size = {
      least: exact === null ? bound.lowerBound(prompt) : Math.floor(exact * (1 - countSlack)),
      most: (exact ?? bound.upperBound(prompt)) + request.messages.length * templateTokens,
      isExact: exact !== null,
    };
    if (size.least >= this.windowTokens) throw promptTooLong(this.name, size.least, this.windowTokens);
    if (size.isExact || size.most + request.maxTokens <= this.windowTokens) return size;
    const { jsonSchema: _, ...plain } = request;
    const { usage } = await this.#receive({ ...plain, maxTokens: probeTokens }, { signal }, size);
    if (usage?.promptTokens === undefined) return size;
    const read = this.#checkWhole(usage.promptTokens, size);
    return { least: read, most: read, isExact: true };
  }

  /** What the server read must not be less than what was sent, nor as much as the window, where nothing more fits. */
  #checkWhole(reported: number | undefined, size: PromptSize): number {
    const cannotTell = reported === undefined && !size.isExact && size.most > this.windowTokens;
    const isCut = reported !== undefined && (reported < size.least || reported >= this.windowTokens);
    if (isCut || cannotTell) throw promptCut(this.options.host.url.origin, reported ?? null, this.windowTokens);
    return reported ?? size.most;
  }

  /** A model that spent all its room on thinking is asked once more with room for both; from then on at once. */
  async #receiveAnswer(request: ChatRequest, options: ChatOptions, size: PromptSize): Promise<Received> {
    const { record } = this.options;
    const received = await this.#receive(request, options, size);
    const hasThought = received.thinking !== '' && !record.hasThought;
    record.hasThought ||= hasThought;
    const isThoughtOnly = hasThought && received.finish === 'length' && received.text.trim() === '';
    return isThoughtOnly ? this.#receive(request, options, size) : received;
  }

  /** A server that is busy is asked again a few times. */
  async #receive(request: ChatRequest, options: ChatOptions, size: PromptSize): Promise<Received> {
    const { retryMs = 1_000, host } = this.options;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#stream(request, options, size);
      } catch (error) {
        if (this.#refusesSchema(request, error)) {
          this.#canHoldSchema = false;
          continue;
        }
        if (CancelledError.is(error)) throw error;
        const isBusy = error instanceof HttpStatusError && (error.status === 429 || error.status === 503);
        if (!isBusy || attempt >= maxTries) throw toOpenAiError(error, { host, model: this.name });
        const wantedMs = (error.retryAfterSeconds ?? 0) * 1_000 || retryMs * 2 ** (attempt - 1);
        await sleep(Math.min(wantedMs, longestWaitMs), undefined, { signal: options.signal }).catch(() => undefined);
        throwIfCancelled(options.signal);
      }
    }
  }

  #refusesSchema(request: ChatRequest, error: unknown): boolean {
    if (!request.jsonSchema || !this.#canHoldSchema) return false;
    const isRefusal = error instanceof HttpStatusError && [400, 422, 501].includes(error.status);
    return isRefusal && /response_format|json_schema|schema|grammar|structured|guided/i.test(error.message);
  }

  async #stream(request: ChatRequest, options: ChatOptions, size: PromptSize): Promise<Received> {
    const { host, stallLimits } = this.options;
    const watch = new StallWatch(stallLimits ?? defaultStallLimits, Math.min(size.most, this.windowTokens));
    const signal = AbortSignal.any([options.signal, watch.signal]);
    const sentMs = performance.now();
    let firstMs = 0;
    try {
      const response = await openStream(host, 'v1/chat/completions', { signal, body: this.#body(request, size) });
      const splitter = new ThinkSplitter({ startsInThinking: false, onText: (delta) => options.onText?.(delta) });
      let thinking = '';
      let finish: Received['finish'] | null = null;
      let usage: OpenAiUsage | null = null;
      for await (const part of readParts(response, host.url.origin)) {
        throwIfCancelled(options.signal);
        // Signs of life before the first word (headers, comments, a role) say nothing about how long the prompt takes.
        if (part.text !== '' || part.thinking !== '') {
          watch.sawBytes();
          firstMs ||= performance.now();
        }
        thinking += part.thinking;
        splitter.push(part.text);
        finish = part.finish ?? finish;
        usage = part.usage ?? usage;
        if (request.jsonSchema && endsInBlanks(splitter.text) && isWholeJson(splitter.text)) {
          finish = 'stop';
          break;
        }
      }
      if (finish === null) throw brokeOff(host.url.origin);
      splitter.finish();
      if (request.jsonSchema && isWholeJson(splitter.text)) finish = 'stop';
      this.#learnSpeed(usage, { sentMs, firstMs });
      return { text: splitter.text, thinking: thinking + splitter.thinking, finish, usage };
    } catch (error) {
      if (options.signal.aborted) throw new CancelledError();
      if (watch.isStalled) {
        throw new ModelError(
          'stalled',
          `The model server at ${host.url.origin} has stopped answering; restart it and ask again.`,
        );
      }
      throw error;
    } finally {
      watch.stop();
    }
  }

  #learnSpeed(usage: OpenAiUsage | null, times: { readonly sentMs: number; readonly firstMs: number }): void {
    const { record } = this.options;
    if (!usage || times.firstMs === 0) return;
    const reading = usage.reading ?? { tokens: usage.promptTokens ?? 0, durationMs: times.firstMs - times.sentMs };
    record.sawReading(reading.tokens, reading.durationMs);
    record.sawWriting(usage.completionTokens ?? 0, performance.now() - times.firstMs);
  }

  #body(request: ChatRequest, size: PromptSize) {
    const canThink = this.options.record.hasThought && request.maxTokens > probeTokens;
    const wantedTokens = request.maxTokens + (canThink ? thinkingTokens : 0);
    const room = Math.max(this.windowTokens - size.most, size.isExact ? 1 : leastReplyTokens);
    return {
      model: this.name,
      messages: request.messages.map((message) => ({ ...message })),
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: Math.min(wantedTokens, room),
      temperature: request.temperature,
      seed: request.seed,
      ...(request.jsonSchema && this.#canHoldSchema
        ? {
            response_format: {
              type: 'json_schema',
              json_schema: { name: 'reply', strict: true, schema: request.jsonSchema },
            },
          }
        : {}),
    };
  }
}

/**
 * A model of an Ollama server. The window is asked for explicitly and never changes (a change reloads the model),
 * truncation and shifting are off, and the count of evaluated tokens is checked against what was sent.
 */
import { Ollama } from 'ollama';
import { CancelledError, throwIfCancelled } from '../util/cancelled';
import { ModelError, type ChatModel, type ChatOptions, type ChatReply, type ChatRequest } from './chat-model';
import { createHttpFetch } from '../platform/http-fetch';
import { createNdjsonCheck } from './ndjson-check';
import { toOllamaError, windowExceeded } from './ollama-errors';
import { showOllamaModel } from './ollama-models';
import { defaultStallLimits, StallWatch, type StallLimits } from '../platform/stall-watch';
import { ThinkSplitter } from './text-markers';
import { leastTokens, TokenBound } from './token-bound';

export interface OllamaOptions {
  readonly url: URL;
  readonly allowRemoteHosts: boolean;
  /** 0: Ollama decides. */
  readonly threads: number;
  readonly stallLimits?: StallLimits;
}

/** Tokens that a chat template may put around one message. */
const templateTokens = 32;

export class OllamaChatModel implements ChatModel {
  readonly id: string;
  readonly #bound = new TokenBound();

  private constructor(
    private readonly name: string,
    readonly windowTokens: number,
    private readonly options: OllamaOptions,
  ) {
    this.id = `ollama:${name}`;
  }

  /** `windowTokens` 0: the trained length, at most 16,384. @throws ModelError */
  static async open(
    name: string,
    windowTokens: number,
    options: OllamaOptions,
    signal: AbortSignal,
  ): Promise<OllamaChatModel> {
    const shown = await showOllamaModel(name, options, signal);
    if (shown.problem) throw shown.problem;
    const wanted = windowTokens || 16_384;
    return new OllamaChatModel(name, shown.trainedTokens > 0 ? Math.min(wanted, shown.trainedTokens) : wanted, options);
  }

  countTokens(text: string, signal: AbortSignal): Promise<number> {
    throwIfCancelled(signal);
    return Promise.resolve(this.#bound.upperBound(text));
  }

  async chat(request: ChatRequest, options: ChatOptions): Promise<ChatReply> {
    throwIfCancelled(options.signal);
    const { url, stallLimits } = this.options;
    const startedMs = performance.now();
    const prompt = request.messages.map((message) => message.content).join('\n');
    const upperTokens = this.#bound.upperBound(prompt) + request.messages.length * templateTokens;
    const watch = new StallWatch(stallLimits ?? defaultStallLimits, Math.min(upperTokens, this.windowTokens));
    try {
      const reply = await this.#stream(request, options, watch);
      const promptTokens = reply.promptTokens ?? upperTokens;
      this.#checkWhole(prompt, promptTokens, upperTokens);
      if (reply.promptTokens !== undefined) this.#bound.learn(prompt, reply.promptTokens);
      return { ...reply, promptTokens, durationMs: performance.now() - startedMs };
    } catch (error) {
      if (options.signal.aborted) throw new CancelledError();
      if (watch.isStalled) {
        throw new ModelError('stalled', `Ollama at ${url.origin} has stopped answering; restart it and ask again.`);
      }
      throw toOllamaError(error, { url, model: this.name });
    } finally {
      watch.stop();
    }
  }

  /** The server unloads the model itself, after its keep-alive time. */
  dispose(): Promise<void> {
    return Promise.resolve();
  }

  async #stream(
    request: ChatRequest,
    options: ChatOptions,
    watch: StallWatch,
  ): Promise<Omit<ChatReply, 'promptTokens' | 'durationMs'> & { readonly promptTokens: number | undefined }> {
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
    for await (const part of await client.chat(this.#body(request))) {
      throwIfCancelled(options.signal);
      // A faulty host may leave the message out, whatever the type says.
      const message = part.message as Partial<typeof part.message> | undefined;
      thinking += message?.thinking ?? '';
      splitter.push(message?.content ?? '');
      if (!part.done) continue;
      splitter.finish();
      return {
        // A model that is held to JSON may add blanks until it ends.
        text: request.jsonSchema ? splitter.text.trimEnd() : splitter.text,
        thinking: thinking + splitter.thinking,
        promptTokens: asCount(part.prompt_eval_count),
        completionTokens: asCount(part.eval_count) ?? 0,
        finish: part.done_reason === 'length' ? 'length' : 'stop',
      };
    }
    throw new ModelError('badReply', `Ollama at ${url.origin} broke off its answer; see its log, then ask again.`);
  }

  #body(request: ChatRequest) {
    const { threads } = this.options;
    return {
      model: this.name,
      messages: request.messages.map((message) => ({ ...message })),
      stream: true as const,
      // Not in the library's type, but passed on: without them the server drops text without a word.
      truncate: false,
      shift: false,
      keep_alive: '5m',
      ...(request.jsonSchema ? { format: request.jsonSchema } : {}),
      options: {
        num_ctx: this.windowTokens,
        num_predict: request.maxTokens,
        temperature: request.temperature,
        seed: request.seed,
        ...(threads > 0 ? { num_thread: threads } : {}),
      },
    };
  }

  /** An old server that does not know `truncate` cuts the prompt; its count gives that away. */
  #checkWhole(prompt: string, promptTokens: number, upperTokens: number): void {
    const couldBeCut = upperTokens > this.windowTokens;
    if (couldBeCut && promptTokens < leastTokens(prompt)) throw windowExceeded(this.name);
  }
}

/** Counts can be absent or nonsense when a generation ends at once. */
function asCount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

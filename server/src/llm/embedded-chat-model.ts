/** A GGUF file run by llama.cpp in the child process. Token counts are exact: its own tokeniser makes them. */
import { basename } from 'node:path';
import type { ChatModel, ChatOptions, ChatReply, ChatRequest, ModelSpeed } from './chat-model';
import type { LlamaProcessClient } from './llama-process-client';
import type { LlamaModelInfo, LlamaModelSpec } from './llama-protocol';
import { ModelRecord } from './model-record';

export class EmbeddedChatModel implements ChatModel {
  readonly id: string;

  private constructor(
    private readonly llama: LlamaProcessClient,
    private readonly model: LlamaModelSpec,
    private readonly info: LlamaModelInfo,
    private readonly record: ModelRecord,
  ) {
    this.id = `embedded:${basename(model.path)}`;
  }

  /** Loads the model. @throws ModelError `badModelFile`, `notFound`, `outOfMemory`, `crashed` or `other`. */
  static async open(
    llama: LlamaProcessClient,
    model: LlamaModelSpec,
    signal: AbortSignal,
    record = new ModelRecord(),
  ): Promise<EmbeddedChatModel> {
    return new EmbeddedChatModel(llama, model, await llama.call('load', { model }, { signal }), record);
  }

  get speed(): ModelSpeed | null {
    return this.record.speed;
  }

  get windowTokens(): number {
    return this.info.windowTokens;
  }

  countTokens(text: string, signal: AbortSignal): Promise<number> {
    return this.llama.call('count', { model: this.model, text }, { signal });
  }

  async chat(request: ChatRequest, { signal, onText }: ChatOptions): Promise<ChatReply> {
    const startedMs = performance.now();
    let firstMs = 0;
    const reply = await this.llama.call(
      'chat',
      { model: this.model, request },
      {
        signal,
        onText: (delta) => {
          firstMs ||= performance.now();
          onText?.(delta);
        },
      },
    );
    // Of a reply that thinks, the first words come late: then nobody knows what was reading.
    if (firstMs > 0 && reply.thinking === '') {
      this.record.sawReading(reply.promptTokens, firstMs - startedMs);
      this.record.sawWriting(reply.completionTokens, performance.now() - firstMs);
    }
    return reply;
  }

  /** The process stays: it is shared, and ends by itself after a while without calls. */
  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

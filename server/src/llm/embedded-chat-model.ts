/** A GGUF file run by llama.cpp in the child process. Token counts are exact: its own tokeniser makes them. */
import { basename } from 'node:path';
import type { ChatModel, ChatOptions, ChatReply, ChatRequest } from './chat-model';
import type { LlamaProcessClient } from './llama-process-client';
import type { LlamaModelInfo, LlamaModelSpec } from './llama-protocol';

export class EmbeddedChatModel implements ChatModel {
  readonly id: string;

  private constructor(
    private readonly llama: LlamaProcessClient,
    private readonly model: LlamaModelSpec,
    private readonly info: LlamaModelInfo,
  ) {
    this.id = `embedded:${basename(model.path)}`;
  }

  /** Loads the model. @throws ModelError `badModelFile`, `notFound`, `outOfMemory`, `crashed` or `other`. */
  static async open(llama: LlamaProcessClient, model: LlamaModelSpec, signal: AbortSignal): Promise<EmbeddedChatModel> {
    return new EmbeddedChatModel(llama, model, await llama.call('load', { model }, { signal }));
  }

  get windowTokens(): number {
    return this.info.windowTokens;
  }

  countTokens(text: string, signal: AbortSignal): Promise<number> {
    return this.llama.call('count', { model: this.model, text }, { signal });
  }

  chat(request: ChatRequest, options: ChatOptions): Promise<ChatReply> {
    return this.llama.call('chat', { model: this.model, request }, options);
  }

  /** The process stays: it is shared, and ends by itself after a while without calls. */
  dispose(): Promise<void> {
    return Promise.resolve();
  }
}

/**
 * One GGUF model in memory with one sequence: counts tokens and answers chats. The prompt is evaluated in slices of
 * a fixed size at fixed positions, so that a cancelled call stops soon, and so that a reply is the same whether or
 * not its beginning was evaluated before (the arithmetic of a token depends on the slice that it is in).
 */
import { basename } from 'node:path';
import type {
  ChatHistoryItem,
  ChatWrapper,
  GbnfJsonBasicSchema,
  Llama,
  LlamaContext,
  LlamaContextSequence,
  LlamaGrammar,
  LlamaModel,
  LlamaText,
  Token,
} from 'node-llama-cpp';
import { ModelError, type ChatMessage, type ChatReply, type ChatRequest } from '../llm/chat-model';
import { defaultWindowTokens, type LlamaModelInfo, type LlamaModelSpec } from '../llm/llama-protocol';
import { ThinkSplitter } from '../llm/text-markers';
import { throwIfCancelled } from '../util/cancelled';
import { errorMessage } from '../util/error-message';
import { checkModelFile } from './llama-files';
import { TokenTextStream } from './llama-token-stream';

type LlamaLibrary = typeof import('node-llama-cpp');

/** On a CPU, 64 tokens of a small model take a fraction of a second; a large one needs smaller slices. */
const largeModelBytes = 1_500_000_000;

/**
 * Small models fall into loops; llama.cpp's usual remedy, over the reply alone: words of the prompt stay free to quote.
 * A reply in a grammar repeats its field names, so it goes without.
 */
const repeatPenalty = 1.1;
const repeatWindow = 64;

interface Prompt {
  readonly tokens: readonly Token[];
  readonly stopTriggers: readonly LlamaText[];
  readonly startsInThinking: boolean;
}

export class LoadedLlamaModel {
  /** Tokens at the start of the sequence that were evaluated in whole slices of a prompt. */
  #reusableTokens = 0;

  private constructor(
    private readonly library: LlamaLibrary,
    private readonly llama: Llama,
    private readonly model: LlamaModel,
    private readonly context: LlamaContext,
    private readonly sequence: LlamaContextSequence,
    private readonly wrapper: ChatWrapper,
    private readonly sliceTokens: number,
    readonly info: LlamaModelInfo,
  ) {}

  /** @throws ModelError `badModelFile`, `notFound`, `outOfMemory` or `other`. */
  static async load(spec: LlamaModelSpec, signal: AbortSignal): Promise<LoadedLlamaModel> {
    const name = basename(spec.path);
    const header = await checkModelFile(spec.path);
    throwIfCancelled(signal);
    const library = await import('node-llama-cpp');
    try {
      const llama = await startLlama(library);
      throwIfCancelled(signal);
      const trainedTokens = header.trainedTokens || defaultWindowTokens;
      const windowTokens = Math.min(spec.windowTokens || defaultWindowTokens, trainedTokens);
      const model = await llama.loadModel({
        modelPath: spec.path,
        loadSignal: signal,
        gpuLayers: { fitContext: { contextSize: windowTokens } },
      });
      const context = await model.createContext({
        contextSize: windowTokens,
        threads: spec.threads,
        createSignal: signal,
      });
      const wrapper = library.resolveChatWrapper(model);
      const isSlow = llama.gpu === false;
      const sliceTokens = !isSlow ? 512 : header.sizeBytes > largeModelBytes ? 32 : 64;
      const info = { windowTokens, trainedTokens, device: llama.gpu === false ? 'cpu' : llama.gpu };
      return new LoadedLlamaModel(library, llama, model, context, context.getSequence(), wrapper, sliceTokens, info);
    } catch (error) {
      throwIfCancelled(signal);
      throw toModelError(error, name, library);
    }
  }

  countTokens(text: string): number {
    return this.model.tokenize(text).length;
  }

  async chat(request: ChatRequest, signal: AbortSignal, onText: (delta: string) => void): Promise<ChatReply> {
    const startedMs = performance.now();
    const prompt = this.#renderPrompt(request.messages);
    const promptTokens = prompt.tokens.length;
    const roomTokens = this.info.windowTokens - promptTokens;
    if (roomTokens < 1) {
      throw new ModelError(
        'windowExceeded',
        `The prompt has ${promptTokens} tokens, but the window of the model has ${this.info.windowTokens}; ` +
          'ask for a larger window or send less text.',
      );
    }
    const maxTokens = Math.min(request.maxTokens, roomTokens);
    const splitter = new ThinkSplitter({ startsInThinking: prompt.startsInThinking, onText });
    try {
      const rest = await this.#evaluatePrompt(prompt.tokens, signal);
      const outcome = await this.#generate(rest, { request, prompt, maxTokens, signal, splitter });
      return {
        text: request.jsonSchema ? splitter.text.trimEnd() : splitter.text,
        thinking: splitter.thinking,
        promptTokens,
        completionTokens: outcome.completionTokens,
        finish: outcome.finish,
        durationMs: performance.now() - startedMs,
      };
    } catch (error) {
      throwIfCancelled(signal);
      throw toModelError(error, this.model.filename ?? 'the model', this.library);
    }
  }

  async dispose(): Promise<void> {
    await this.context.dispose();
    await this.model.dispose();
    await this.llama.dispose();
  }

  #renderPrompt(messages: readonly ChatMessage[]): Prompt {
    const chatHistory: ChatHistoryItem[] = [...messages.map(toHistoryItem), { type: 'model', response: [] }];
    const state = this.wrapper.generateContextState({ chatHistory });
    const tokens = state.contextText.tokenize(this.model.tokenizer);
    const end = this.model.detokenize(tokens.slice(-8), true).trimEnd();
    return { tokens, stopTriggers: state.stopGenerationTriggers, startsInThinking: end.endsWith('<think>') };
  }

  /** Evaluates all but the last part of the prompt; returns that part, from which the first token is generated. */
  async #evaluatePrompt(tokens: readonly Token[], signal: AbortSignal): Promise<Token[]> {
    const slice = this.sliceTokens;
    const { firstDifferentIndex } = this.sequence.compareContextTokens([...tokens]);
    const common = Math.min(firstDifferentIndex, this.#reusableTokens, tokens.length - 1);
    let position = Math.floor(common / slice) * slice;
    this.#reusableTokens = position;
    await this.sequence.adaptStateToTokens(tokens.slice(0, position), false);
    // A sequence that cannot be cut there (sliding windows, recurrent models) has been emptied further.
    position = Math.min(position, this.sequence.nextTokenIndex);
    while (position + slice < tokens.length) {
      throwIfCancelled(signal);
      await this.sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(position, position + slice));
      position += slice;
      this.#reusableTokens = position;
    }
    throwIfCancelled(signal);
    return tokens.slice(position);
  }

  async #generate(
    rest: Token[],
    run: {
      readonly request: ChatRequest;
      readonly prompt: Prompt;
      readonly maxTokens: number;
      readonly signal: AbortSignal;
      readonly splitter: ThinkSplitter;
    },
  ): Promise<{ readonly completionTokens: number; readonly finish: 'stop' | 'length' }> {
    const { request, splitter } = run;
    const grammar = request.jsonSchema && (await this.#createGrammar(request.jsonSchema));
    const triggers = [...run.prompt.stopTriggers, ...(grammar ? [this.library.LlamaText('\n\n\n\n')] : [])];
    const stream = new TokenTextStream(this.model, triggers);
    const written: Token[] = [];
    let completionTokens = 0;
    let finish: 'stop' | 'length' = 'stop';
    const tokens = this.sequence.evaluate(rest, {
      temperature: request.temperature,
      seed: request.seed,
      ...(grammar
        ? { grammarEvaluationState: new this.library.LlamaGrammarEvaluationState({ model: this.model, grammar }) }
        : { repeatPenalty: { penalty: repeatPenalty, punishTokens: () => written.slice(-repeatWindow) } }),
    });
    for await (const token of tokens) {
      throwIfCancelled(run.signal);
      written.push(token);
      completionTokens++;
      splitter.push(stream.push(token));
      if (stream.isStopped) break;
      if (completionTokens >= run.maxTokens) {
        finish = 'length';
        break;
      }
    }
    splitter.push(stream.finish());
    splitter.finish();
    return { completionTokens, finish };
  }

  #createGrammar(schema: Readonly<Record<string, unknown>>): Promise<LlamaGrammar> {
    // The library's type lists the keywords that it knows; it throws on a schema that it cannot express.
    return this.llama.createGrammarForJsonSchema(schema as GbnfJsonBasicSchema);
  }
}

/** Uses the binaries of the package only: nothing is downloaded or compiled. */
function startLlama(library: LlamaLibrary): Promise<Llama> {
  return library.getLlama({
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    maxThreads: 0,
    logLevel: library.LlamaLogLevel.error,
    logger: (level, message) => process.stderr.write(`llama.cpp ${level}: ${message.trim()}\n`),
  });
}

function toHistoryItem(message: ChatMessage): ChatHistoryItem {
  if (message.role === 'assistant') return { type: 'model', response: [message.content] };
  return { type: message.role, text: message.content };
}

function toModelError(error: unknown, name: string, library: LlamaLibrary): ModelError {
  if (error instanceof ModelError) return error;
  const message = errorMessage(error);
  if (error instanceof library.InsufficientMemoryError || /memory|alloc/i.test(message)) {
    return new ModelError(
      'outOfMemory',
      `The model ${name} does not fit into memory; choose a smaller model or a smaller window.`,
    );
  }
  if (error instanceof library.NoBinaryFoundError) {
    return new ModelError('other', 'The embedded llama.cpp has no build for this machine; use Ollama instead.');
  }
  return new ModelError('other', `The model ${name} could not be used: ${message.replace(/\.$/, '')}.`);
}

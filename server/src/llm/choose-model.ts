/**
 * Which model answers: the one that is configured; else Ollama on this machine with a chat model; else the server at
 * `openaiUrl`, where one is set; else a GGUF file of the model folder in the embedded llama.cpp; else none. The editor's
 * own models are never chosen by themselves: the text would leave for their provider.
 */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { ModelList } from '../../../protocol/models';
import type { Settings } from '../../../protocol/settings';
import type { Logger } from '../platform/ports';
import type { StallLimits } from '../platform/stall-watch';
import { throwIfCancelled } from '../util/cancelled';
import { ModelError, type ChatModel } from './chat-model';
import { EditorChatModel } from './editor-chat-model';
import type { EditorHost } from './editor-host';
import { EmbeddedChatModel } from './embedded-chat-model';
import { parseHostUrl } from './host-url';
import { LlamaProcessClient } from './llama-process-client';
import {
  autoFile,
  isSameModel,
  isUsable,
  noModel,
  toEditorChoice,
  toFileChoice,
  toOllamaChoice,
  toOpenAiChoice,
} from './model-choices';
import { ModelRecord } from './model-record';
import { OllamaChatModel } from './ollama-chat-model';
import type { OllamaHost } from './ollama-client';
import { listOllamaModels, type OllamaModelInfo } from './ollama-models';
import { pullOllamaModel, type PullOptions } from './ollama-pull';
import { OpenAiChatModel } from './openai-chat-model';
import type { OpenAiHost } from './openai-client';
import { listOpenAiModels, type OpenAiModelInfo } from './openai-models';

export interface ModelHostOptions {
  readonly settings: Settings['model'];
  /** The user's model folder, used when the setting `folder` is empty. */
  readonly modelsFolder: string;
  /** Absolute path of the bundle `llama.process.js`. */
  readonly processFile: string;
  readonly logger: Logger;
  /** The editor that is connected now, or null. */
  readonly editor?: () => EditorHost | null;
  /** The key for the server at `openaiUrl` where no editor keeps one. */
  readonly apiKey?: string;
  /** Added to the sentence when no server answers on this machine. */
  readonly hint?: string;
  /** Milliseconds without calls after which the embedded model leaves the memory. */
  readonly idleMs?: number;
  readonly stallLimits?: StallLimits;
}

export interface ModelHost {
  list(signal: AbortSignal): Promise<ModelList>;
  /**
   * `use`: `auto`, `none`, `ollama:NAME`, `openai:NAME`, `embedded:FILE` or `editor:VENDOR/NAME`; `windowTokens` 0: the
   * model's own. Null: no model (`none`, or `auto` found none). @throws ModelError
   */
  open(use: string, windowTokens: number, signal: AbortSignal): Promise<ChatModel | null>;
  /** Fetches a model into Ollama; whoever calls has the user's consent. @throws ModelError, CancelledError */
  pull(name: string, options: PullOptions): Promise<void>;
  dispose(): Promise<void>;
}

export function createModelHost(options: ModelHostOptions): ModelHost {
  return new CombinedModelHost(options);
}

/**
 * One core is left to others: the threads of llama.cpp wait for each other in a busy loop, so that one that has to
 * share its core slows all of them down many times.
 */
function defaultThreads(): number {
  return Math.max(1, Math.min(4, availableParallelism() - 1));
}

class CombinedModelHost implements ModelHost {
  readonly #llama: LlamaProcessClient;
  readonly #folder: string;
  readonly #records = new Map<string, ModelRecord>();

  constructor(private readonly options: ModelHostOptions) {
    this.#llama = new LlamaProcessClient(options);
    this.#folder = options.settings.folder || options.modelsFolder;
  }

  async list(signal: AbortSignal): Promise<ModelList> {
    const problems: string[] = [];
    const { use, windowTokens } = this.options.settings;
    const ollama = (await orEmpty(() => this.#usableOllama(signal, problems), problems)).map(toOllamaChoice);
    const served = await this.#served(signal, problems);
    const files = await this.#llama.call('list', { folder: this.#folder }, { signal });
    problems.push(...files.flatMap((file) => file.problem ?? []));
    if (files.length === 0) problems.push(`No GGUF file is in the model folder ${this.#folder}; put one there.`);
    const ofEditor = await orEmpty(async () => (await this.#editor?.listModels(signal)) ?? [], problems);
    const found = [...ollama, ...served.map((model) => toOpenAiChoice(model, this.#openAiHost().url))];
    const usable = found.find((choice) => choice.needsWindow !== true || windowTokens > 0);
    const automatic = usable?.id ?? autoFile(files) ?? 'none';
    const current = use === 'auto' ? automatic : use;
    const all = [...found, ...files.filter(isUsable).map(toFileChoice), ...ofEditor.map(toEditorChoice), noModel];
    return { models: all.map((choice) => ({ ...choice, isCurrent: isSameModel(choice.id, current) })), problems };
  }

  async open(use: string, windowTokens: number, signal: AbortSignal): Promise<ChatModel | null> {
    throwIfCancelled(signal);
    if (use === 'none') return null;
    if (use === 'auto') return this.#openFirst(windowTokens, signal);
    const [, host, name] = /^(ollama|openai|embedded|editor):(.+)$/s.exec(use) ?? [];
    if (host === 'ollama' && name) return this.#openOllama(name, windowTokens, signal);
    if (host === 'openai' && name) return this.#openServed(name, windowTokens, signal);
    if (host === 'embedded' && name) return this.#openFile(name, windowTokens, signal);
    if (host === 'editor' && name) return EditorChatModel.open(name, windowTokens, this.#editor, signal);
    throw new ModelError(
      'notFound',
      `The model "${use}" is not understood; write ollama:NAME, openai:NAME, embedded:FILE, editor:NAME, auto or none.`,
    );
  }

  pull(name: string, options: PullOptions): Promise<void> {
    return pullOllamaModel(name.replace(/^ollama:/, ''), this.#ollamaHost(), options);
  }

  dispose(): Promise<void> {
    return this.#llama.dispose();
  }

  get #editor(): EditorHost | null {
    return this.options.editor?.() ?? null;
  }

  async #openFirst(windowTokens: number, signal: AbortSignal): Promise<ChatModel | null> {
    const problems: string[] = [];
    const [first] = await orEmpty(() => this.#usableOllama(signal, problems), problems);
    const served = first ? [] : await this.#served(signal, problems);
    for (const problem of problems) this.options.logger.info(problem);
    if (first) return this.#openOllama(first.name, windowTokens, signal);
    const known = served.find((model) => model.windowTokens !== null || windowTokens > 0);
    if (known) return this.#openServed(known.name, windowTokens, signal);
    const file = autoFile(await this.#llama.call('list', { folder: this.#folder }, { signal }));
    return file === undefined ? null : this.open(file, windowTokens, signal);
  }

  async #usableOllama(signal: AbortSignal, problems: string[]): Promise<readonly OllamaModelInfo[]> {
    const models = await listOllamaModels(this.#ollamaHost(), signal);
    problems.push(...models.flatMap((model) => model.problem?.message ?? []));
    if (models.length === 0) {
      problems.push('Ollama runs but has no model; fetch one with "ollama pull NAME" or Longfold: Pull Model.');
    }
    return models.filter((model) => model.problem === null);
  }

  async #served(signal: AbortSignal, problems: string[]): Promise<readonly OpenAiModelInfo[]> {
    if (this.options.settings.openaiUrl === '') return [];
    return orEmpty(() => listOpenAiModels(this.#openAiHost(), signal), problems);
  }

  #openOllama(name: string, windowTokens: number, signal: AbortSignal): Promise<ChatModel> {
    const { stallLimits, settings, logger } = this.options;
    const options = {
      ...this.#ollamaHost(),
      record: this.#recordOf(`ollama:${name}:${windowTokens}`),
      threads: settings.threads,
      onNotice: (sentence: string): void => {
        logger.warn(sentence);
        this.#editor?.notify(sentence);
      },
      ...(stallLimits ? { stallLimits } : {}),
    };
    return OllamaChatModel.open(name, windowTokens, options, signal);
  }

  #openServed(name: string, windowTokens: number, signal: AbortSignal): Promise<ChatModel> {
    const { stallLimits } = this.options;
    const record = this.#recordOf(`openai:${name}`);
    const options = { host: this.#openAiHost(), record, ...(stallLimits ? { stallLimits } : {}) };
    return OpenAiChatModel.open(name, windowTokens, options, signal);
  }

  #openFile(name: string, windowTokens: number, signal: AbortSignal): Promise<ChatModel> {
    if (/[/\\]/.test(name)) {
      throw new ModelError('notFound', `The model file ${name} must be a name inside ${this.#folder}, not a path.`);
    }
    const threads = this.options.settings.threads || defaultThreads();
    const model = { path: join(this.#folder, name), windowTokens, threads };
    return EmbeddedChatModel.open(this.#llama, model, signal, this.#recordOf(`embedded:${name}`));
  }

  #ollamaHost(): OllamaHost {
    const { ollamaUrl, allowRemoteHosts } = this.options.settings;
    const url = parseHostUrl(ollamaUrl, { allowRemoteHosts, setting: 'longfold.model.ollamaUrl' });
    return { url, allowRemoteHosts, ...this.#hint() };
  }

  #openAiHost(): OpenAiHost {
    const { openaiUrl, allowRemoteHosts } = this.options.settings;
    if (openaiUrl === '') {
      throw new ModelError('notFound', 'No address of a model server is set; write it to longfold.model.openaiUrl.');
    }
    const url = parseHostUrl(openaiUrl, { allowRemoteHosts, setting: 'longfold.model.openaiUrl' });
    const apiKey = async (signal: AbortSignal): Promise<string | null> =>
      (await this.#editor?.apiKey(url.origin, signal)) ?? this.options.apiKey ?? null;
    return { url, apiKey, ...this.#hint() };
  }

  #hint(): { readonly hint?: string } {
    const { hint } = this.options;
    return hint === undefined ? {} : { hint };
  }

  #recordOf(key: string): ModelRecord {
    const known = this.#records.get(key);
    if (known) return known;
    const record = new ModelRecord();
    this.#records.set(key, record);
    return record;
  }
}

/** A host that is not there is a problem to tell, no failure. */
async function orEmpty<T>(list: () => Promise<readonly T[]>, problems: string[]): Promise<readonly T[]> {
  try {
    return await list();
  } catch (error) {
    if (!ModelError.is(error)) throw error;
    problems.push(error.message);
    return [];
  }
}

/**
 * Which model answers: the one that is configured; else Ollama on this machine with a chat model; else a GGUF file
 * of the model folder in the embedded llama.cpp; else none.
 */
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import type { ModelChoice, ModelList } from '../../../protocol/models';
import type { Settings } from '../../../protocol/settings';
import type { Logger } from '../platform/ports';
import { throwIfCancelled } from '../util/cancelled';
import { ModelError, type ChatModel } from './chat-model';
import { EmbeddedChatModel } from './embedded-chat-model';
import { parseHostUrl } from './host-url';
import { LlamaProcessClient } from './llama-process-client';
import type { ModelFile } from './llama-protocol';
import { OllamaChatModel } from './ollama-chat-model';
import { listOllamaModels, type OllamaModelInfo } from './ollama-models';
import type { StallLimits } from '../platform/stall-watch';

export interface ModelHostOptions {
  readonly settings: Settings['model'];
  /** The user's model folder, used when the setting `folder` is empty. */
  readonly modelsFolder: string;
  /** Absolute path of the bundle `llama.process.js`. */
  readonly processFile: string;
  readonly logger: Logger;
  /** Milliseconds without calls after which the embedded model leaves the memory. */
  readonly idleMs?: number;
  readonly stallLimits?: StallLimits;
}

export interface ModelHost {
  list(signal: AbortSignal): Promise<ModelList>;
  /**
   * `use`: `auto`, `none`, `ollama:NAME` or `embedded:FILE`; `windowTokens` 0: the model's own, at most 16,384.
   * Null: no model (`none`, or `auto` found none). @throws ModelError
   */
  open(use: string, windowTokens: number, signal: AbortSignal): Promise<ChatModel | null>;
  dispose(): Promise<void>;
}

export function createModelHost(options: ModelHostOptions): ModelHost {
  return new LocalModelHost(options);
}

/**
 * One core is left to others: the threads of llama.cpp wait for each other in a busy loop, so that one that has to
 * share its core slows all of them down many times.
 */
function defaultThreads(): number {
  return Math.max(1, Math.min(4, availableParallelism() - 1));
}

class LocalModelHost implements ModelHost {
  readonly #llama: LlamaProcessClient;
  readonly #folder: string;

  constructor(private readonly options: ModelHostOptions) {
    this.#llama = new LlamaProcessClient(options);
    this.#folder = options.settings.folder || options.modelsFolder;
  }

  async list(signal: AbortSignal): Promise<ModelList> {
    const problems: string[] = [];
    const ollama = await this.#tryOllama(signal, problems);
    const files = await this.#llama.call('list', { folder: this.#folder }, { signal });
    problems.push(...files.flatMap((file) => file.problem ?? []));
    if (files.length === 0) problems.push(`No GGUF file is in the model folder ${this.#folder}; put one there.`);
    const found = [...ollama.map(toOllamaChoice), ...files.filter(isUsable).map(toFileChoice)];
    const { use } = this.options.settings;
    const current = use === 'auto' ? ((ollama[0] && found[0]?.id) ?? autoFile(files) ?? 'none') : use;
    const none = { id: 'none', label: 'No model', detail: 'Evidence only: ranked, quoted and cited' };
    return { models: [...found, none].map((choice) => ({ ...choice, isCurrent: choice.id === current })), problems };
  }

  async open(use: string, windowTokens: number, signal: AbortSignal): Promise<ChatModel | null> {
    throwIfCancelled(signal);
    if (use === 'none') return null;
    if (use === 'auto') return this.#openFirst(windowTokens, signal);
    const [, host, name] = /^(ollama|embedded):(.+)$/.exec(use) ?? [];
    if (host === 'ollama' && name) return this.#openOllama(name, windowTokens, signal);
    if (host === 'embedded' && name) return this.#openFile(name, windowTokens, signal);
    throw new ModelError(
      'notFound',
      `The model "${use}" is not understood; write ollama:NAME, embedded:FILE, auto or none.`,
    );
  }

  dispose(): Promise<void> {
    return this.#llama.dispose();
  }

  async #openFirst(windowTokens: number, signal: AbortSignal): Promise<ChatModel | null> {
    const problems: string[] = [];
    const [first] = await this.#tryOllama(signal, problems);
    for (const problem of problems) this.options.logger.info(problem);
    if (first) return this.#openOllama(first.name, windowTokens, signal);
    const file = autoFile(await this.#llama.call('list', { folder: this.#folder }, { signal }));
    return file === undefined ? null : this.open(file, windowTokens, signal);
  }

  /** The usable models of the server; a server that is not there is a problem to tell, no failure. */
  async #tryOllama(signal: AbortSignal, problems: string[]): Promise<readonly OllamaModelInfo[]> {
    try {
      const models = await listOllamaModels(this.#ollamaHost(), signal);
      problems.push(...models.flatMap((model) => model.problem?.message ?? []));
      if (models.length === 0) problems.push('Ollama runs but has no model; fetch one with "ollama pull NAME".');
      return models.filter((model) => model.problem === null);
    } catch (error) {
      if (!ModelError.is(error)) throw error;
      problems.push(error.message);
      return [];
    }
  }

  #openOllama(name: string, windowTokens: number, signal: AbortSignal): Promise<ChatModel> {
    const { stallLimits, settings } = this.options;
    const host = { ...this.#ollamaHost(), threads: settings.threads, ...(stallLimits ? { stallLimits } : {}) };
    return OllamaChatModel.open(name, windowTokens, host, signal);
  }

  #openFile(name: string, windowTokens: number, signal: AbortSignal): Promise<ChatModel> {
    if (/[/\\]/.test(name)) {
      throw new ModelError('notFound', `The model file ${name} must be a name inside ${this.#folder}, not a path.`);
    }
    const threads = this.options.settings.threads || defaultThreads();
    const model = { path: join(this.#folder, name), windowTokens, threads };
    return EmbeddedChatModel.open(this.#llama, model, signal);
  }

  #ollamaHost(): { readonly url: URL; readonly allowRemoteHosts: boolean } {
    const { ollamaUrl, allowRemoteHosts } = this.options.settings;
    return { url: parseHostUrl(ollamaUrl, { allowRemoteHosts }), allowRemoteHosts };
  }
}

type Choice = Omit<ModelChoice, 'isCurrent'>;

function toOllamaChoice(model: OllamaModelInfo): Choice {
  return { id: `ollama:${model.name}`, label: model.name, detail: `Ollama, ${describe(model)}` };
}

function toFileChoice(file: ModelFile): Choice {
  return { id: `embedded:${file.name}`, label: file.name.replace(/\.gguf$/i, ''), detail: `GGUF, ${describe(file)}` };
}

function describe(model: { readonly sizeBytes: number; readonly trainedTokens: number }): string {
  const window = model.trainedTokens > 0 ? `, window ${model.trainedTokens.toLocaleString('en')} tokens` : '';
  return `${(model.sizeBytes / 1e9).toFixed(2)} GB${window}`;
}

function isUsable(file: ModelFile): boolean {
  return file.problem === null;
}

/** The largest file that leaves half of the memory free: larger models answer better. */
function autoFile(files: readonly ModelFile[]): string | undefined {
  const fitting = files.filter((file) => isUsable(file) && file.sizeBytes < totalmem() / 2);
  const [best] = fitting.sort((one, other) => other.sizeBytes - one.sizeBytes);
  return best && `embedded:${best.name}`;
}

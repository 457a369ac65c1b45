/**
 * QwenLong-CPRS behind the critic's port: cuts contexts into windows, spreads these over inference workers and puts
 * the logits together again, as they come out of the model. `findCprsSpans` makes the official spans of them.
 */
import { availableParallelism } from 'node:os';
import type { CriticDevice } from '../../../../protocol/settings';
import type { Logger } from '../../platform/ports';
import { throwIfCancelled } from '../../util/cancelled';
import type { CprsWorkerData, CprsWorkerMethods } from '../../workers/cprs-protocol';
import type { WorkerClient } from '../../workers/worker-rpc';
import {
  type Critic,
  type CriticContext,
  type CriticOptions,
  type CriticRequest,
  type LabelledContext,
} from '../critic';
import { CriticWorkers } from '../critic-workers';
import { createCprsPrompt } from './cprs-prompt';
import type { CutContext } from './cprs-window';

export interface CprsCriticOptions {
  /** The bundled cprs.worker.js. */
  readonly workerFile: string;
  /** What training/cprs/export_onnx.py wrote: cprs.json, model.onnx with its data, tokenizer.json. */
  readonly modelFolder: string;
  /** Each holds the whole model, so there is one unless told otherwise. */
  readonly workers?: number;
  /** Threads of all workers together; all cores unless told otherwise. */
  readonly threads?: number;
  /** `cpu` unless told otherwise. */
  readonly device?: CriticDevice;
  /** Hears where the model runs, when that is not where it was asked for. */
  readonly log?: Pick<Logger, 'info' | 'warn'>;
  /** Tokens of a window; the exported folder names its own. */
  readonly windowTokens?: number;
  /** Cuts Chinese at the ends of sentences, as the official server does unless told otherwise. */
  readonly isCutAtSentences?: boolean;
  /** What stands behind is not read and gets no label. */
  readonly maxDocumentTokens?: number;
}

/** Where the official server cuts a document. */
const officialDocumentTokens = 2_048_000;

export function createCprsCritic(options: CprsCriticOptions): Critic {
  return new CprsCritic(options);
}

class CprsCritic implements Critic {
  readonly #workers: CriticWorkers<CprsWorkerMethods>;

  constructor(options: CprsCriticOptions) {
    const { workerFile, log } = options;
    const count = Math.max(1, options.workers ?? 1);
    const data: CprsWorkerData = {
      modelFolder: options.modelFolder,
      threads: Math.max(1, Math.floor((options.threads ?? availableParallelism()) / count)),
      device: options.device ?? 'cpu',
      windowTokens: options.windowTokens ?? null,
      isCutAtSentences: options.isCutAtSentences ?? true,
      maxDocumentTokens: options.maxDocumentTokens ?? officialDocumentTokens,
    };
    const describeDeath = (reason: string): string =>
      `The QwenLong-CPRS worker stopped twice (${reason}); it may need more memory than there is.`;
    this.#workers = new CriticWorkers({ workerFile, data, count, describeDeath, log });
  }

  async label(request: CriticRequest, options: CriticOptions): Promise<readonly LabelledContext[]> {
    throwIfCancelled(options.signal);
    const { question, contexts } = request;
    const prompt = createCprsPrompt(request.instruction);
    const read: ContextLabels[] = [];
    await this.#spread(contexts, options.signal, async (context, place, ask) => {
      const cut = await ask((worker, signal) =>
        worker.call('cut', { prompt, question, text: context.text }, { signal }),
      );
      read[place] = new ContextLabels(context, cut);
    });
    // Blank contexts have no window and are done.
    const empty = read.filter((context) => context.isWhole);
    if (empty.length > 0) options.onBatch?.(empty.map((context) => context.labelled));
    const windows = read.flatMap((context) => context.windows);
    await this.#spread(windows, options.signal, async ({ context, first, ids }, _, ask) => {
      const logits = await ask((worker, signal) => worker.call('label', { prompt, question, ids }, { signal }));
      context.add(first, logits);
      if (context.isWhole) options.onBatch?.([context.labelled]);
    });
    return read.map((context) => context.labelled);
  }

  async countTokens(texts: readonly string[], signal: AbortSignal): Promise<readonly number[]> {
    return this.#workers.call(0, (worker) => worker.call('countTokens', { texts }, { signal }));
  }

  async dispose(): Promise<void> {
    await this.#workers.dispose();
  }

  /** Each item is done by whichever worker is free next. */
  async #spread<Item>(items: readonly Item[], outer: AbortSignal, run: ItemTask<Item>): Promise<void> {
    const left = items.entries();
    await this.#workers.all(outer, async (worker, signal) => {
      for (const [place, item] of left) {
        await run(item, place, (ask) => this.#workers.call(worker, (client) => ask(client, signal)));
        throwIfCancelled(outer);
      }
    });
  }
}

type Ask = <Result>(
  call: (worker: WorkerClient<CprsWorkerMethods>, signal: AbortSignal) => Promise<Result>,
) => Promise<Result>;
type ItemTask<Item> = (item: Item, place: number, ask: Ask) => Promise<void>;

interface Window {
  readonly context: ContextLabels;
  /** The window's first token in the context. */
  readonly first: number;
  readonly ids: Int32Array;
}

/** A context whose windows come in one by one, in any order. */
class ContextLabels {
  readonly labelled: LabelledContext;
  readonly windows: readonly Window[];
  #missing: number;

  constructor({ id }: CriticContext, { ids, starts, ends, windowEnds }: CutContext) {
    this.labelled = { id, starts, ends, logits: new Float32Array(4 * ids.length) };
    this.windows = windowEnds.map((end, place) => {
      const first = windowEnds[place - 1] ?? 0;
      return { context: this, first, ids: ids.slice(first, end) };
    });
    this.#missing = windowEnds.length;
  }

  get isWhole(): boolean {
    return this.#missing === 0;
  }

  add(first: number, logits: Float32Array): void {
    this.labelled.logits.set(logits, 4 * first);
    this.#missing--;
  }
}

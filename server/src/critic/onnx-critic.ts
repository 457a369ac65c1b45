/**
 * The bundled critic: spreads contexts over inference workers in small batches, best candidates first, and puts the
 * labels together again. A text's labels depend on the text and the question only, not on workers or batches.
 */
import { availableParallelism } from 'node:os';
import type { CriticDevice } from '../../../protocol/settings';
import type { Logger } from '../platform/ports';
import { throwIfCancelled } from '../util/cancelled';
import { errorMessage } from '../util/error-message';
import type { CriticWork, CriticWorkerData, CriticWorkerMethods } from '../workers/critic-protocol';
import {
  CriticError,
  type Critic,
  type CriticContext,
  type CriticOptions,
  type CriticRequest,
  type LabelledContext,
} from './critic';
import { assembleContext, cutRequest, type Section } from './critic-sections';
import { CriticWorkers } from './critic-workers';
import { SectionQueue } from './section-queue';
import { parseUnitHead, type UnitHead } from './unit-head';

export interface OnnxCriticOptions {
  /** The bundled critic.worker.js. */
  readonly workerFile: string;
  /** Folder with encoder.onnx, scorer.json, tokenizer.json and the manifest.json that names them. */
  readonly modelFolder: string;
  /** Each holds the model, about 250 MB; two at most unless told otherwise. */
  readonly workers?: number;
  /** Token states kept, of all workers together. */
  readonly cacheBytes?: number;
  /** `cpu` unless told otherwise. */
  readonly device?: CriticDevice;
  /** Hears where the model runs, when that is not where it was asked for. */
  readonly log?: Pick<Logger, 'info' | 'warn'>;
}

/** Work done since the critic was made, of all workers together; the cache's effect shows here. */
export type CriticStatistics = CriticWork;

const defaultCacheBytes = 64 * 1024 * 1024;

export class OnnxCritic implements Critic {
  readonly keepsStates = true;
  readonly #workers: CriticWorkers<CriticWorkerMethods>;
  /** Which worker read a section last and so holds its states. */
  readonly #owners = new Map<string, number>();
  #statistics: CriticStatistics = { unitsEncoded: 0, unitsCached: 0, busyMs: 0, runMs: 0 };
  #head: Promise<UnitHead> | undefined;

  constructor(options: OnnxCriticOptions) {
    const count = Math.max(1, options.workers ?? Math.min(2, availableParallelism()));
    const cacheBytes = Math.floor((options.cacheBytes ?? defaultCacheBytes) / count);
    const { workerFile, modelFolder, device = 'cpu', log } = options;
    const data: CriticWorkerData = { modelFolder, cacheBytes, device };
    const describeDeath = (reason: string): string =>
      `The critic's worker stopped twice (${reason}); ask again, and free some memory if it happens again.`;
    this.#workers = new CriticWorkers({ workerFile, data, count, describeDeath, log });
  }

  get statistics(): CriticStatistics {
    return this.#statistics;
  }

  async label(request: CriticRequest, options: CriticOptions): Promise<readonly LabelledContext[]> {
    throwIfCancelled(options.signal);
    const contexts = cutRequest(request.contexts);
    const results: LabelledContext[] = [];
    const finish = (index: number, parts: readonly LabelledContext[]): LabelledContext => {
      const context = request.contexts[index];
      const labelled = assembleContext(context?.id ?? '', contexts[index] ?? [], parts);
      results[index] = labelled;
      return labelled;
    };
    const empty = contexts.flatMap((sections, index) => (sections.length === 0 ? [finish(index, [])] : []));
    if (empty.length > 0) options.onBatch?.(empty);
    const queue = new SectionQueue(contexts, this.#owners, this.#workers.count);
    await this.#workers.all(options.signal, async (worker, signal) => {
      for (let batch = queue.take(worker); batch.length > 0; batch = queue.take(worker)) {
        const labelled = await this.#labelBatch(worker, request, batch, signal);
        const whole = queue.complete(batch, labelled).map(({ index, parts }) => finish(index, parts));
        if (whole.length > 0) options.onBatch?.(whole);
      }
    });
    throwIfCancelled(options.signal);
    return results;
  }

  /** The learned head beside the encoder; read once. */
  loadHead(): Promise<UnitHead> {
    this.#head ??= this.#workers
      .call(0, (worker) => worker.call('readHead', {}))
      .then(parseUnitHead)
      .catch((error: unknown) => {
        this.#head = undefined;
        throw new CriticError(errorMessage(error));
      });
    return this.#head;
  }

  async tokenize(contexts: readonly CriticContext[], signal: AbortSignal): Promise<readonly LabelledContext[]> {
    const results: LabelledContext[] = [];
    for (const [index, sections] of cutRequest(contexts).entries()) {
      const texts = sections.map(({ text }) => ({ text }));
      const parts = await this.#workers.call(0, (worker) => worker.call('tokenize', { sections: texts }, { signal }));
      const unlabelled = parts.map((part) => ({ ...part, id: '', logits: new Float32Array(4 * part.starts.length) }));
      results.push(assembleContext(contexts[index]?.id ?? '', sections, unlabelled));
    }
    return results;
  }

  async countTokens(texts: readonly string[], signal: AbortSignal): Promise<readonly number[]> {
    return this.#workers.call(0, (worker) => worker.call('countTokens', { texts }, { signal }));
  }

  async dispose(): Promise<void> {
    await this.#workers.dispose();
  }

  async #labelBatch(
    worker: number,
    request: CriticRequest,
    batch: readonly Section[],
    signal: AbortSignal,
  ): Promise<readonly LabelledContext[]> {
    const { instruction, question } = request;
    const sections = batch.map(({ text, above }, index) => ({ id: String(index), text, above }));
    const result = await this.#workers.call(worker, (client) =>
      client.call('label', { instruction, question, sections }, { signal }),
    );
    this.#count(result);
    return result.labelled;
  }

  #count(work: CriticWork): void {
    const { unitsEncoded, unitsCached, busyMs, runMs } = this.#statistics;
    this.#statistics = {
      unitsEncoded: unitsEncoded + work.unitsEncoded,
      unitsCached: unitsCached + work.unitsCached,
      busyMs: busyMs + work.busyMs,
      runMs: runMs + work.runMs,
    };
  }
}

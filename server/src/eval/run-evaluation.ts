/**
 * What every evaluation over labelled sets shares: which sets and records, progress, and stopping between two records.
 * Two rounds over the files, a set in memory at a time: the first finds damaged records before hours of work and says
 * how much there is to do, the second measures.
 */
import type { Clock, FileSystem } from '../platform/ports';
import { throwIfCancelled, yieldToLoop } from '../util/cancelled';
import { EvidenceError } from './evidence-error';
import { listSets } from './read-records';

export interface EvaluationRequest {
  /** Folder with `<set>.jsonl.gz`. */
  readonly folder: string;
  /** Empty: all of the folder. */
  readonly sets: readonly string[];
  /** Records of each set; absent: all. */
  readonly sample?: number;
  readonly seed: number;
  /** Finished records are read from this file and added to it. */
  readonly resumeFile?: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: EvaluationProgress) => void;
}

export interface EvaluationProgress {
  readonly set: string;
  readonly recordsDone: number;
  readonly recordsTotal: number;
  /** Null while nothing was measured yet. */
  readonly secondsLeft: number | null;
}

export interface EvaluationParts {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  /** Changes with whatever the critic's results depend on; asked only when the critic is needed. */
  readonly criticFingerprint: () => Promise<string>;
  /** Longfold's version. */
  readonly version: string;
}

/** What is measured of each record, and what becomes of it. */
export interface EvaluationSteps<Item, Result, Row> {
  /** Called in both rounds. */
  readonly read: (set: string) => Promise<readonly Item[]>;
  /** In characters that the critic has still to read; everything else takes next to no time. */
  readonly workOf: (item: Item) => number;
  /** Measures, or finds what is measured already. */
  readonly measure: (set: string, item: Item) => Promise<Result>;
  readonly summarise: (set: string, results: readonly Result[]) => readonly Row[];
}

/** The sets that were asked for. @throws EvidenceError, FileError */
export async function chooseSets(
  { folder, sets }: Pick<EvaluationRequest, 'folder' | 'sets'>,
  fileSystem: FileSystem,
): Promise<readonly string[]> {
  const there = await listSets(fileSystem, folder);
  const unknown = sets.find((set) => !there.includes(set));
  if (unknown !== undefined || there.length === 0) {
    const what = unknown === undefined ? 'are no sets (NAME.jsonl.gz)' : `is no set "${unknown}"`;
    const others = there.length > 0 ? `; there are ${there.join(', ')}` : '';
    throw new EvidenceError('unknownSet', `In ${folder} there ${what}${others}.`);
  }
  return sets.length > 0 ? sets : there;
}

/** Throws `CancelledError` when cancelled, and whatever the steps throw. */
export async function runEvaluation<Item, Result, Row>(
  sets: readonly string[],
  steps: EvaluationSteps<Item, Result, Row>,
  { signal, onProgress }: Pick<EvaluationRequest, 'signal' | 'onProgress'>,
  clock: Clock,
): Promise<readonly Row[]> {
  const progress = new ProgressCount(clock);
  // Lets a Ctrl-C through between sets and records that need no worker.
  const pause = async (): Promise<void> => {
    await yieldToLoop();
    throwIfCancelled(signal);
  };
  for (const set of sets) {
    for (const item of await steps.read(set)) progress.plan(steps.workOf(item));
    await pause();
  }
  const rows: Row[] = [];
  for (const set of sets) {
    const results: Result[] = [];
    for (const item of await steps.read(set)) {
      const work = steps.workOf(item);
      results.push(await steps.measure(set, item));
      onProgress?.({ set, ...progress.finish(work) });
      await pause();
    }
    rows.push(...steps.summarise(set, results));
  }
  return rows;
}

class ProgressCount {
  #recordsDone = 0;
  #recordsTotal = 0;
  #workDone = 0;
  #workTotal = 0;
  readonly #startedMs: number;

  constructor(private readonly clock: Clock) {
    this.#startedMs = clock.nowMs();
  }

  plan(work: number): void {
    this.#recordsTotal++;
    this.#workTotal += work;
  }

  finish(work: number): Omit<EvaluationProgress, 'set'> {
    this.#recordsDone++;
    this.#workDone += work;
    const seconds = (this.clock.nowMs() - this.#startedMs) / 1000;
    const left = this.#workTotal - this.#workDone;
    const secondsLeft = this.#workDone > 0 ? (seconds * left) / this.#workDone : null;
    return { recordsDone: this.#recordsDone, recordsTotal: this.#recordsTotal, secondsLeft };
  }
}

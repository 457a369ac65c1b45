/**
 * `longfold eval evidence`: how much gold evidence survives when a share of the context is kept, by the ranking that
 * answers questions and by others beside it. Two rounds over the files, a set in memory at a time: the first finds
 * damaged records before hours of work and says how much there is to do, the second measures.
 */
import { createHash } from 'node:crypto';
import type { Clock, FileSystem } from '../platform/ports';
import { throwIfCancelled, yieldToLoop } from '../util/cancelled';
import { EvidenceError } from './evidence-error';
import { measureRecord } from './measure-record';
import { listSets, readRecords, type EvidenceRecord } from './read-records';
import { openResultLog, type KeepResult, type LoggedResult, type ResultLog } from './result-log';
import { allGoldShare, wilsonInterval } from './recall';
import { usesCritic, type EvidenceMethod, type RankUnits } from './score-units';
import { sampleItems } from './seeded-random';

export interface EvidenceRequest {
  /** Folder with `<set>.jsonl.gz`. */
  readonly folder: string;
  /** Empty: all of the folder. */
  readonly sets: readonly string[];
  readonly methods: readonly EvidenceMethod[];
  /** Percent of the context's characters to keep. */
  readonly keeps: readonly number[];
  /** Records of each set; absent: all. */
  readonly sample?: number;
  readonly seed: number;
  /** Count a record with the best of its golds. */
  readonly alternatives: boolean;
  /** Finished records are read from this file and added to it. */
  readonly resumeFile?: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: EvidenceProgress) => void;
}

export interface EvidenceProgress {
  readonly set: string;
  readonly recordsDone: number;
  readonly recordsTotal: number;
  /** Null while nothing was measured yet. */
  readonly secondsLeft: number | null;
}

/** Shares from 0 to 1, but for `keep`, which is the percentage that was asked for. */
export interface EvidenceRow {
  readonly set: string;
  readonly method: EvidenceMethod;
  readonly keep: number;
  readonly n: number;
  /** Mean share of gold kept. */
  readonly recall: number;
  /** Share of records with all gold kept, and its 95% interval. */
  readonly allGold: number;
  readonly low: number;
  readonly high: number;
  /** Mean share of the characters really kept. */
  readonly kept: number;
}

export interface EvidenceParts {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly rankUnits: RankUnits;
  /** Changes with whatever the critic's ranking depends on; asked only when a method needs the critic. */
  readonly criticFingerprint: () => Promise<string>;
  /** Longfold's version. */
  readonly version: string;
}

/** @throws EvidenceError, FileError, CancelledError */
export async function measureEvidence(request: EvidenceRequest, parts: EvidenceParts): Promise<readonly EvidenceRow[]> {
  const sets = await chooseSets(request, parts.fileSystem);
  const log = await openResultLog(parts.fileSystem, request.resumeFile);
  const fingerprint = request.methods.some(usesCritic) ? await parts.criticFingerprint() : '';
  const run = new EvidenceRun(request, parts, log, fingerprint);
  for (const set of sets) await run.plan(set);
  const rows: EvidenceRow[] = [];
  for (const set of sets) rows.push(...(await run.measureSet(set)));
  return rows;
}

async function chooseSets({ folder, sets }: EvidenceRequest, fileSystem: FileSystem): Promise<readonly string[]> {
  const there = await listSets(fileSystem, folder);
  const unknown = sets.find((set) => !there.includes(set));
  if (unknown !== undefined || there.length === 0) {
    const what = unknown === undefined ? 'are no sets (NAME.jsonl.gz)' : `is no set "${unknown}"`;
    const others = there.length > 0 ? `; there are ${there.join(', ')}` : '';
    throw new EvidenceError('unknownSet', `In ${folder} there ${what}${others}.`);
  }
  return sets.length > 0 ? sets : there;
}

/** One evaluation with its count of what is done. */
class EvidenceRun {
  #recordsDone = 0;
  #recordsTotal = 0;
  /** In characters that the critic reads; everything else takes next to no time. */
  #workDone = 0;
  #workTotal = 0;
  readonly #startedMs: number;

  constructor(
    private readonly request: EvidenceRequest,
    private readonly parts: EvidenceParts,
    private readonly log: ResultLog,
    private readonly fingerprint: string,
  ) {
    this.#startedMs = parts.clock.nowMs();
  }

  async plan(set: string): Promise<void> {
    for (const record of await this.#read(set)) {
      this.#recordsTotal++;
      this.#workTotal += workOf(record, this.#missing(record));
    }
    await yieldToLoop();
    throwIfCancelled(this.request.signal);
  }

  async measureSet(set: string): Promise<readonly EvidenceRow[]> {
    const { methods, keeps } = this.request;
    const results = new Map<EvidenceMethod, (readonly KeepResult[])[]>(methods.map((method) => [method, []]));
    for (const record of await this.#read(set)) {
      const measured = await this.#measure(set, record);
      for (const [method, all] of results) all.push(measured.get(method) ?? []);
    }
    return methods.flatMap((method) =>
      keeps.map((keep, place): EvidenceRow => {
        const found = (results.get(method) ?? []).flatMap((record) => record[place] ?? []);
        return { set, method, keep, ...summarise(found) };
      }),
    );
  }

  async #read(set: string): Promise<readonly EvidenceRecord[]> {
    const { folder, sample, seed } = this.request;
    const records = await readRecords(this.parts.fileSystem, folder, set);
    return sample === undefined ? records : sampleItems(records, sample, seed, ({ id }) => id);
  }

  async #measure(set: string, record: EvidenceRecord): Promise<ReadonlyMap<EvidenceMethod, readonly KeepResult[]>> {
    const { request, parts, log } = this;
    const { methods, keeps, seed, alternatives, signal } = request;
    const missing = this.#missing(record);
    const options = { methods: missing, keeps, seed, alternatives, signal, rankUnits: parts.rankUnits };
    const fresh = await measureRecord(record, options);
    // Lets a Ctrl-C through between records that need no worker.
    await yieldToLoop();
    throwIfCancelled(signal);
    await log.add([...fresh].map(([method, results]) => this.#toLogged(set, record, method, results)));
    this.#workDone += workOf(record, missing);
    this.#recordsDone++;
    this.#report(set);
    return new Map(
      methods.map((method) => [method, fresh.get(method) ?? log.find(this.#keyOf(record, method), keeps) ?? []]),
    );
  }

  #missing(record: EvidenceRecord): readonly EvidenceMethod[] {
    const { methods, keeps } = this.request;
    return methods.filter((method) => this.log.find(this.#keyOf(record, method), keeps) === undefined);
  }

  #toLogged(set: string, record: EvidenceRecord, method: EvidenceMethod, results: readonly KeepResult[]): LoggedResult {
    return { set, id: record.id, method, key: this.#keyOf(record, method), results };
  }

  /** Everything that a result depends on. */
  #keyOf(record: EvidenceRecord, method: EvidenceMethod): string {
    const { seed, alternatives } = this.request;
    const critic = usesCritic(method) ? this.fingerprint : '';
    const all = [this.parts.version, method, critic, method === 'random' ? seed : 0, alternatives, record.hash];
    return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 20);
  }

  #report(set: string): void {
    const seconds = (this.parts.clock.nowMs() - this.#startedMs) / 1000;
    const left = this.#workTotal - this.#workDone;
    const secondsLeft = this.#workDone > 0 ? (seconds * left) / this.#workDone : null;
    const [recordsDone, recordsTotal] = [this.#recordsDone, this.#recordsTotal];
    this.request.onProgress?.({ set, recordsDone, recordsTotal, secondsLeft });
  }
}

function workOf(record: EvidenceRecord, methods: readonly EvidenceMethod[]): number {
  const passes = methods.filter(usesCritic).length;
  return record.length * (passes > 0 ? 1 : methods.length > 0 ? 0.01 : 0);
}

function summarise(results: readonly KeepResult[]): Omit<EvidenceRow, 'set' | 'method' | 'keep'> {
  const n = results.length;
  const mean = (valueOf: (result: KeepResult) => number): number =>
    results.reduce((sum, result) => sum + valueOf(result), 0) / n;
  const hits = results.filter((result) => result.recall > allGoldShare).length;
  return {
    n,
    recall: mean(({ recall }) => recall),
    allGold: hits / n,
    ...wilsonInterval(hits, n),
    kept: mean(({ kept }) => kept),
  };
}

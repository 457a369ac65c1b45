/**
 * `longfold eval evidence`: how much gold evidence survives when a share of the context is kept, by the ranking that
 * answers questions and by others beside it.
 */
import { createHash } from 'node:crypto';
import { measureRecord } from './measure-record';
import { readRecords, type EvidenceRecord } from './read-records';
import { openResultLog, type KeepResult, type LoggedResult, type ResultLog } from './result-log';
import { allGoldShare, wilsonInterval } from './recall';
import {
  chooseSets,
  runEvaluation,
  type EvaluationParts,
  type EvaluationRequest,
  type EvaluationSteps,
} from './run-evaluation';
import { usesCritic, type EvidenceMethod, type RankUnits } from './score-units';
import { sampleItems } from './seeded-random';

export interface EvidenceRequest extends EvaluationRequest {
  readonly methods: readonly EvidenceMethod[];
  /** Percent of the context's characters to keep. */
  readonly keeps: readonly number[];
  /** Count a record with the best of its golds. */
  readonly alternatives: boolean;
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

export interface EvidenceParts extends EvaluationParts {
  readonly rankUnits: RankUnits;
}

/** @throws EvidenceError, FileError, CancelledError */
export async function measureEvidence(request: EvidenceRequest, parts: EvidenceParts): Promise<readonly EvidenceRow[]> {
  const sets = await chooseSets(request, parts.fileSystem);
  const log = await openResultLog(parts.fileSystem, request.resumeFile);
  const fingerprint = request.methods.some(usesCritic) ? await parts.criticFingerprint() : '';
  return runEvaluation(sets, new EvidenceSteps(request, parts, log, fingerprint), request, parts.clock);
}

type MethodResults = ReadonlyMap<EvidenceMethod, readonly KeepResult[]>;

class EvidenceSteps implements EvaluationSteps<EvidenceRecord, MethodResults, EvidenceRow> {
  constructor(
    private readonly request: EvidenceRequest,
    private readonly parts: EvidenceParts,
    private readonly log: ResultLog,
    private readonly fingerprint: string,
  ) {}

  async read(set: string): Promise<readonly EvidenceRecord[]> {
    const { folder, sample, seed } = this.request;
    const records = await readRecords(this.parts.fileSystem, folder, set);
    return sample === undefined ? records : sampleItems(records, sample, seed, ({ id }) => id);
  }

  workOf(record: EvidenceRecord): number {
    const missing = this.#missing(record);
    const passes = missing.filter(usesCritic).length;
    return record.length * (passes > 0 ? 1 : missing.length > 0 ? 0.01 : 0);
  }

  async measure(set: string, record: EvidenceRecord): Promise<MethodResults> {
    const { request, parts, log } = this;
    const { methods, keeps, seed, alternatives, signal } = request;
    const options = { methods: this.#missing(record), keeps, seed, alternatives, signal, rankUnits: parts.rankUnits };
    const fresh = await measureRecord(record, options);
    await log.add([...fresh].map(([method, results]) => this.#toLogged(set, record, method, results)));
    return new Map(
      methods.map((method) => [method, fresh.get(method) ?? log.find(this.#keyOf(record, method), keeps) ?? []]),
    );
  }

  summarise(set: string, results: readonly MethodResults[]): readonly EvidenceRow[] {
    const { methods, keeps } = this.request;
    return methods.flatMap((method) =>
      keeps.map((keep, place): EvidenceRow => {
        const found = results.flatMap((record) => record.get(method)?.[place] ?? []);
        return { set, method, keep, ...summarise(found) };
      }),
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

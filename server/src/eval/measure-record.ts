/** One record through one method: what is kept at each budget, and how much of the gold is in it. */
import { cutEvidenceUnits } from './evidence-units';
import { keepBest } from './keep-best';
import type { EvidenceRecord } from './read-records';
import { recall } from './recall';
import type { KeepResult } from './result-log';
import { UnitScorer, type EvidenceMethod, type ScorerParts } from './score-units';
import { countCharacters, type TextRange } from './text-ranges';

export interface MeasureOptions extends ScorerParts {
  readonly methods: readonly EvidenceMethod[];
  /** Percent of the context's characters. */
  readonly keeps: readonly number[];
  /** A record counts with the best of its golds. */
  readonly alternatives: boolean;
}

/** Results of each method, one a budget. */
export async function measureRecord(
  record: EvidenceRecord,
  options: MeasureOptions,
): Promise<ReadonlyMap<EvidenceMethod, readonly KeepResult[]>> {
  const cut = cutEvidenceUnits(record);
  const scorer = new UnitScorer(record, cut, options);
  const golds = options.alternatives ? [record.gold, ...record.alternatives] : [record.gold];
  const results = new Map<EvidenceMethod, readonly KeepResult[]>();
  for (const method of options.methods) {
    // Only the oracle ranks by a gold, so only for it each alternative is another ranking.
    const rankings: KeepResult[][] = [];
    for (const gold of method === 'oracle' ? golds : [record.gold]) {
      const scores = await scorer.score(method, gold);
      rankings.push(options.keeps.map((keep) => keepAndCompare(record, cut.units, scores, keep, golds)));
    }
    results.set(method, bestOf(rankings));
  }
  return results;
}

function keepAndCompare(
  record: EvidenceRecord,
  units: readonly TextRange[],
  scores: Float64Array,
  keep: number,
  golds: readonly (readonly TextRange[])[],
): KeepResult {
  const { context, length } = record;
  const kept = keepBest(context, units, scores, (keep / 100) * length);
  const size = kept.reduce((sum, unit) => sum + countCharacters(context, unit), 0);
  return { keep, recall: Math.max(...golds.map((gold) => recall(context, gold, kept))), kept: size / length };
}

/** Per budget the ranking that recalls most. */
function bestOf(rankings: readonly (readonly KeepResult[])[]): readonly KeepResult[] {
  const [first = [], ...rest] = rankings;
  return first.map((result, place) =>
    rest.reduce((best, ranking) => {
      const other = ranking[place];
      return other && other.recall > best.recall ? other : best;
    }, result),
  );
}

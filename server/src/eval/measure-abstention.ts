/**
 * `longfold eval abstain`: whether the product knows when its evidence is too weak. Each record is a small workspace, asked
 * once with what answers it and once with that taken out and the near misses left in.
 */
import { createHash } from 'node:crypto';
import { EvidenceError } from './evidence-error';
import { indexWorkspaces, type AbstentionWorkspace } from './abstention-workspaces';
import { fieldsOf, openLineLog } from './line-log';
import { readRecords, type EvidenceRecord } from './read-records';
import { areaUnderRoc } from './roc';
import { chooseSets, runEvaluation, type EvaluationParts, type EvaluationRequest } from './run-evaluation';
import { sampleItems } from './seeded-random';
import { hasTextAnswer } from './text-answers';

/** Shares from 0 to 1; one row a threshold of the curve. */
export interface AbstentionRow {
  readonly set: string;
  readonly n: number;
  readonly threshold: number;
  /** Whether this is the product's own threshold. */
  readonly isOwn: boolean;
  /** Of the workspaces that hold an answer. */
  readonly answered: number;
  /** Of the workspaces without the gold. */
  readonly abstained: number;
  /** How well the chance tells the two apart, whatever the threshold, and how well the critic's value alone does. */
  readonly auc: number | null;
  readonly criticAuc: number | null;
}

export interface Strength {
  /** That the texts answer, as the product judges it. */
  readonly strength: number;
  /** The critic's own probability, of the value of its best unit. */
  readonly critic: number;
}

export interface AbstentionParts extends EvaluationParts {
  readonly judge: (question: string, texts: readonly string[], signal: AbortSignal) => Promise<Strength>;
  readonly threshold: number;
}

interface AbstentionItem {
  readonly record: EvidenceRecord;
  readonly workspace: AbstentionWorkspace;
}

interface AbstentionResult {
  readonly answerable: Strength;
  readonly unanswerable: Strength;
}

interface LoggedStrengths extends AbstentionResult {
  readonly set: string;
  readonly id: string;
  /** Changes with everything that a result depends on. */
  readonly key: string;
}

/** Contexts beside the record's own. */
const neighbours = 2;
const thresholds = [0.3, 0.4, 0.5, 0.6, 0.7] as const;

/** @throws EvidenceError, FileError, CancelledError */
export async function measureAbstention(
  request: EvaluationRequest,
  parts: AbstentionParts,
): Promise<readonly AbstentionRow[]> {
  const sets = await chooseSets(request, parts.fileSystem);
  const log = await openLineLog(parts.fileSystem, request.resumeFile, isLogged);
  const known = new Map(log.lines.map((line) => [line.key, line]));
  const fingerprint = await parts.criticFingerprint();
  const keyOf = ({ record, workspace }: AbstentionItem): string =>
    createHash('sha256')
      .update(JSON.stringify([parts.version, fingerprint, record.question, workspace]))
      .digest('hex')
      .slice(0, 20);
  const steps = {
    read: (set: string) => readItems(set, request, parts),
    workOf: (item: AbstentionItem) =>
      known.has(keyOf(item)) ? 0 : item.workspace.answerable.reduce((sum, { length }) => sum + length, 0),
    measure: async (set: string, item: AbstentionItem): Promise<AbstentionResult> => {
      const { record, workspace } = item;
      const key = keyOf(item);
      const logged = known.get(key);
      if (logged) return logged;
      const answerable = await parts.judge(record.question, workspace.answerable, request.signal);
      const unanswerable = await parts.judge(record.question, workspace.unanswerable, request.signal);
      await log.add([{ set, id: record.id, key, answerable, unanswerable }]);
      return { answerable, unanswerable };
    },
    summarise: (set: string, results: readonly AbstentionResult[]) => summarise(set, results, parts.threshold),
  };
  const rows = await runEvaluation(sets, steps, request, parts.clock);
  if (rows.length === 0) throw new EvidenceError('unknownSet', `No set of ${request.folder} has answers.`);
  return rows;
}

async function readItems(
  set: string,
  { folder, sample, seed }: EvaluationRequest,
  { fileSystem }: AbstentionParts,
): Promise<readonly AbstentionItem[]> {
  const all = (await readRecords(fileSystem, folder, set)).filter(hasAnswerAndGold);
  const build = indexWorkspaces(all, neighbours);
  const chosen = sample === undefined ? all : sampleItems(all, sample, seed, ({ id }) => id);
  const items = chosen.map((record) => ({ record, workspace: build(record) }));
  return items.filter(({ workspace }) => workspace.unanswerable.length > 0);
}

function hasAnswerAndGold(record: EvidenceRecord): boolean {
  const { answers, context, gold } = record;
  return hasTextAnswer(record) && gold.length > 0 && answers.some((answer) => context.includes(answer));
}

function isLogged(value: unknown): value is LoggedStrengths {
  const { key, answerable, unanswerable } = fieldsOf(value);
  const isStrength = (one: unknown): boolean => {
    const { strength, critic } = fieldsOf(one);
    return Number.isFinite(strength) && Number.isFinite(critic);
  };
  return typeof key === 'string' && isStrength(answerable) && isStrength(unanswerable);
}

function summarise(set: string, results: readonly AbstentionResult[], own: number): readonly AbstentionRow[] {
  if (results.length === 0) return [];
  const area = (valueOf: (strength: Strength) => number): number | null =>
    areaUnderRoc(
      results.flatMap(({ answerable, unanswerable }) => [
        { probability: valueOf(answerable), isPositive: true },
        { probability: valueOf(unanswerable), isPositive: false },
      ]),
    );
  const [auc, criticAuc] = [area(({ strength }) => strength), area(({ critic }) => critic)];
  const share = (test: (result: AbstentionResult) => boolean): number => results.filter(test).length / results.length;
  return [...new Set([...thresholds, own])].sort().map((threshold) => ({
    set,
    n: results.length,
    threshold,
    isOwn: threshold === own,
    answered: share(({ answerable }) => answerable.strength >= threshold),
    abstained: share(({ unanswerable }) => unanswerable.strength < threshold),
    auc,
    criticAuc,
  }));
}

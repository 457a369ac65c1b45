/**
 * `longfold eval answers`: how well the critic answers without a language model. Each question is asked of its own
 * context, which counts how near the answer comes, and of another context that holds no answer, which counts whether
 * the critic knows. Questions whose answer is yes or no are measured apart: no words of a text say it.
 */
import { createHash } from 'node:crypto';
import type { ExtractedAnswer } from '../critic/extract-answer';
import { scoreAnswer } from './answer-f1';
import { openAnswerLog, type AnswerLog, type AnswerResult } from './answer-log';
import { EvidenceError } from './evidence-error';
import { readRecords, type EvidenceRecord } from './read-records';
import { areaUnderRoc, calibrationError, type Prediction } from './roc';
import {
  chooseSets,
  runEvaluation,
  type EvaluationParts,
  type EvaluationRequest,
  type EvaluationSteps,
} from './run-evaluation';
import { sampleItems } from './seeded-random';
import { indexContexts } from './swapped-contexts';
import { hasTextAnswer } from './text-answers';

/** Shares and means from 0 to 1; null where there was nothing to measure. */
export interface AnswersRow {
  readonly set: string;
  /** Records but those of `yesNo`. */
  readonly n: number;
  readonly f1: number | null;
  readonly exactMatch: number | null;
  /** Questions answered by yes or no, and the share for which that word was extracted. */
  readonly yesNo: { readonly n: number; readonly accuracy?: number };
  /** Share of the contexts with an answer whose probability reaches the product's threshold. */
  readonly answered: number | null;
  /** Share of the contexts without one whose probability stays below it. */
  readonly abstained: number | null;
  /** How well the probability tells contexts with an answer from those without. */
  readonly auc: number | null;
  /** Expected calibration error of the probability. */
  readonly ece: number | null;
}

export interface AnswersParts extends EvaluationParts {
  /** The product's own answer out of one text; null where the text is empty. */
  readonly extract: (
    question: string,
    text: string,
    signal: AbortSignal,
  ) => Promise<Pick<ExtractedAnswer, 'text' | 'probability'> | null>;
  /** The probability below which the product abstains. */
  readonly threshold: number;
}

/** @throws EvidenceError, FileError, CancelledError */
export async function measureAnswers(request: EvaluationRequest, parts: AnswersParts): Promise<readonly AnswersRow[]> {
  const sets = await chooseSets(request, parts.fileSystem);
  const log = await openAnswerLog(parts.fileSystem, request.resumeFile);
  const steps = new AnswersSteps(request, parts, log, await parts.criticFingerprint());
  const rows = await runEvaluation(sets, steps, request, parts.clock);
  if (rows.length === 0) throw new EvidenceError('unknownSet', `No set of ${request.folder} has answers.`);
  return rows;
}

interface AnswerItem {
  readonly record: EvidenceRecord;
  readonly isYesNo: boolean;
  /** Whose context stands in for one without an answer. */
  readonly other: EvidenceRecord | undefined;
}

type ItemResult = AnswerResult & Pick<AnswerItem, 'isYesNo'>;

class AnswersSteps implements EvaluationSteps<AnswerItem, ItemResult, AnswersRow> {
  constructor(
    private readonly request: EvaluationRequest,
    private readonly parts: AnswersParts,
    private readonly log: AnswerLog,
    private readonly fingerprint: string,
  ) {}

  async read(set: string): Promise<readonly AnswerItem[]> {
    const { folder, sets, sample, seed } = this.request;
    const all = await readRecords(this.parts.fileSystem, folder, set);
    const records = all.filter(hasTextAnswer);
    if (records.length === 0) {
      if (!sets.includes(set)) return [];
      throw new EvidenceError('unknownSet', `The set "${set}" has no questions with answers out of a text.`);
    }
    const findOther = indexContexts(all);
    const chosen = sample === undefined ? records : sampleItems(records, sample, seed, ({ id }) => id);
    return chosen.map((record) => {
      const isYesNo = record.answers.every((answer) => /^\s*(yes|no)\W*$/i.test(answer));
      // Nearly every text holds a "no", which says nothing.
      return { record, isYesNo, other: isYesNo ? undefined : findOther(record) };
    });
  }

  workOf(item: AnswerItem): number {
    if (this.log.find(this.#keyOf(item)) !== undefined) return 0;
    return item.record.length + (item.other?.length ?? 0);
  }

  async measure(set: string, item: AnswerItem): Promise<ItemResult> {
    const { record, isYesNo } = item;
    const key = this.#keyOf(item);
    const known = this.log.find(key);
    const answer = known ?? (await this.#ask(item));
    if (!known) await this.log.add({ set, id: record.id, key, answer });
    return { ...answer, isYesNo };
  }

  summarise(set: string, results: readonly ItemResult[]): readonly AnswersRow[] {
    if (results.length === 0) return [];
    const yesNo = results.filter(({ isYesNo }) => isYesNo);
    const others = results.filter(({ isYesNo }) => !isYesNo);
    const accuracy = mean(yesNo.map(({ exactMatch }) => exactMatch));
    const row = {
      set,
      n: others.length,
      f1: mean(others.map(({ f1 }) => f1)),
      exactMatch: mean(others.map(({ exactMatch }) => exactMatch)),
      yesNo: { n: yesNo.length, ...(accuracy === null ? {} : { accuracy }) },
    };
    return [{ ...row, ...judgeAbstention(others, this.parts.threshold) }];
  }

  async #ask({ record, other }: AnswerItem): Promise<AnswerResult> {
    const { extract } = this.parts;
    const { signal } = this.request;
    const found = await extract(record.question, record.context, signal);
    const wrong = other && (await extract(record.question, other.context, signal));
    return {
      ...scoreAnswer(found?.text ?? '', record.answers, record.lang),
      probability: found?.probability ?? 0,
      otherProbability: other ? (wrong?.probability ?? 0) : null,
    };
  }

  /** Everything that a result depends on. */
  #keyOf({ record, other }: AnswerItem): string {
    const all = [this.parts.version, this.fingerprint, record.hash, other?.hash ?? ''];
    return createHash('sha256').update(JSON.stringify(all)).digest('hex').slice(0, 20);
  }
}

function judgeAbstention(
  results: readonly AnswerResult[],
  threshold: number,
): Pick<AnswersRow, 'answered' | 'abstained' | 'auc' | 'ece'> {
  const answerable = results.map(({ probability }) => probability);
  const unanswerable = results.flatMap(({ otherProbability }) => otherProbability ?? []);
  const predictions: readonly Prediction[] = [
    ...answerable.map((probability) => ({ probability, isPositive: true })),
    ...unanswerable.map((probability) => ({ probability, isPositive: false })),
  ];
  return {
    answered: mean(answerable.map((probability) => (probability >= threshold ? 1 : 0))),
    abstained: mean(unanswerable.map((probability) => (probability < threshold ? 1 : 0))),
    auc: areaUnderRoc(predictions),
    ece: calibrationError(predictions),
  };
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

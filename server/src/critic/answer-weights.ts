/**
 * The weights of the log-linear model that chooses an answer, and how far its choice spreads over the candidates. Fitted by
 * `training/read_answers.mjs` and `training/fit_answers.mjs` on records of training parts only: English on 240 of HotpotQA, 120
 * of QED and 70 of 2WikiMultihopQA; Chinese on 300 of CMRC 2018 and 100 of DRCD.
 */
import { answerFigures, type AnswerFigure } from './answer-figures';

interface AnswerWeights {
  /** One a column of `answerFigures`. */
  readonly weights: readonly number[];
  /** What scores are divided by before they become odds; chosen on held-out training records. */
  readonly temperature: number;
}

const english: Partial<Record<AnswerFigure, number>> = {
  below: 1.94,
  probability: -0.87,
  askedHead: -8.01,
  linked: 0.75,
  fitPerson: 1.81,
  fitTime: 5.17,
  fitPlace: 1.49,
  fitNumber: 4.17,
  misfit: -1.26,
  name: 3.02,
  number: 0.45,
  choice: 2.96,
  logWords: 0.39,
  long: 0.45,
  whole: 3.76,
  asked: -3.23,
  askedChoice: 4.87,
  askedLeft: 0.41,
  slotLeft: 5.25,
  nounIn: 0.88,
  nounNear: 0.98,
  value: 0.93,
  splitName: -4.33,
  innerMarks: -0.8,
};

const chinese: Partial<Record<AnswerFigure, number>> = {
  below: 1.84,
  logRank: -1.66,
  probability: 2.05,
  coverage: 0.83,
  fitPerson: 5.79,
  fitTime: 4.4,
  fitPlace: 1.83,
  misfit: -2.55,
  number: -0.62,
  logWords: 2.92,
  long: 0.25,
  briefKind: -1.97,
  asked: -4.51,
  askedEdge: 0.73,
  slotLeft: 4.05,
  slotRight: 2.44,
  nounIn: 3.6,
  support: 0.23,
  value: 1.46,
  markRight: 1.66,
  attribute: -1.68,
  splitName: -2.29,
  innerMarks: -0.17,
  copula: 2.21,
};

const toWeights = (table: Partial<Record<AnswerFigure, number>>): readonly number[] =>
  answerFigures.map((name) => table[name] ?? 0);
const models = {
  english: { weights: toWeights(english), temperature: 0.5 },
  chinese: { weights: toWeights(chinese), temperature: 1 },
} as const;

export function weightsFor({ isChinese }: { readonly isChinese: boolean }): AnswerWeights {
  return isChinese ? models.chinese : models.english;
}

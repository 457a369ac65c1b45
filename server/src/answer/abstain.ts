/**
 * Whether the evidence is too weak to answer from, and what is said then: what was searched, the nearest passages, and
 * what to try. A model is not asked: it would write something all the same.
 */
import type { EvidenceGatherer } from './gather-evidence';
import { quoteBest } from './evidence-answer';
import type { AnswerRequest } from './ports';
import type { QuestionLanguage } from './understand-question';

/**
 * The probability below which there is no answer. Chosen on training records by `training/fit_abstention.mjs`; see
 * `critic/evidence-strength.ts`.
 */
export const leastStrength = 0.5;

const openings: Readonly<Record<QuestionLanguage, string>> = {
  en: 'Too weak for an answer; the nearest passages:',
  zh: '依据不足，无法回答；最接近的原文如下：',
};

const messages: Readonly<Record<QuestionLanguage, (passages: number, files: number, percent: number) => string>> = {
  en: (passages, files, percent) =>
    `The evidence is too weak to answer from: ${passages} passages of ${files} files were read, and the chance that they answer is ${percent}%. Try other words, name a file or a symbol, look in the ledger whether the file is indexed, or choose the mode single or fold to have a model read them all the same.`,
  zh: (passages, files, percent) =>
    `依据不足，无法回答：读取了 ${files} 个文件的 ${passages} 个段落，其中含有答案的可能性为 ${percent}%。可以换用其他词语，写出文件名或符号名，在清单中确认文件已被索引，或选择单次或折叠模式让模型仍然阅读它们。`,
};

export interface Abstention {
  readonly answer: string;
  readonly message: string;
}

/** Null where the evidence is good enough, was chosen by the user, or cannot be judged. */
export function abstainFrom(
  gatherer: Pick<EvidenceGatherer, 'evidence' | 'strength' | 'searched'>,
  { mode, selection }: Pick<AnswerRequest, 'mode' | 'selection'>,
  language: QuestionLanguage,
): Abstention | null {
  const { strength, searched, evidence } = gatherer;
  const isAsked = mode === 'single' || mode === 'fold';
  if (isAsked || selection !== undefined || strength === null || strength >= leastStrength) return null;
  return {
    answer: quoteBest(openings[language], evidence),
    message: messages[language](searched.passages, searched.files, Math.round(100 * strength)),
  };
}

/**
 * How near an answer comes to the ones that people gave, as SQuAD has it: F1 over words without case, punctuation and
 * articles, and whether the words are the same. Chinese has no words to cut at, so its characters stand for them. Of
 * several answers the nearest counts.
 */
export interface AnswerScore {
  readonly f1: number;
  /** 0 or 1. */
  readonly exactMatch: number;
}

export function scoreAnswer(given: string, answers: readonly string[], lang: string): AnswerScore {
  const parts = answerParts(given, lang);
  const scores = answers.map((answer) => compareParts(parts, answerParts(answer, lang)));
  return {
    f1: Math.max(0, ...scores.map(({ f1 }) => f1)),
    exactMatch: Math.max(0, ...scores.map(({ exactMatch }) => exactMatch)),
  };
}

// SQuAD drops the marks of ASCII, of which some are symbols; the quotation marks and dashes of other texts go with them.
const marks = /[\p{P}$+<=>^`|~]/gu;
const articles: ReadonlySet<string> = new Set(['a', 'an', 'the']);

/** What is compared: the characters of Chinese, else words. */
function answerParts(text: string, lang: string): readonly string[] {
  const plain = text.toLowerCase().replace(marks, '');
  if (lang === 'zh') return [...plain.replace(/\s/g, '')];
  return plain.split(/\s+/).filter((word) => word !== '' && !articles.has(word));
}

function compareParts(given: readonly string[], wanted: readonly string[]): AnswerScore {
  const exactMatch = given.join(' ') === wanted.join(' ') ? 1 : 0;
  // Where nothing is left of one of them there is nothing to count.
  if (given.length === 0 || wanted.length === 0) return { f1: exactMatch, exactMatch };
  const shared = countShared(given, wanted);
  // 2PR / (P + R) with P = shared / given and R = shared / wanted.
  return { f1: (2 * shared) / (given.length + wanted.length), exactMatch };
}

/** Repetitions count as often as they stand in both. */
function countShared(given: readonly string[], wanted: readonly string[]): number {
  const left = new Map<string, number>();
  for (const part of wanted) left.set(part, (left.get(part) ?? 0) + 1);
  let shared = 0;
  for (const part of given) {
    const count = left.get(part) ?? 0;
    if (count === 0) continue;
    left.set(part, count - 1);
    shared++;
  }
  return shared;
}

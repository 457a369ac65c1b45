/** Which records are answered in words of a text, and whether a text holds such an answer. */
import type { EvidenceRecord } from './read-records';

/** Claims are judged and code is searched: neither is answered in words of its context. */
export function hasTextAnswer({ answers, lang, task }: EvidenceRecord): boolean {
  return answers.length > 0 && task !== 'claim' && task !== 'code-search' && lang !== 'code';
}

export function holdsAnswer(text: string, { answers, lang }: Pick<EvidenceRecord, 'answers' | 'lang'>): boolean {
  if (lang === 'zh') return answers.some((answer) => text.includes(answer));
  const lower = text.toLowerCase();
  return answers.some((answer) => lower.includes(answer.toLowerCase()));
}

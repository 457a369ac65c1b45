/**
 * The answer without a model: the best evidence, quoted word by word with its span id, so that the same check as for
 * a written answer applies to it.
 */
import type { EvidenceSpan } from '../../../protocol/evidence';
import type { QuestionLanguage } from './understand-question';

const quotedSpans = 3;
/** UTF-16 units shown of one span; the evidence list has the whole text. */
const quoteChars = 600;

const openings: Readonly<Record<QuestionLanguage, string>> = {
  en: 'No model wrote this answer; these passages fit the question best:',
  zh: '此回答未使用语言模型；与问题最相关的原文如下：',
};

/** `evidence` best first. */
export function writeEvidenceAnswer(evidence: readonly EvidenceSpan[], language: QuestionLanguage): string {
  return quoteBest(openings[language], evidence);
}

/** The best few under an opening line, each in a form that the check reads back; empty where there are none. */
export function quoteBest(opening: string, evidence: readonly EvidenceSpan[]): string {
  if (evidence.length === 0) return '';
  const quotes = evidence.slice(0, quotedSpans).map(({ id, text }) => quoteWithId(cutAtBoundary(text.trim()), id));
  return [opening, ...quotes].join('\n\n');
}

/** Words of a source in a form that the check reads back: in quotation marks, else as a fenced block. */
export function quoteWithId(text: string, spanId: string): string {
  if (!/[\n\r“”`]/.test(text)) return `“${text}” [${spanId}]`;
  const runs = text.match(/`+/g)?.map((run) => run.length) ?? [];
  const fence = '`'.repeat(Math.max(3, ...runs.map((length) => length + 1)));
  return `${fence}text\n${text}\n${fence}\n[${spanId}]`;
}

/** Cuts at a line end, else at white space, so that no word or number is cut in two. */
function cutAtBoundary(text: string): string {
  if (text.length <= quoteChars) return text;
  const head = text.slice(0, quoteChars);
  const line = head.lastIndexOf('\n');
  const space = head.search(/\s\S*$/);
  return head.slice(0, line > quoteChars / 3 ? line : space > quoteChars / 3 ? space : quoteChars).trimEnd();
}

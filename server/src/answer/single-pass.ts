/**
 * One pass in the QwenLong-L1 form: the evidence between `<text>` and `</text>`, the question, and the demand to end
 * with the sentence "Therefore, the answer is …".
 */
import type { EvidenceSpan } from '../../../protocol/trace-events';
import type { ChatMessage } from '../llm/chat-model';
import type { QuestionLanguage, UnderstoodQuestion } from './understand-question';

const wordings: Readonly<
  Record<QuestionLanguage, { readonly before: string; readonly after: string; readonly form: string }>
> = {
  en: {
    before: 'Read the text below and answer the question from it alone. Each part of the text begins with its id.',
    after:
      'Quote exact words of the text with their id, like "exact words" [S2]. If the text does not say enough, say what is missing. Answer in English. End with: "Therefore, the answer is (insert answer here)".',
    form: 'Form of the answer',
  },
  zh: {
    before: '请阅读下面的文本，并只根据它回答问题。文本的每个部分以其编号开头。',
    after:
      '引用原文并附编号，例如 “原文” [S2]。如果文本信息不足，请说明缺少什么。请用中文回答，并以“因此，答案是（在此填写答案）”结尾。',
    form: '回答形式',
  },
};

/** `evidence` in the order in which it shall be read. */
export function singlePassMessages(
  understood: UnderstoodQuestion,
  evidence: readonly EvidenceSpan[],
): readonly ChatMessage[] {
  const words = wordings[understood.language];
  const text = evidence.map((span) => `[${span.id}] ${span.path}:${span.startLine}\n${span.text}`).join('\n\n');
  const form = understood.formatInstruction === '' ? [] : [`${words.form}: ${understood.formatInstruction}`];
  const parts = [words.before, `<text>\n${text}\n</text>`, understood.coreQuestion, ...form, words.after];
  return [{ role: 'user', content: parts.join('\n\n') }];
}

/** The text after the closing sentence's lead-in, without quotation marks of the sentence itself; null when absent. */
export function parseFinalAnswer(text: string): string | null {
  const found = [...text.matchAll(/(?:therefore,?\s+the\s+answer\s+is|因此[，,]?\s*答案是)[:：]?\s*/giu)].at(-1);
  if (found === undefined) return null;
  const answer = text.slice(found.index + found[0].length).trim();
  return answer === '' || /^[(（](?:insert answer here|在此填写答案)[)）]/iu.test(answer) ? null : answer;
}

/**
 * The answer to show: the reply as it is, since its quotes are what gets checked. Only a reply that is nothing but
 * the closing sentence loses the lead-in, and a placeholder that was copied from the prompt goes.
 */
export function shownAnswer(text: string): string {
  const trimmed = text
    .replaceAll(
      /["“]?(?:Therefore, the answer is|因此，答案是)\s*[(（](?:insert answer here|在此填写答案)[)）]["”]?[.。]?/gi,
      '',
    )
    .trim();
  const final = parseFinalAnswer(trimmed);
  return final !== null && trimmed.endsWith(final) && /^(?:therefore|因此)/i.test(trimmed) ? final : trimmed;
}

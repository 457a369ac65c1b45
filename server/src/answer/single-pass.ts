/**
 * One pass in the QwenLong-L1 form: the evidence between `<text>` and `</text>`, the question, and the demand to end
 * with the sentence "Therefore, the answer is …". QwenLong models get the placeholder that they were trained on; small
 * models copy it instead of filling it in, so others are only told how the sentence begins.
 */
import type { EvidenceSpan } from '../../../protocol/evidence';
import type { ReplyFormat } from '../fold/fold-budgets';
import type { ChatMessage } from '../llm/chat-model';
import { fenceRule, fenceSpans, withoutMarks } from '../util/source-fence';
import { closeFence } from './close-fence';
import type { QuestionLanguage, UnderstoodQuestion } from './understand-question';

const wordings: Readonly<
  Record<QuestionLanguage, Readonly<Record<'before' | 'after' | ReplyFormat | 'form', string>>>
> = {
  en: {
    before: 'Read the text below and answer the question from it alone. Each part of the text begins with its id.',
    after:
      'Put words that you take from the text in quotation marks, with their id behind them, as in [S2]. If the text does not say enough, say what is missing. Answer in English.',
    tags: 'End with: "Therefore, the answer is (insert answer here)".',
    json: 'End with one sentence that begins with: Therefore, the answer is',
    form: 'Form of the answer',
  },
  zh: {
    before: '请阅读下面的文本，并只根据它回答问题。文本的每个部分以其编号开头。',
    after: '引用原文并附编号，例如 “原文” [S2]。如果文本信息不足，请说明缺少什么。请用中文回答。',
    tags: '以“因此，答案是（在此填写答案）”结尾。',
    json: '最后一句以下面的词开头：因此，答案是',
    form: '回答形式',
  },
};

/** `evidence` in the order in which it shall be read. */
export function singlePassMessages(
  understood: UnderstoodQuestion,
  evidence: readonly EvidenceSpan[],
  format: ReplyFormat,
  /** What was computed from the text; empty: nothing. */
  facts = '',
): readonly ChatMessage[] {
  const words = wordings[understood.language];
  const { text, mark } = fenceSpans(
    understood.coreQuestion,
    evidence.map(({ id, path, startLine, text }) => ({ id, place: `${path}:${startLine}`, text })),
  );
  const form = understood.formatInstruction === '' ? [] : [`${words.form}: ${understood.formatInstruction}`];
  const parts = [
    `${words.before} ${fenceRule(mark, understood.language)}`,
    `<text>\n${text}\n</text>`,
    ...(facts === '' ? [] : [facts]),
    understood.coreQuestion,
    ...form,
    `${words.after} ${words[format]}`,
  ];
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
 * the closing sentence loses the lead-in, what was copied from the prompt's form (a placeholder, tags, marks) goes, and a
 * block of code that was left open is closed.
 */
export function shownAnswer(text: string): string {
  const trimmed = text
    .replaceAll(/^[ \t]*<\/?text>[ \t]*$\n?/gim, '')
    .replaceAll(
      /["“]?(?:Therefore, the answer is|因此，答案是)\s*[(（](?:insert answer here|在此填写答案)[)）]["”]?[.。]?/gi,
      '',
    )
    .trim();
  const final = parseFinalAnswer(trimmed);
  const shown = final !== null && trimmed.endsWith(final) && /^(?:therefore|因此)/i.test(trimmed) ? final : trimmed;
  return closeFence(withoutMarks(shown));
}

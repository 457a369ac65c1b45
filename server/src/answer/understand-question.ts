/**
 * Splits a question into what is asked and how the answer should look, by rules and without a model. The format
 * wish is kept apart from the start, so that it never steers retrieval, compression or reading.
 */
export type QuestionLanguage = 'en' | 'zh';

export interface UnderstoodQuestion {
  readonly coreQuestion: string;
  /** Empty when the question says nothing about the answer's form. */
  readonly formatInstruction: string;
  readonly language: QuestionLanguage;
  /** The core question, cut to what retrieval and critic can use. */
  readonly searchQuery: string;
  /** Words (CJK characters count as words) of the core question when it was cut for the search, else null. */
  readonly cutFromWords: number | null;
}

/** Search words beyond this add noise and cost, not recall; the critic's question window is of this order too. */
export const maxSearchWords = 256;

const formatNoun =
  '(?:answers?|sentences?|words?|lines?|paragraphs?|bullets?|bullet points|points|list|table|json|yaml|markdown|csv|code block|steps?|english|chinese|german|french|spanish|japanese)';
const count = '(?:an?|one|two|three|four|five|six|seven|eight|nine|ten|\\d+|a few|a single)';
const formPhrase = `(?:in (?:at most |no more than |under |about )?${count} (?:short |brief |simple |numbered )?(?:sentences?|words?|lines?|paragraphs?|bullets?|bullet points|steps?)|as (?:an? )?(?:short |bulleted |numbered |markdown |json )?(?:list|table|bullet points|json|yaml|markdown|csv)(?: of ${count} items)?|in (?:english|chinese|german|french|spanish|japanese|simplified chinese|json|yaml|markdown)|briefly|concisely|step by step)`;

const formatSentences: readonly RegExp[] = [
  new RegExp(`^(?:please )?(?:answer|reply|respond)\\b(?! the following)`, 'i'),
  // "List the hooks as a table" asks for something: only a sentence about the answer itself is a format wish.
  new RegExp(
    `^(?:please )?(?:write|return|give|format|present|output|print|show|put) (?:me )?(?:it|this|them|(?:the|your|an) answer|the results?)\\b.*\\b${formatNoun}\\b`,
    'i',
  ),
  new RegExp(`^(?:please )?use (?:only )?(?:${count} )?(?:short |numbered |markdown )?${formatNoun}\\b`, 'i'),
  /^(?:please )?(?:keep (?:it|the answer|your answer)|be (?:brief|concise|short|precise)|limit (?:the|your) answer|no more than|at most|do not (?:explain|add|quote)|don't (?:explain|add|quote)|format:)/i,
  /^(?:请|请你|麻烦)?(?:只|仅|简要|简短|简洁|直接|逐条|分点)?(?:地)?(?:用|以|按|使用).{0,20}(?:回答|作答|答复|输出|列出|给出|说明|格式|形式)/,
  /^(?:请|请你)?(?:简要|简短|简洁|直接|逐条|分点)(?:地)?(?:回答|作答|说明|列出)/,
  /^(?:答案|回答)?(?:不要?超过|限|控制在).{0,10}(?:字|句|个词)/,
];
const formPrefix = new RegExp(`^(?:please )?(?:answer |reply |explain |tell me )?(${formPhrase})[,:]\\s+`, 'i');
const formSuffix = new RegExp(
  `[,;]?\\s+\\(?((?:please )?(?:answer |reply )?${formPhrase}(?:,? please)?)\\)?([.?!]*)$`,
  'i',
);
const zhFormPrefix =
  /^((?:请)?(?:用|以)(?:一|两|三|几|\d+)(?:句话|个词|段话|个字)|(?:请)?(?:用|以)(?:中文|英文|表格|列表|JSON)|简要地?|简单地?)(?:回答|说明|解释|列出)?[，,：:]\s*/;

export function understandQuestion(question: string): UnderstoodQuestion {
  const whole = question.trim();
  const core: string[] = [];
  const format: string[] = [];
  for (const sentence of splitSentences(whole)) {
    (isFormatSentence(sentence) ? format : core).push(sentence);
  }
  const split = core.length === 0 ? takeFormClauses(whole, []) : takeFormClauses(core.join(' '), format);
  const search = cutWords(split.core, maxSearchWords);
  return {
    coreQuestion: split.core,
    formatInstruction: split.format.join(' '),
    language: questionLanguage(whole),
    searchQuery: search.text,
    cutFromWords: search.cut ? search.words : null,
  };
}

/** Chinese when Han characters carry a good part of the letters: code names in a Chinese question stay Latin. */
export function questionLanguage(text: string): QuestionLanguage {
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  const latinWords = text.match(/[A-Za-z]+/g)?.length ?? 0;
  return han > 0 && han >= latinWords ? 'zh' : 'en';
}

function isFormatSentence(sentence: string): boolean {
  if (/[?？]["'”’)]?$/.test(sentence)) return false;
  return formatSentences.some((pattern) => pattern.test(sentence));
}

function takeFormClauses(core: string, format: readonly string[]): { core: string; format: readonly string[] } {
  const found = [...format];
  let rest = core;
  const prefix = formPrefix.exec(rest) ?? zhFormPrefix.exec(rest);
  if (prefix?.[1] !== undefined) {
    found.push(prefix[1]);
    rest = rest.slice(prefix[0].length);
  }
  const suffix = formSuffix.exec(rest);
  if (suffix?.[1] !== undefined && suffix.index > 0) {
    found.push(suffix[1]);
    rest = rest.slice(0, suffix.index) + (suffix[2] ?? '');
  }
  return !/\S\s+\S|\p{Script=Han}{2}/u.test(rest) ? { core, format } : { core: rest.trim(), format: found };
}

function splitSentences(text: string): readonly string[] {
  const parts = text.split(/(?<=[.!?]["'”’)]?)\s+|(?<=[。！？；])\s*|\n+/u);
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}

function cutWords(text: string, limit: number): { text: string; words: number; cut: boolean } {
  const words = /\p{Script=Han}|[^\s\p{Script=Han}]+/gu;
  let count = 0;
  let end = text.length;
  for (const match of text.matchAll(words)) {
    count += 1;
    if (count === limit) end = match.index + match[0].length;
  }
  return { text: count > limit ? text.slice(0, end) : text, words: count, cut: count > limit };
}

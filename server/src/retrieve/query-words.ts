/** A question → the words to look for. Words that every question has would drown the ones that this one is about. */
const stopWords = new Set(
  (
    'a an and any are as at be been being but by can could did do does doing for from get gets had has have how i if in into is it its ' +
    'may me might must my no not of on or our shall should so some than that the their them then there these they this those to ' +
    'under until up us use used uses using was we were what when where which while who whom whose why will with would you your ' +
    'happen happens please explain describe tell show give say about'
  ).split(' '),
);
const chineseStopWords =
  /什么|怎么样?|怎样|如何|为什么|哪些|哪个|哪里|哪儿|请问|请|多少|是否|可以|吗|呢|的|了|在|是|和|与|或|被|把|对|从|到|它|我|你|他/g;

/** An identifier as code writes it: camelCase, snake_case, dotted, or a call. */
const codeWord = /\b(?:[a-z]+[A-Z]\w*|[A-Z][a-z]+[A-Z]\w*|\w+_\w+|\w+(?:\.\w+)+|[A-Z]{2,}\w*)\b/g;

export interface QueryWords {
  /** For full text and paths. */
  readonly text: string;
  /** Names that are surely code: in backticks, or written as identifiers. */
  readonly names: readonly string[];
}

export function queryWords(question: string): QueryWords {
  const quoted = [...question.matchAll(/`([^`]{2,80})`/g)].map((match) => match[1] ?? '');
  const written = question.match(codeWord) ?? [];
  const names = [...new Set([...quoted, ...written].flatMap((name) => name.match(/[\p{L}_$][\p{L}\p{N}_$]*/gu) ?? []))];
  const kept = question
    .replace(chineseStopWords, ' ')
    .split(/\s+/)
    .filter((word) => !isStopWord(word));
  const text = kept.join(' ').trim();
  return { text: text === '' ? question : text, names };
}

export function isStopWord(word: string): boolean {
  return stopWords.has(word.replace(/[^\p{L}\p{N}]/gu, '').toLowerCase());
}

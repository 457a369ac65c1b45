/**
 * Words of a sentence as an answer may begin and end at them, in English and Chinese. Chinese words come from the run
 * time's own dictionary (`Intl.Segmenter`). Pure; linear in the text.
 */

/** `empty`: a word that says nothing alone; `mark`: punctuation. */
export type WordKind = 'name' | 'number' | 'month' | 'plain' | 'empty' | 'mark';

export interface AnswerWord {
  /** UTF-16 range in the text. */
  readonly start: number;
  readonly end: number;
  readonly kind: WordKind;
  /** What words of one stem share: lower case, English endings cut off. */
  readonly stem: string;
}

const han = String.raw`\p{sc=Han}\p{sc=Hira}\p{sc=Kana}`;
const letter = String.raw`(?:(?![${han}])[\p{L}\p{N}\p{M}])`;
/** A part of a foreign name in Chinese: up to the next word that says nothing. */
const namePart = String.raw`(?:(?![的了是在和与與于於由为為被将將从從])[${han}]){1,6}`;
/** Initials and titles keep their full stop, numbers their commas and signs; a run of Chinese is cut afterwards. */
const wordPattern = new RegExp(
  String.raw`${namePart}(?:[·‧•・]${namePart})+|(?<han>[${han}]+)|(?:\p{Lu}\.)+(?![\p{L}\p{N}])|(?:Jr|Sr|Dr|Mr|Mrs|Ms|St|Mt)\.|[$£€¥]?\d+(?:[.,]\d+)*(?:%|${letter}+)?` +
    String.raw`|${letter}+(?:['’&/.-]${letter}+)*|[^\s]`,
  'gu',
);

const months =
  /^(?:january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)$/;
const numerals =
  /^(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|forty|fifty|hundred|thousand|million|billion|dozen|[零〇一二两兩三四五六七八九十百千万萬亿億]+)$/;
const emptyWords: ReadonlySet<string> = new Set(
  (
    'a an and are as at be been but by can could did do does for from had has have he her his i if in into is it its may me my not ' +
    'of on or our she so than that the their them then there these they this those to was we were what when where which while who ' +
    'whom whose will with would you your also after before during under over about between through since until both only such ' +
    '的 了 是 在 和 与 與 也 都 就 而 及 或 着 著 吗 嗎 呢 吧 啊 之 其 这 這 那 有 被 由 把 将 將 从 從 到 以 为 為 于 於 並 并 且 但 则 則 ' +
    '所 因 因为 因為 因此 由于 由於 以及 此 该 該 他 她 它 他们 他們 她們 并且 但是 而且 然而 可以 可 会 會 能 对 對 后 後 时 時 中 又 还 還 等'
  ).split(' '),
);

const segmenter = new Intl.Segmenter('zh', { granularity: 'word' });

export function cutAnswerWords(text: string, start: number, end: number): readonly AnswerWord[] {
  const words: AnswerWord[] = [];
  const push = (word: string, at: number): void => {
    words.push({ start: at, end: at + word.length, kind: kindOf(word), stem: stemOf(word) });
  };
  for (const match of text.slice(start, end).matchAll(wordPattern)) {
    const [word, at] = [match[0], start + match.index];
    if (match.groups?.['han'] === undefined) push(word, at);
    else for (const { segment, index } of segmenter.segment(word)) push(segment, at + index);
  }
  return words;
}

function kindOf(word: string): WordKind {
  const lower = word.toLowerCase();
  if (!/[\p{L}\p{N}]/u.test(word)) return 'mark';
  // A foreign name, written with a point between its parts.
  if (word.length > 1 && /[·‧•・]/.test(word)) return 'name';
  if (/\d/.test(word) || numerals.test(lower)) return 'number';
  if (months.test(lower) && word !== lower) return 'month';
  if (emptyWords.has(lower)) return 'empty';
  return /^\p{Lu}/u.test(word) ? 'name' : 'plain';
}

/** Enough to match `directed` with `director`; Chinese has no endings. */
export function stemOf(word: string): string {
  const lower = word
    .normalize('NFKC')
    .toLowerCase()
    .replace(/['’]s$/, '');
  if (!/^[a-z]/.test(lower)) return lower;
  return lower.replace(/(?:ing|ed|es|er|or|s|ion|e)$/, '').slice(0, 6) || lower;
}

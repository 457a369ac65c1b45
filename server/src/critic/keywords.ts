/**
 * The granularity `keyword`: short stretches inside the best units. A stretch is words whose tokens the critic values
 * above the unit's mean, joined over small gaps; ranked by their unit's score. Pure; linear in tokens and words.
 */
import { selectSpans, type KeptSpan, type LabelledText } from './compress';
import type { RankedUnit } from './unit-ranker';

interface Word {
  /** UTF-16 range in the context's text. */
  readonly start: number;
  readonly end: number;
  /** How far the best token in it lies above the unit's mean. */
  readonly value: number;
  readonly isContent: boolean;
  /** Twelve English words say about as much as twenty-four Chinese characters. */
  readonly size: number;
}

/** Words of a stretch, and words that may lie between two valued ones. */
const maxWords = 12;
const maxGap = 1;

// Han and kana stand alone; other letters and digits run on over the signs inside of words (`don't`, `3.5`, `a-b`).
const wordPattern =
  /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]\p{M}*|(?:(?![\p{sc=Han}\p{sc=Hira}\p{sc=Kana}])[\p{L}\p{N}\p{M}_])+(?:['’.-](?:(?![\p{sc=Han}\p{sc=Hira}\p{sc=Kana}])[\p{L}\p{N}_][\p{M}]*)+)*/gu;
const wideWord = /^[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]/u;
const emptyWords: ReadonlySet<string> = new Set(
  'a an and are as at be been but by can did do does for from had has have he her his i if in into is it its may me my no not of on or our she so that the their them then there these they this to was we were what when where which who will with would you your 的 了 是 在 和 与 與 也 都 就 而 及 或 着 吗 嗎 呢 吧 啊 之 其 这 這 那 有'.split(
    ' ',
  ),
);

/** As `selectSpans`; where no stretch fits, what that would keep. */
export function selectKeywords(
  ranked: readonly RankedUnit[],
  texts: readonly (LabelledText | undefined)[],
  tokenBudget: number,
): readonly KeptSpan[] {
  const kept: (KeptSpan & { readonly place: number })[] = [];
  let left = tokenBudget;
  for (const unit of ranked) {
    const text = texts[unit.contextPlace];
    // Every token costs: with nothing left the rest need not be searched.
    if (left <= 0) break;
    if (!text || !unit.isKeepable) continue;
    for (const span of findKeywords(unit, text)) {
      if (span.tokens === 0 || span.tokens > left) continue;
      kept.push({ ...span, place: unit.contextPlace });
      left -= span.tokens;
    }
  }
  if (kept.length === 0) return selectSpans(ranked, texts, tokenBudget);
  const ordered = kept.sort((one, other) => one.place - other.place || one.startOffset - other.startOffset);
  return joinTouching(ordered.map(({ place: _place, ...span }) => span));
}

/** A word that is longer than a unit lies in two. */
function joinTouching(ordered: readonly KeptSpan[]): readonly KeptSpan[] {
  const spans: KeptSpan[] = [];
  for (const span of ordered) {
    const before = spans.at(-1);
    if (before?.contextId === span.contextId && before.endOffset === span.startOffset) {
      const [score, tokens] = [Math.max(before.score, span.score), before.tokens + span.tokens];
      spans[spans.length - 1] = { ...before, endOffset: span.endOffset, score, tokens };
    } else spans.push(span);
  }
  return spans;
}

/** The stretches of one unit, best first. */
export function findKeywords(unit: RankedUnit, context: LabelledText): readonly KeptSpan[] {
  const words = readWords(unit, context);
  return joinValued(words)
    .map((stretch) => trimEmpty(bestWindow(stretch)))
    .filter((stretch) => stretch.length > 0)
    .sort((one, other) => meanValue(other) - meanValue(one))
    .map((stretch) => toSpan(unit, context, stretch));
}

/** Values of a unit's words; a token may reach over several words, and a word over several tokens. */
function readWords(unit: RankedUnit, { text, labelled }: LabelledText): readonly Word[] {
  const { starts, ends } = labelled;
  const values = readValues(unit, labelled.logits);
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  let token = unit.firstToken;
  const words: Word[] = [];
  for (const match of text.slice(unit.startOffset, unit.endOffset).matchAll(wordPattern)) {
    const start = unit.startOffset + match.index;
    const end = start + match[0].length;
    while (token < unit.lastToken && (ends[token] ?? 0) <= start) token++;
    let value = -Infinity;
    for (let at = token; at < unit.lastToken && (starts[at] ?? 0) < end; at++) {
      value = Math.max(value, (values[at - unit.firstToken] ?? 0) - mean);
    }
    const isContent = /[\p{L}\p{N}]/u.test(match[0]) && !emptyWords.has(match[0].toLowerCase());
    words.push({
      start,
      end,
      value: Number.isFinite(value) ? value : -1,
      isContent,
      size: wideWord.test(match[0]) ? 0.5 : 1,
    });
  }
  return words;
}

function readValues(unit: RankedUnit, logits: Float32Array): readonly number[] {
  return Array.from({ length: unit.lastToken - unit.firstToken }, (_, index) => {
    const at = 4 * (unit.firstToken + index);
    return Math.max(logits[at] ?? 0, logits[at + 1] ?? 0, logits[at + 3] ?? 0) - (logits[at + 2] ?? 0);
  });
}

/** Stretches of words above the mean. Where all words are alike, as with labels that have no scores, they are one stretch. */
function joinValued(words: readonly Word[]): readonly (readonly Word[])[] {
  const stretches: Word[][] = [];
  let gap: Word[] = [];
  let open: Word[] | undefined;
  for (const word of words) {
    if (word.value < -1e-6) {
      gap.push(word);
      continue;
    }
    if (open && gap.length <= maxGap) open.push(...gap, word);
    else stretches.push((open = [word]));
    gap = [];
  }
  return stretches;
}

/** The part of at most `maxWords` with the greatest sum of values, the first of equals. */
function bestWindow(stretch: readonly Word[]): readonly Word[] {
  let [first, size, sum] = [0, 0, 0];
  let best = { first: 0, end: 0, sum: -Infinity };
  stretch.forEach((word, index) => {
    size += word.size;
    sum += word.value;
    for (; size > maxWords; first++) {
      size -= stretch[first]?.size ?? 0;
      sum -= stretch[first]?.value ?? 0;
    }
    if (sum > best.sum + 1e-9 || (best.first === first && sum >= best.sum - 1e-9))
      best = { first, end: index + 1, sum };
  });
  return stretch.slice(best.first, best.end);
}

/** Without `the`, `of`, `的` at its ends; nothing when there is no other word. */
function trimEmpty(stretch: readonly Word[]): readonly Word[] {
  const first = stretch.findIndex((word) => word.isContent);
  const last = stretch.findLastIndex((word) => word.isContent);
  return first < 0 ? [] : stretch.slice(first, last + 1);
}

function meanValue(stretch: readonly Word[]): number {
  return stretch.reduce((sum, word) => sum + word.value, 0) / stretch.length;
}

function toSpan(unit: RankedUnit, { labelled }: LabelledText, stretch: readonly Word[]): KeptSpan {
  const startOffset = stretch[0]?.start ?? 0;
  const endOffset = stretch.at(-1)?.end ?? 0;
  let tokens = 0;
  for (let token = unit.firstToken; token < unit.lastToken; token++) {
    if ((labelled.ends[token] ?? 0) > startOffset && (labelled.starts[token] ?? 0) < endOffset) tokens++;
  }
  return { contextId: unit.contextId, startOffset, endOffset, score: unit.score, tokens };
}
